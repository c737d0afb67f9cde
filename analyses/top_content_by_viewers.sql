-- The titles that most viewers came to. Read across: many viewers and a low avg_percentage_viewed
-- is a title that draws people and does not hold them; few viewers and a high one deserves
-- promotion.
with

titles as (
    select * from {{ ref('title_performance') }}
),

final as (
    select
        title_id,
        title_name,
        title_type,
        viewer_count,
        watch_hours,
        avg_percentage_viewed,
        completion_rate,
        avg_engagement_score
    from titles
    where viewer_count > 0
)

select * from final
order by viewer_count desc, watch_hours desc, title_id asc
limit 20
