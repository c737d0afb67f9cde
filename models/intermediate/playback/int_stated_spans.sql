{{ config(**replacing_touched('is_touched_session')) }}
{%- set rules = settings('playback') %}
{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

stated as (
    select
        *,
        lag(end_position_seconds) over (
            partition by {{ title }}, event_type order by event_timestamp, event_id
        ) as previous_end_seconds
    from {{ ref('int_touched_events') }}
    where event_type in ('span', 'play')
),

-- A span says both ends. A play's are where both fit; else where the one that is known says; else,
-- in a live title, on the clock.
placed as (
    select
        *,
        case
            when
                event_type = 'span'
                or end_position_seconds - position_seconds
                between watched_seconds and watched_seconds * {{ rules.max_playback_rate }}
                then position_seconds
            when end_position_seconds is not null then end_position_seconds - watched_seconds
            when position_seconds is null and is_live_title
                then {{ epoch_seconds('event_timestamp') }}
            else position_seconds
        end as start_seconds,
        case when event_type = 'span' then position_seconds - previous_end_seconds end
            as jump_seconds
    from stated
    where event_type = 'span' or watched_seconds > 0
),

ended as (
    select
        *,
        coalesce(end_position_seconds, start_seconds + watched_seconds) as end_seconds,
        case when jump_seconds > {{ rules.forward_skip_seconds }} then 1 else 0 end
            as forward_skip_count,
        case when jump_seconds < -{{ rules.backward_skip_seconds }} then 1 else 0 end
            as backward_skip_count
    from placed
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
                when event_type = 'span' and forward_skip_count + backward_skip_count = 0
                    and previous_end_seconds is not null
                    then 0
                else 1
            end
        ) over (
            partition by {{ title }}, event_type
            order by event_timestamp, event_id rows between unbounded preceding and current row
        ) as play_number_of_type
    from ended
),

-- What a play watched before 0, or nobody knows where, counts all the same. No span is over 48 h.
spans as (
    select
        {{ title }},
        cast(1000000000 + row_number_in_title as integer) as event_number,
        cast(
            1000000000 + 2 * play_number_of_type + case event_type when 'play' then 1 else 0 end
            as integer
        ) as play_number,
        'stated' as evidence,
        start_seconds,
        case
            when end_seconds > start_seconds + 172800 then start_seconds + 172800 else end_seconds
        end as end_seconds,
        case
            when event_type = 'span' or is_live_title then 0
            when start_seconds is null then least(watched_seconds, 172800)
            when start_seconds < 0 then least(-start_seconds, 172800)
            else 0
        end as unplaced_seconds,
        event_timestamp as wall_started_at,
        coalesce(
            {{ seconds_between('event_timestamp', 'ended_at') }},
            case event_type when 'play' then watched_seconds else end_seconds - start_seconds end
        ) as wall_seconds,
        bandwidth_mbps,
        event_type = 'span' as is_joint,
        -- On the clock of a live title nobody reports where the playhead was.
        case
            when position_seconds is not null or end_position_seconds is not null then end_seconds
        end as furthest_seconds,
        forward_skip_count,
        backward_skip_count
    from numbered
),

final as (
    {{ clipped_to_titles('spans', [
        'customer_id', 'session_id', 'title_id', 'event_number', 'play_number', 'bandwidth_mbps',
        'is_joint', 'furthest_seconds', 'forward_skip_count', 'backward_skip_count'
    ]) }}
)

select * from final
