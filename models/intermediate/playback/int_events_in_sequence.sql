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
    from {{ ref('int_touched_events') }}
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
            {{ event_type_order('event_type') }},
            event_id
    )
)

select * from final
