with

active_viewers as (
    select * from {{ ref('int_days_active_viewers') }}
),

session_days as (
    select * from {{ ref('int_session_days') }}
),

concurrency as (
    select * from {{ ref('int_days_concurrency') }}
),

rejected_events as (
    select * from {{ ref('stg_telemetry__rejected_events') }}
),

watched as (
    select
        active_on,
        count(*) as session_count,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds
    from session_days
    group by active_on
),

rejected as (
    select
        cast(landed_at as date) as landed_on,
        count(*) as rejected_row_count
    from rejected_events
    group by cast(landed_at as date)
),

final as (
    select
        active_viewers.day_on as viewed_on,
        active_viewers.active_viewer_count_1d as active_viewer_count,
        active_viewers.active_viewer_count_7d,
        active_viewers.active_viewer_count_28d,
        cast(active_viewers.active_viewer_count_1d as double)
        / nullif(active_viewers.active_viewer_count_28d, 0) as stickiness,
        active_viewers.new_viewer_count,
        active_viewers.active_viewer_count_1d - active_viewers.new_viewer_count
            as returning_viewer_count,
        coalesce(watched.session_count, 0) as session_count,
        coalesce(watched.play_count, 0) as play_count,
        cast(coalesce(watched.watch_seconds, 0) as decimal(18, 3)) as watch_seconds,
        cast(coalesce(watched.watch_seconds, 0) as double) / 3600 as watch_hours,
        concurrency.played_seconds,
        concurrency.peak_concurrent_plays,
        concurrency.peak_concurrent_viewers,
        concurrency.late_night_played_seconds,
        concurrency.late_night_peak_concurrent_plays,
        concurrency.morning_played_seconds,
        concurrency.morning_peak_concurrent_plays,
        concurrency.midday_played_seconds,
        concurrency.midday_peak_concurrent_plays,
        concurrency.afternoon_played_seconds,
        concurrency.afternoon_peak_concurrent_plays,
        concurrency.prime_time_played_seconds,
        concurrency.prime_time_peak_concurrent_plays,
        concurrency.evening_played_seconds,
        concurrency.evening_peak_concurrent_plays,
        coalesce(rejected.rejected_row_count, 0) as rejected_row_count
    from active_viewers
    inner join concurrency
        on active_viewers.day_on = concurrency.day_on
    left join watched
        on active_viewers.day_on = watched.active_on
    left join rejected
        on active_viewers.day_on = rejected.landed_on
)

select * from final
