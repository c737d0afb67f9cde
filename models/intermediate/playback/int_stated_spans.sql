{{ config(materialized='table') }}
{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

stated as (
    select * from {{ ref('int_stated_rows') }}
),

-- Numbered far from the events in sequence, of which these are none. A play is one by itself; spans
-- that follow one another without a skip are one.
numbered as (
    select
        *,
        row_number() over (
            partition by {{ title }} order by event_type, event_timestamp, event_id
        ) as row_number_in_title,
        sum(
            case
                when event_type = 'play' or is_skip or previous_end_seconds is null then 1 else 0
            end
        ) over (
            partition by {{ title }}, event_type
            order by event_timestamp, event_id rows between unbounded preceding and current row
        ) as play_number_of_type
    from stated
),

final as (
    select
        {{ title }},
        cast(1000000000 + row_number_in_title as integer) as event_number,
        cast(
            1000000000 + 2 * play_number_of_type + case event_type when 'play' then 1 else 0 end
            as integer
        ) as play_number,
        start_seconds,
        end_seconds,
        unplaced_seconds,
        furthest_seconds,
        event_timestamp as wall_started_at,
        coalesce(
            {{ seconds_between('event_timestamp', 'ended_at') }},
            case event_type when 'play' then watched_seconds else end_seconds - start_seconds end
        ) as wall_seconds,
        bandwidth_mbps,
        event_type = 'span' as is_joint,
        forward_skip_count,
        backward_skip_count
    from numbered
)

select * from final
