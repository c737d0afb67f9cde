with

coverage as (
    select * from {{ ref('int_watch_coverage') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
    where duration_seconds is not null
),

furthest as (
    select
        customer_id,
        title_id,
        max(end_seconds) as furthest_seconds
    from coverage
    group by customer_id, title_id
),

reached as (
    select
        furthest.title_id,
        {{ percent_reached('furthest.furthest_seconds', 'titles.duration_seconds') }} as bucket_percentage
    from furthest
    inner join titles
        on furthest.title_id = titles.title_id
),

final as (
    select
        title_id,
        bucket_percentage,
        count(*) as viewer_count
    from reached
    group by title_id, bucket_percentage
)

select * from final
