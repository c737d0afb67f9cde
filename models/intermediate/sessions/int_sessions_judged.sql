{%- set tolerance = settings('playback').clock_tolerance_seconds %}

with

sessions as (
    select * from {{ ref('int_sessions_described') }}
),

-- What the player counts, or else what its events say.
counted as (
    select
        *,
        case
            when coalesce(counted_buffering_events, counted_buffering_seconds) is not null
                then 'counter'
            when has_buffer_event then 'events'
        end as buffering_source,
        case
            when counted_errors is not null then 'counter' when error_event_count > 0 then 'events'
        end as error_source
    from sessions
),

measured as (
    select
        *,
        case buffering_source when 'events' then stall_count else counted_buffering_events end
            as buffering_event_count,
        case buffering_source when 'events' then stall_seconds else counted_buffering_seconds end
            as buffering_seconds,
        case error_source when 'events' then error_event_count else counted_errors end
            as error_count,
        -- Of what is watched nobody knows where, what it covers is not known either.
        case when unplaced_watch_seconds = 0 then unique_watch_seconds end
            as known_unique_watch_seconds
    from counted
),

-- A playhead past the end is clipped, and past it by more than clocks may disagree, marked.
final as (
    select
        *,
        case
            when furthest_seconds > duration_seconds then duration_seconds else furthest_seconds
        end as reached_seconds,
        coalesce(furthest_seconds > duration_seconds + {{ tolerance }}, false)
            as has_position_beyond_duration,
        -- A clip that loops without a word, or two players in one session.
        coalesce(reported_growth_seconds - watch_seconds >= duration_seconds, false)
            as has_uncredited_report,
        first_opened_at is not null and watch_seconds = 0 as is_unplayed
    from measured
)

select * from final
