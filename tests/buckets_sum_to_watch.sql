-- Σ over a title's buckets of overlap = Σ of the watch seconds of viewers whose time is all placed,
-- exactly; and so for unique seconds.
with

retention as (
    select
        title_id,
        sum(watch_seconds) as watch_seconds,
        sum(unique_watch_seconds) as unique_watch_seconds
    from {{ ref('title_retention') }}
    group by title_id
),

engagement as (
    select
        title_id,
        sum(watch_seconds) as watch_seconds,
        sum(unique_watch_seconds) as unique_watch_seconds
    from {{ ref('viewer_title_engagement') }}
    where
        title_duration_seconds is not null
        and watch_seconds > 0
        and unplaced_watch_seconds = 0
    group by title_id
)

select
    engagement.title_id,
    retention.title_id as retention_title_id
from engagement
full outer join retention
    on engagement.title_id = retention.title_id
where
    not coalesce(
        engagement.watch_seconds = retention.watch_seconds
        and engagement.unique_watch_seconds = retention.unique_watch_seconds,
        false
    )
