-- What a session watched, split at midnight, sums to the session's; and so do its plays and events.
with

days as (
    select
        customer_id,
        session_id,
        title_id,
        sum(watch_seconds) as watch_seconds,
        sum(play_count) as play_count,
        sum(event_count) as event_count
    from {{ ref('int_session_days') }}
    group by customer_id, session_id, title_id
),

sessions as (
    select * from {{ ref('viewing_sessions') }}
)

select
    sessions.customer_id,
    sessions.session_id,
    sessions.title_id
from sessions
full outer join days
    on
        sessions.customer_id = days.customer_id
        and sessions.session_id = days.session_id
        and sessions.title_id = days.title_id
where
    not coalesce(
        sessions.watch_seconds = days.watch_seconds
        and sessions.play_count = days.play_count
        and sessions.event_count = days.event_count,
        false
    )
