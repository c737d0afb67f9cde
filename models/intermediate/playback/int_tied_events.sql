{{ config(materialized='table') }}
{%- set stamp = ['customer_id', 'session_id', 'title_id', 'event_timestamp'] | join(', ') %}

with

stamps as (
    select * from {{ ref('int_tied_stamps') }}
    where opening_count + pause_count + ending_count > 0
),

described as (
    select
        events.*,
        stamps.session_id is not null as is_tied,
        stamps.is_playing_before,
        stamps.pause_count,
        stamps.ending_count
    from {{ ref('int_playback_events') }} as events
    left join stamps
        on
            events.customer_id = stamps.customer_id
            and events.session_id = stamps.session_id
            and events.title_id = stamps.title_id
            and events.event_timestamp = stamps.event_timestamp
    where events.is_at_shared_stamp
),

-- In turn: the n-th opening stands beside the n-th closing. All endings of a stamp are one closing,
-- and the first of a playing stamp.
numbered as (
    select
        *,
        case kind
            when 'ending' then case when is_playing_before then 0 else pause_count end
            else
                row_number() over (
                    partition by {{ stamp }}, kind
                    order by coalesce(watch_seconds, -1), event_type, event_id
                ) - 1
                + case when kind = 'pause' and is_playing_before then ending_count else 0 end
        end as turn
    from described
),

ranked as (
    select
        *,
        case
            when not is_tied or kind not in ('opening', 'pause', 'ending') then type_place
            when is_playing_before = false and kind = 'ending' then 1000
            when is_playing_before and kind <> 'opening' and turn = 0 then 2000
            else
                5000 + 2 * turn
                + case
                    when coalesce(is_playing_before, false) = (kind = 'opening') then 1 else 0
                end
        end as rank_in_stamp
    from numbered
),

-- Among equals: reported watch time, type, id.
final as (
    select
        *,
        row_number() over (
            partition by {{ stamp }}
            order by rank_in_stamp, watch_seconds nulls first, event_type, event_id
        ) as place
    from ranked
)

select * from final
