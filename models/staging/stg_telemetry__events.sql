with

events as (
    select * from {{ ref('base_telemetry__events') }}
),

final as (
    select
        event_id,
        customer_id,
        title_id,
        session_id,
        event_type,
        event_timestamp,
        watch_duration_seconds,
        position_seconds,
        completion_percentage,
        device_type,
        device_id,
        device_os,
        app_version,
        quality,
        bandwidth_mbps,
        buffering_events,
        buffering_duration_seconds,
        error_count,
        country,
        state,
        city,
        isp,
        connection_type,
        landed_at,
        loaded_at
    from events
    where reject_reason is null
)

select * from final
