{%- set rules = settings('playback') %}

with

events as (
    select
        customer_id,
        session_id,
        title_id,
        event_id,
        event_type,
        event_timestamp,
        ended_at,
        position_seconds,
        end_position_seconds,
        watched_seconds,
        bandwidth_mbps,
        lag(end_position_seconds) over (
            partition by customer_id, session_id, title_id, event_type
            order by event_timestamp, event_id
        ) as previous_end_seconds
    from {{ ref('int_touched_events') }}
    where event_type in ('span', 'play')
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- A span says both ends. A play's are where both fit; else where the one that is known says; else,
-- in a live title, on the clock.
placed as (
    select
        events.*,
        titles.is_live,
        case
            when
                events.event_type = 'span'
                or events.end_position_seconds - events.position_seconds
                between events.watched_seconds
                and events.watched_seconds * {{ rules.max_playback_rate }}
                then events.position_seconds
            when events.end_position_seconds is not null
                then events.end_position_seconds - events.watched_seconds
            when events.position_seconds is null and titles.is_live
                then {{ epoch_seconds('events.event_timestamp') }}
            else events.position_seconds
        end as start_seconds,
        case
            when events.event_type = 'span'
                then events.position_seconds - events.previous_end_seconds
        end as jump_seconds
    from events
    inner join titles
        on events.title_id = titles.title_id
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
    where event_type = 'span' or watched_seconds > 0
),

-- What a play watched before 0, or nobody knows where, counts all the same. No span is over 48 h.
final as (
    select
        customer_id,
        session_id,
        title_id,
        event_id,
        event_type,
        event_timestamp,
        ended_at,
        watched_seconds,
        bandwidth_mbps,
        previous_end_seconds,
        -- On the clock of a live title nobody reports where the playhead was.
        case
            when position_seconds is not null or end_position_seconds is not null then end_seconds
        end as furthest_seconds,
        cast(start_seconds as decimal(13, 3)) as start_seconds,
        cast(
            case
                when end_seconds > start_seconds + 172800 then start_seconds + 172800
                else end_seconds
            end
            as decimal(13, 3)
        ) as end_seconds,
        cast(
            case
                when event_type = 'span' or is_live then 0
                when start_seconds is null then least(watched_seconds, 172800)
                when start_seconds < 0 then least(-start_seconds, 172800)
                else 0
            end as decimal(13, 3)
        ) as unplaced_seconds,
        forward_skip_count,
        backward_skip_count,
        forward_skip_count + backward_skip_count > 0 as is_skip
    from ended
)

select * from final
