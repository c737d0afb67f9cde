with

titles as (
    select * from {{ ref('int_titles_summed') }}
    where title_duration_seconds is not null and covering_viewer_count > 0
),

stretches as (
    select
        title_id,
        start_seconds,
        end_seconds,
        1 as plays,
        0 as viewers
    from {{ ref('int_watch_intervals') }}
    where {{ has_known_coverage() }}

    union all

    select
        title_id,
        start_seconds,
        end_seconds,
        0 as plays,
        1 as viewers
    from {{ ref('int_watch_coverage') }}
    where {{ has_known_coverage() }}
),

-- Each begins to count at one border, and ceases to at the other.
borders (sign) as (
    values (1), (-1)
),

edges as (
    select
        stretches.title_id,
        case borders.sign when 1 then stretches.start_seconds else stretches.end_seconds end
            as at_seconds,
        borders.sign * stretches.plays as plays,
        borders.sign * stretches.viewers as viewers,
        0 as leaving_viewers
    from stretches
    cross join borders

    union all

    -- Where a viewer leaves for good. Named twice, coverage is read twice, and not kept in memory.
    select
        title_id,
        max(end_seconds) as at_seconds,
        0 as plays,
        0 as viewers,
        1 as leaving_viewers
    from {{ ref('int_watch_coverage') }}
    where {{ has_known_coverage() }}
    group by customer_id, title_id
),

located as (
    select
        edges.*,
        {{ percent_reached('edges.at_seconds', 'titles.title_duration_seconds') }}
            as bucket_percentage
    from edges
    inner join titles
        on edges.title_id = titles.title_id
),

-- Of each hundredth, 100 for the end: what begins there less what ends, and the sums of where.
hundredth_edges as (
    select
        title_id,
        bucket_percentage,
        sum(plays) as plays,
        sum(viewers) as viewers,
        sum(leaving_viewers) as leaving_viewers,
        sum(plays * at_seconds) as play_seconds,
        sum(viewers * at_seconds) as viewer_seconds
    from located
    group by title_id, bucket_percentage
),

hundredths as (
    {{ dbt.generate_series(100) }}
),

buckets as (
    select
        titles.title_id,
        titles.title_name,
        titles.covering_view_count as view_count,
        titles.covering_viewer_count as viewer_count,
        cast(hundredths.generated_number - 1 as integer) as bucket_percentage,
        cast(titles.title_duration_seconds * 0.01 as decimal(18, 5)) as bucket_seconds
    from titles
    cross join hundredths
),

begun as (
    select
        buckets.*,
        coalesce(sum(edges.plays) over so_far, 0) as plays,
        coalesce(sum(edges.viewers) over so_far, 0) as viewers,
        coalesce(sum(edges.play_seconds) over so_far, 0) as play_seconds,
        coalesce(sum(edges.viewer_seconds) over so_far, 0) as viewer_seconds,
        coalesce(edges.leaving_viewers, 0) as leaving_viewers,
        coalesce(sum(edges.leaving_viewers) over so_far, 0) as left_viewers
    from buckets
    left join hundredth_edges as edges
        on
            buckets.title_id = edges.title_id
            and buckets.bucket_percentage = edges.bucket_percentage
    window so_far as (
        partition by buckets.title_id
        order by buckets.bucket_percentage rows between unbounded preceding and current row
    )
),

-- Up to a border: border × (intervals begun − ended) − (Σ where they began − Σ where they ended).
-- Whoever leaves in a hundredth has come to its start.
summed as (
    select
        *,
        (bucket_percentage + 1) * bucket_seconds * plays - play_seconds as watch_seconds_so_far,
        (bucket_percentage + 1) * bucket_seconds * viewers - viewer_seconds
            as unique_seconds_so_far,
        cast(viewer_count - left_viewers + leaving_viewers as bigint) as surviving_viewer_count
    from begun
),

measured as (
    select
        *,
        watch_seconds_so_far - lag(watch_seconds_so_far, 1, 0) over title as watch_seconds,
        unique_seconds_so_far - lag(unique_seconds_so_far, 1, 0) over title
            as unique_watch_seconds,
        cast(surviving_viewer_count as double) / viewer_count as survival
    from summed
    window title as (partition by title_id order by bucket_percentage)
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
