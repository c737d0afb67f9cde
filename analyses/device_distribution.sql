-- On what people watch. Compare watch_share with session_share: where it is higher, sessions are
-- longer than elsewhere. A viewer with two devices counts in both rows, so viewers do not add up.
with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

devices as (
    select
        coalesce(device_type, 'not reported') as device_type,
        count(distinct customer_id) as viewer_count,
        count(*) as session_count,
        sum(watch_seconds) as watch_seconds
    from sessions
    group by coalesce(device_type, 'not reported')
),

final as (
    select
        device_type,
        viewer_count,
        session_count,
        cast(watch_seconds as double) / 3600 as watch_hours,
        cast(session_count as double) / sum(session_count) over () as session_share,
        cast(watch_seconds as double)
        / nullif(cast(sum(watch_seconds) over () as double), 0) as watch_share,
        cast(watch_seconds as double) / session_count as avg_watch_seconds_per_session
    from devices
)

select * from final
order by watch_hours desc, device_type asc
