with

buckets as (
    select * from {{ ref('int_title_buckets') }}
),

survivors as (
    select * from {{ ref('int_title_survivors') }}
),

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where watch_seconds > 0 and {{ has_known_coverage() }}
),

views as (
    select
        title_id,
        count(*) as view_count
    from sessions
    group by title_id
),

measured as (
    select
        buckets.*,
        views.view_count,
        survivors.viewer_count,
        survivors.surviving_viewer_count,
        cast(survivors.surviving_viewer_count as double) / survivors.viewer_count as survival
    from buckets
    inner join views
        on buckets.title_id = views.title_id
    inner join survivors
        on
            buckets.title_id = survivors.title_id
            and buckets.bucket_percentage = survivors.bucket_percentage
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
        survival - lead(survival) over (partition by title_id order by bucket_percentage)
            as drop_off
    from measured
)

select * from final
