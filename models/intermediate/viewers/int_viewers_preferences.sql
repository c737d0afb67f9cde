with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

intervals as (
    select * from {{ ref('int_watch_intervals') }}
),

session_counts as (
    select
        customer_id,
        count(distinct session_id) as session_count
    from sessions
    group by customer_id
),

device_types as (
    select
        customer_id,
        device_type,
        sum(watch_seconds) as watch_seconds
    from sessions
    where device_type is not null
    group by customer_id, device_type
),

dayparts as (
    select
        customer_id,
        {{ daypart('wall_started_at') }} as daypart,
        sum(watch_seconds) as watch_seconds
    from intervals
    group by customer_id, {{ daypart('wall_started_at') }}
),

-- The most watched on, and in; of equals the first by name.
preferred_device_types as (
    select
        customer_id,
        min_by(device_type, row(-watch_seconds, device_type)) as preferred_device_type
    from device_types
    group by customer_id
),

preferred_dayparts as (
    select
        customer_id,
        min_by(daypart, row(-watch_seconds, daypart)) as preferred_daypart
    from dayparts
    group by customer_id
),

final as (
    select
        session_counts.customer_id,
        session_counts.session_count,
        preferred_device_types.preferred_device_type,
        preferred_dayparts.preferred_daypart
    from session_counts
    left join preferred_device_types
        on session_counts.customer_id = preferred_device_types.customer_id
    left join preferred_dayparts
        on session_counts.customer_id = preferred_dayparts.customer_id
)

select * from final
