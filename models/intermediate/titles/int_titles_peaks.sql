with

retention as (
    select * from {{ ref('title_retention') }}
),

compared as (
    select
        title_id,
        bucket_percentage,
        viewer_count,
        rewatch_ratio,
        watch_seconds - unique_watch_seconds as rewatch_seconds,
        surviving_viewer_count - lead(surviving_viewer_count) over (
            partition by title_id order by bucket_percentage
        ) as lost_viewer_count
    from retention
),

-- Of equals, the earliest.
drops as (
    select
        title_id,
        cast(max(lost_viewer_count) as double) / max(viewer_count) as largest_drop_off,
        min_by(bucket_percentage, row(-lost_viewer_count, bucket_percentage))
            as largest_drop_off_bucket
    from compared
    where lost_viewer_count > 0
    group by title_id
),

rewatches as (
    select
        title_id,
        min_by(bucket_percentage, row(-rewatch_seconds, bucket_percentage))
            as most_rewatched_bucket,
        min_by(rewatch_ratio, row(-rewatch_seconds, bucket_percentage)) as most_rewatched_ratio
    from compared
    where rewatch_seconds > 0
    group by title_id
),

final as (
    select
        coalesce(drops.title_id, rewatches.title_id) as title_id,
        drops.largest_drop_off,
        drops.largest_drop_off_bucket,
        rewatches.most_rewatched_bucket,
        rewatches.most_rewatched_ratio
    from drops
    full outer join rewatches
        on drops.title_id = rewatches.title_id
)

select * from final
