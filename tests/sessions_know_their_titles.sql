-- A title is the same in every session, as it is now: a change of it reaches all rows that it made.
with

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

sessions as (
    select * from {{ ref('viewing_sessions') }}
)

select
    sessions.customer_id,
    sessions.session_id,
    sessions.title_id
from sessions
left join titles
    on sessions.title_id = titles.title_id
where
    titles.title_id is null
    or coalesce(titles.title_name, '') <> coalesce(sessions.title_name, '')
    or coalesce(titles.title_type, '') <> coalesce(sessions.title_type, '')
    or coalesce(titles.duration_seconds, 0) <> coalesce(sessions.title_duration_seconds, 0)
