-- Over all titles, viewers, watch time and completions are those of viewer_title_engagement.
with

performance as (
    select
        sum(viewer_count) as viewer_count,
        sum(watch_seconds) as watch_seconds,
        sum(unique_watch_seconds) as unique_watch_seconds,
        sum(completed_viewer_count) as completed_viewer_count
    from {{ ref('title_performance') }}
),

engagement as (
    select
        count(*) as viewer_count,
        sum(watch_seconds) as watch_seconds,
        sum(unique_watch_seconds) as unique_watch_seconds,
        sum(case when is_completed then 1 else 0 end) as completed_viewer_count
    from {{ ref('viewer_title_engagement') }}
)

select engagement.viewer_count
from performance
cross join engagement
where
    coalesce(performance.viewer_count, 0) <> engagement.viewer_count
    or coalesce(performance.watch_seconds, 0) <> coalesce(engagement.watch_seconds, 0)
    or coalesce(performance.unique_watch_seconds, 0) <> coalesce(engagement.unique_watch_seconds, 0)
    or coalesce(performance.completed_viewer_count, 0)
    <> coalesce(engagement.completed_viewer_count, 0)
