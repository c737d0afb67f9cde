with

buckets as (
    select * from {{ ref('int_title_buckets') }}
),

coverage as (
    select * from {{ ref('int_watch_coverage') }}
    where {{ has_known_coverage() }}
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
        {{ percent_reached('furthest.furthest_seconds', 'titles.duration_seconds') }}
            as bucket_percentage
    from furthest
    inner join titles
        on furthest.title_id = titles.title_id
),

last_reached as (
    select
        title_id,
        bucket_percentage,
        count(*) as viewer_count
    from reached
    group by title_id, bucket_percentage
),

-- Whoever reached a later bucket has come through all before it; 100 is the title's end.
final as (
    select
        buckets.title_id,
        buckets.bucket_percentage,
        cast(sum(last_reached.viewer_count) as bigint) as viewer_count,
        cast(
            sum(
                case
                    when last_reached.bucket_percentage >= buckets.bucket_percentage
                        then last_reached.viewer_count
                    else 0
                end
            ) as bigint
        ) as surviving_viewer_count
    from buckets
    inner join last_reached
        on buckets.title_id = last_reached.title_id
    group by buckets.title_id, buckets.bucket_percentage
)

select * from final
