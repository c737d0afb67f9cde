-- Watch is additive over sessions; unique is at most the sum of theirs, and at least the greatest.
-- Where any of it is unplaced, unique is unknown.
with

sessions as (
    select
        customer_id,
        title_id,
        sum(watch_seconds) as watch_seconds,
        sum(unplaced_watch_seconds) as unplaced_watch_seconds,
        sum(unique_watch_seconds) as unique_watch_seconds,
        max(unique_watch_seconds) as greatest_unique_watch_seconds
    from {{ ref('viewing_sessions') }}
    group by customer_id, title_id
),

engagement as (
    select * from {{ ref('viewer_title_engagement') }}
)

select
    engagement.customer_id,
    engagement.title_id
from engagement
full outer join sessions
    on
        engagement.customer_id = sessions.customer_id
        and engagement.title_id = sessions.title_id
where
    not coalesce(
        engagement.watch_seconds = sessions.watch_seconds
        and engagement.unplaced_watch_seconds = sessions.unplaced_watch_seconds,
        false
    )
    or (
        sessions.unplaced_watch_seconds = 0
        and not coalesce(
            engagement.unique_watch_seconds <= sessions.unique_watch_seconds
            and engagement.unique_watch_seconds >= sessions.greatest_unique_watch_seconds,
            false
        )
    )
    or (sessions.unplaced_watch_seconds > 0 and engagement.unique_watch_seconds is not null)
