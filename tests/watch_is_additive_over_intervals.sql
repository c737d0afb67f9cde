-- What a session watched of a title is the sum of its intervals; and no interval is of no session.
with

intervals as (
    select
        customer_id,
        session_id,
        title_id,
        sum(watch_seconds) as watch_seconds
    from {{ ref('int_watch_intervals') }}
    group by customer_id, session_id, title_id
),

sessions as (
    select * from {{ ref('viewing_sessions') }}
)

select
    intervals.customer_id,
    intervals.session_id,
    intervals.title_id,
    sessions.session_id as known_session_id
from sessions
full outer join intervals
    on
        sessions.customer_id = intervals.customer_id
        and sessions.session_id = intervals.session_id
        and sessions.title_id = intervals.title_id
where
    sessions.session_id is null
    or sessions.watch_seconds <> coalesce(intervals.watch_seconds, 0)
