-- Over all days, watch time and plays are the sessions', and the time played is the intervals'.
with

days as (
    select
        sum(watch_seconds) as watch_seconds,
        sum(play_count) as play_count,
        sum(played_seconds) as played_seconds,
        sum(new_viewer_count) as viewer_count
    from {{ ref('daily_viewing') }}
),

sessions as (
    select
        sum(watch_seconds) as watch_seconds,
        sum(play_count) as play_count,
        count(distinct customer_id) as viewer_count
    from {{ ref('viewing_sessions') }}
),

intervals as (
    select sum(wall_seconds) as played_seconds
    from {{ ref('int_watch_intervals') }}
)

select
    sessions.watch_seconds,
    sessions.play_count,
    sessions.viewer_count,
    intervals.played_seconds
from days
cross join sessions
cross join intervals
where
    coalesce(days.watch_seconds, 0) <> coalesce(sessions.watch_seconds, 0)
    or coalesce(days.play_count, 0) <> coalesce(sessions.play_count, 0)
    or coalesce(days.viewer_count, 0) <> sessions.viewer_count
    or coalesce(days.played_seconds, 0) <> coalesce(intervals.played_seconds, 0)
