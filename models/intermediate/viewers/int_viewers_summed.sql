with

viewer_titles as (
    select * from {{ ref('viewer_title_engagement') }}
),

final as (
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
    from viewer_titles
    group by customer_id
)

select * from final
