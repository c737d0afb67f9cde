with

viewer_titles as (
    select * from {{ ref('viewer_title_engagement') }}
),

final as (
    select
        customer_id,
        title_id
    from viewer_titles
    where unplaced_watch_seconds > 0
)

select * from final
