with

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where device_type is not null and {{ is_touched_viewer_title() }}
),

device_types as (
    select
        customer_id,
        title_id,
        device_type,
        sum(watch_seconds) as watch_seconds
    from sessions
    group by customer_id, title_id, device_type
),

-- The most watched on; of equals the first by name.
final as (
    select
        customer_id,
        title_id,
        min_by(device_type, row(-watch_seconds, device_type)) as dominant_device_type
    from device_types
    group by customer_id, title_id
)

select * from final
