with

buckets as (
    select * from {{ ref('int_title_buckets') }}
),

survivors as (
    select * from {{ ref('int_title_survivors') }}
),

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where watch_seconds > 0
),

views as (
    select
        title_id,
        count(*) as view_count
    from sessions
    group by title_id
),

-- Whoever reached a later bucket has come through all before it; bucket 100 is the title's end.
viewers as (
    select
        buckets.title_id,
        buckets.bucket_percentage,
        sum(survivors.viewer_count) as viewer_count,
        coalesce(sum(survivors.viewer_count) filter (where survivors.bucket_percentage >= buckets.bucket_percentage), 0)
            as surviving_viewer_count
    from buckets
    inner join survivors
        on buckets.title_id = survivors.title_id
    group by buckets.title_id, buckets.bucket_percentage
),

measured as (
    select
        buckets.*,
        views.view_count,
        cast(viewers.viewer_count as bigint) as viewer_count,
        cast(viewers.surviving_viewer_count as bigint) as surviving_viewer_count,
        cast(viewers.surviving_viewer_count as double) / viewers.viewer_count as survival
    from buckets
    inner join views
        on buckets.title_id = views.title_id
    inner join viewers
        on buckets.title_id = viewers.title_id and buckets.bucket_percentage = viewers.bucket_percentage
),

final as (
    select
        title_id,
        title_name,
        bucket_percentage,
        cast(bucket_percentage * bucket_seconds as decimal(18, 5)) as start_seconds,
        cast((bucket_percentage + 1) * bucket_seconds as decimal(18, 5)) as end_seconds,
        cast(watch_seconds as decimal(18, 5)) as watch_seconds,
        cast(unique_watch_seconds as decimal(18, 5)) as unique_watch_seconds,
        view_count,
        viewer_count,
        surviving_viewer_count,
        cast(watch_seconds as double)
        / cast(bucket_seconds * view_count as double) as absolute_retention,
        cast(unique_watch_seconds as double)
        / cast(bucket_seconds * viewer_count as double) as viewer_retention,
        cast(watch_seconds as double)
        / nullif(cast(unique_watch_seconds as double), 0) as rewatch_ratio,
        survival,
        survival - lead(survival) over (
            partition by title_id order by bucket_percentage
        ) as drop_off
    from measured
)

select * from final
