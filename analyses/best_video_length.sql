-- Which lengths hold viewers. avg_percentage_viewed favours short titles and avg_view_minutes long
-- ones: where both are high, the length is right. completion_rate is of all viewers, verified:
-- none is of those of whom nobody knows which parts they watched.
with

titles as (
    select * from {{ ref('title_performance') }}
    where duration_band is not null and view_count > 0
),

bands as (
    select
        duration_band,
        min(title_duration_seconds) as shortest_seconds,
        count(*) as title_count,
        sum(view_count) as view_count,
        sum(viewer_count) as viewer_title_count,
        sum(completed_viewer_count) as completed_viewer_title_count,
        sum(watch_seconds) as watch_seconds,
        sum(view_count * title_duration_seconds) as offered_seconds
    from titles
    group by duration_band
),

final as (
    select
        duration_band,
        shortest_seconds,
        title_count,
        view_count,
        cast(watch_seconds as double) / 3600 as watch_hours,
        cast(watch_seconds as double) / view_count / 60 as avg_view_minutes,
        100 * cast(watch_seconds as double) / cast(offered_seconds as double)
            as avg_percentage_viewed,
        cast(completed_viewer_title_count as double) / viewer_title_count as completion_rate
    from bands
)

select * from final
order by shortest_seconds
