-- The yardstick of benchmarks/rules.py: order and rules of players that tell five types of event alone, in one
-- sort, without shared stamps, rates, halts or seeks. It stays as it is, so that what rules.py measures of the
-- models can be compared from release to release. On a lake of such players both find the same intervals.
with

sequence as (
    with

    -- The one sort of the events carries no more than the interval rules need.
    events as (
        select
            event_id,
            customer_id,
            session_id,
            title_id,
            event_type,
            event_type in ('start', 'resume') as is_opening,
            event_timestamp,
            position_seconds,
            watch_duration_seconds,
            bandwidth_mbps,
            loaded_at
        from intermediate.int_touched_events
    ),

    -- The order is total: what follows from it depends on the set of events alone. The key that tells
    -- most rows apart comes first, so that few comparisons need the others.
    final as (
        select
            *,
            lag(is_opening) over playback as previous_is_opening,
            lag(event_timestamp) over playback as previous_timestamp,
            lag(position_seconds) over playback as previous_position_seconds,
            lag(watch_duration_seconds) over playback as previous_watch_duration_seconds,
            lead(is_opening) over playback as next_is_opening,
            lead(event_timestamp) over playback as next_timestamp,
            lead(position_seconds) over playback as next_position_seconds,
            lead(watch_duration_seconds) over playback as next_watch_duration_seconds
        from events
        window playback as (
            partition by session_id, customer_id, title_id
            order by
                event_timestamp,
                watch_duration_seconds nulls first,
                case event_type
            when 'start' then 1 when 'pause' then 2 when 'resume' then 3 when 'stop' then 4 else 5
        end,
                event_id
        )
    )

    select * from final
),

moves as (
    with

    events as (
        select * from sequence
    ),

    -- A title left open: what its session does next is on another title. Few are: a small sort.
    session_moments as (
        select
            customer_id,
            session_id,
            event_timestamp
        from intermediate.int_touched_events
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
            cast(
            cast(date_diff('millisecond', span_started_at, span_ended_at) as decimal(15, 0))
            * 0.001 as decimal(15, 3)
        ) as wall_seconds,
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
),

-- The rules, one a line. What none of them names owns nothing: watch time is never invented.
judged as (
    select
        *,
        case
            -- The last event of its title, left open: did its session soon turn to another title?
            when is_opening and next_is_opening is null
                then case when wall_seconds <= 1800 then 'switched' end
            -- The playhead went back: only reported watch time says what was played before that.
            when is_opening and advance_seconds < 0 and reported_seconds > 0 then 'reported'
            -- It went further than the clock allows.
            when is_opening and advance_seconds > wall_seconds * 2.0 + 5
                then 'seek'
            when is_opening and advance_seconds > 0 and next_is_opening then 'lost_close'
            when is_opening and advance_seconds > 0 then 'observed'
            -- A closing event owns what it reports only where nothing opened its span.
            when is_opening or previous_is_opening then null
            when reported_seconds > 0 then 'reported'
        end as evidence
    from moves
),

measured as (
    select
        *,
        case
            when evidence in ('observed', 'lost_close') then advance_seconds
            when evidence = 'seek' then least(wall_seconds, advance_seconds)
            when evidence = 'switched' then wall_seconds
            when evidence = 'reported'
                then least(reported_seconds, coalesce(wall_seconds, reported_seconds))
        end as span_seconds
    from judged
),

-- Reported time is counted back from the end of its span, all other time on from its event.
final as (
    select
        event_id,
        customer_id,
        session_id,
        title_id,
        event_timestamp,
        bandwidth_mbps,
        loaded_at,
        evidence,
        case
            when evidence = 'reported' then end_position_seconds - span_seconds
            when evidence is not null then position_seconds
        end as start_seconds,
        case evidence
            when 'reported' then end_position_seconds
            else position_seconds + span_seconds
        end as end_seconds,
        case
            when evidence = 'reported' then span_ended_at + to_milliseconds(cast((-span_seconds) * 1000 as bigint))
            when evidence is not null then event_timestamp
        end as wall_started_at,
        case evidence when 'reported' then span_seconds else wall_seconds end as wall_seconds,
        case when evidence = 'seek' then 1 else 0 end
        + case when jump_seconds > 5 then 1 else 0 end
            as forward_skip_count,
        case when advance_seconds < -2 then 1 else 0 end
        + case when jump_seconds < -2 then 1 else 0 end
            as backward_skip_count,
        loaded_at as derived_at
    from measured
)

select * from final
