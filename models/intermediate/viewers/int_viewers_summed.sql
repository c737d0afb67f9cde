{{ config(**replacing_touched('is_touched_viewer')) }}
{%- set audience = settings('audience') %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where {{ is_touched_viewer() }}
),

summed as (
    select
        customer_id,
        min(first_watched_at) as first_watched_at,
        max(last_watched_at) as last_watched_at,
        count(*) as title_count,
        count(*) filter (where is_completed) as completed_title_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds,
        cast(coalesce(sum(unique_watch_seconds), 0) as decimal(18, 3)) as unique_watch_seconds,
        -- Scores have nine decimals: as decimals their sum is exact on every engine.
        cast(sum(cast(engagement_score as decimal(18, 9))) as double) / count(*)
            as avg_engagement_score
    from {{ ref('viewer_title_engagement') }}
    where {{ is_touched_viewer() }}
    group by customer_id
),

session_counts as (
    select
        customer_id,
        count(distinct session_id) as session_count
    from sessions
    group by customer_id
),

devices as (
    {{ most_watched('sessions', ['customer_id'], 'device_type') }}
),

views as (
    select
        customer_id,
        title_id,
        started_at,
        max({{ add_seconds('ended_at', audience.binge_gap_seconds) }}) over (
            partition by customer_id order by started_at
            rows between unbounded preceding and 1 preceding
        ) as visit_lasts_until
    from sessions
    where watch_seconds > 0
),

-- Those that begin at once are of one visit: so the frame holds all of them.
numbered as (
    select
        customer_id,
        title_id,
        sum(case when started_at <= visit_lasts_until then 0 else 1 end) over (
            partition by customer_id order by started_at
            range between unbounded preceding and current row
        ) as visit_number
    from views
),

visits as (
    select
        customer_id,
        count(distinct title_id) as title_count
    from numbered
    group by customer_id, visit_number
),

visit_counts as (
    select
        customer_id,
        count(*) as visit_count,
        count(*) filter (where title_count >= {{ audience.binge_title_count }})
            as binge_visit_count
    from visits
    group by customer_id
),

final as (
    select
        summed.*,
        session_counts.session_count,
        devices.device_type as preferred_device_type,
        coalesce(visit_counts.visit_count, 0) as visit_count,
        coalesce(visit_counts.binge_visit_count, 0) as binge_visit_count
    from summed
    inner join session_counts on summed.customer_id = session_counts.customer_id
    left join devices on summed.customer_id = devices.customer_id
    left join visit_counts on summed.customer_id = visit_counts.customer_id
)

select * from final
