-- Every distinct event is counted in one session, and once: by id, customer, session, title, type
-- and time.
with

events as (
    select 1 as one
    from {{ ref('stg_telemetry__events') }}
    group by event_id, customer_id, session_id, title_id, event_type, event_timestamp
),

counts as (
    select
        (select count(*) from events) as event_count,
        (
            select coalesce(sum(event_count), 0)
            from {{ ref('viewing_sessions') }}
        ) as counted_event_count
)

select *
from counts
where event_count <> counted_event_count
