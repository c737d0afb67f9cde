{%- set audience = settings('audience') %}

with

sessions as (
    select
        customer_id,
        session_id,
        title_id,
        started_at,
        {{ add_seconds('ended_at', audience.binge_gap_seconds) }} as visit_lasts_until
    from {{ ref('viewing_sessions') }}
    where watch_seconds > 0
),

visits as (
    {{ merge_intervals('sessions', ['customer_id'], 'started_at', 'visit_lasts_until') }}
),

visit_titles as (
    select
        visits.customer_id,
        visits.started_at,
        count(distinct sessions.title_id) as title_count
    from visits
    inner join sessions
        on
            visits.customer_id = sessions.customer_id
            and sessions.started_at between visits.started_at and visits.visit_lasts_until
    group by visits.customer_id, visits.started_at
),

final as (
    select
        customer_id,
        count(*) as visit_count,
        count(*) filter (where title_count >= {{ audience.binge_title_count }})
            as binge_visit_count
    from visit_titles
    group by customer_id
)

select * from final
