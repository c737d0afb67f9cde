with

viewer_titles as (
    select * from {{ ref('viewer_title_engagement') }}
),

ranked as (
    select
        title_id,
        engagement_score,
        row_number() over (partition by title_id order by engagement_score, customer_id) as place,
        count(*) over (partition by title_id) as viewer_count
    from viewer_titles
),

-- By rank, since Trino has no exact median: the middle one, or the mean of the middle two.
final as (
    select
        title_id,
        (min(engagement_score) + max(engagement_score)) / 2 as median_engagement_score
    from ranked
    where 2 * place between viewer_count and viewer_count + 2
    group by title_id
)

select * from final
