with

events as (
    select * from {{ ref('int_events_in_sequence') }}
),

-- A title left open: what its session does next is on another title. Few are: a small sort.
session_moments as (
    select
        customer_id,
        session_id,
        event_timestamp
    from {{ ref('int_touched_events') }}
    where (customer_id, session_id) in (
            select
                events.customer_id,
                events.session_id
            from events
            where events.is_opening and events.next_is_opening is null
        )
    group by customer_id, session_id, event_timestamp
),

next_moments as (
    select
        *,
        lead(event_timestamp) over (partition by customer_id, session_id order by event_timestamp)
            as next_timestamp
    from session_moments
),

-- The span that an event may own lies after an opening event, and before a closing one.
bounded as (
    select
        events.*,
        case when events.is_opening then events.event_timestamp else events.previous_timestamp end
            as span_started_at,
        case
            when events.is_opening then coalesce(events.next_timestamp, next_moments.next_timestamp)
            else events.event_timestamp
        end as span_ended_at
    from events
    left join next_moments
        on
            events.next_is_opening is null
            and events.customer_id = next_moments.customer_id
            and events.session_id = next_moments.session_id
            and events.event_timestamp = next_moments.event_timestamp
),

final as (
    select
        event_id,
        customer_id,
        session_id,
        title_id,
        event_timestamp,
        bandwidth_mbps,
        loaded_at,
        position_seconds,
        is_opening,
        previous_is_opening,
        next_is_opening,
        span_ended_at,
        {{ seconds_between('span_started_at', 'span_ended_at') }} as wall_seconds,
        case when is_opening then next_position_seconds else position_seconds end
            as end_position_seconds,
        case when is_opening then next_position_seconds - position_seconds end as advance_seconds,
        case
            when is_opening and not previous_is_opening
                then position_seconds - previous_position_seconds
        end as jump_seconds,
        case
            when is_opening then next_watch_duration_seconds - coalesce(watch_duration_seconds, 0)
            else watch_duration_seconds - coalesce(previous_watch_duration_seconds, 0)
        end as reported_seconds
    from bounded
)

select * from final
