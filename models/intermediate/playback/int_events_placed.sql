with

events as (
    select * from {{ ref('int_playback_events') }}
),

tied_events as (
    select * from {{ ref('int_tied_events') }}
),

final as (
    select
        events.customer_id,
        events.session_id,
        events.title_id,
        events.event_id,
        events.event_type,
        events.event_timestamp,
        events.kind,
        events.type_rank,
        events.word,
        events.is_silent_heartbeat,
        events.position_seconds,
        events.is_clocked,
        events.is_live,
        events.left_seconds,
        events.playback_rate,
        events.is_playing,
        events.watch_seconds,
        events.bandwidth_mbps,
        coalesce(tied_events.place, events.place) as place
    from events
    left join tied_events
        on
            events.customer_id = tied_events.customer_id
            and events.session_id = tied_events.session_id
            and events.title_id = tied_events.title_id
            and events.event_timestamp = tied_events.event_timestamp
            and events.event_type = tied_events.event_type
            and events.event_id = tied_events.event_id
)

select * from final
