-- What a viewer watched on all dates is what they watched in all sessions; and so are their events.
with

days as (
    select
        customer_id,
        sum(watch_seconds) as watch_seconds,
        sum(event_count) as event_count
    from {{ ref('int_viewer_days') }}
    group by customer_id
),

sessions as (
    select
        customer_id,
        sum(watch_seconds) as watch_seconds,
        sum(event_count) as event_count
    from {{ ref('viewing_sessions') }}
    group by customer_id
)

select
    days.customer_id,
    sessions.customer_id as customer_id_of_sessions
from days
full outer join sessions
    on days.customer_id = sessions.customer_id
where
    coalesce(days.watch_seconds, 0) <> coalesce(sessions.watch_seconds, 0)
    or coalesce(days.event_count, 0) <> coalesce(sessions.event_count, 0)
