with

edges as (
    select * from {{ ref('int_title_edges') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

digits (digit) as (
    values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
),

watched_titles as (
    select title_id
    from edges
    group by title_id
),

buckets as (
    select
        titles.title_id,
        titles.title_name,
        10 * tens.digit + ones.digit as bucket_percentage,
        cast(titles.duration_seconds * 0.01 as decimal(18, 5)) as bucket_seconds
    from watched_titles
    inner join titles
        on watched_titles.title_id = titles.title_id
    cross join digits as tens
    cross join digits as ones
),

begun as (
    select
        buckets.title_id,
        buckets.title_name,
        buckets.bucket_percentage,
        buckets.bucket_seconds,
        coalesce(sum(edges.plays) over so_far, 0) as plays,
        coalesce(sum(edges.viewers) over so_far, 0) as viewers,
        coalesce(sum(edges.play_seconds) over so_far, 0) as play_seconds,
        coalesce(sum(edges.viewer_seconds) over so_far, 0) as viewer_seconds
    from buckets
    left join edges
        on
            buckets.title_id = edges.title_id
            and buckets.bucket_percentage = edges.bucket_percentage
    window so_far as (
        partition by buckets.title_id
        order by buckets.bucket_percentage rows between unbounded preceding and current row
    )
),

-- Up to a border: border × (intervals begun − ended) − (Σ where they began − Σ where they ended).
summed as (
    select
        *,
        (bucket_percentage + 1) * bucket_seconds * plays - play_seconds as watch_seconds_so_far,
        (bucket_percentage + 1) * bucket_seconds * viewers - viewer_seconds as unique_seconds_so_far
    from begun
),

final as (
    select
        title_id,
        title_name,
        bucket_percentage,
        bucket_seconds,
        watch_seconds_so_far - lag(watch_seconds_so_far, 1, 0) over title as watch_seconds,
        unique_seconds_so_far - lag(unique_seconds_so_far, 1, 0) over title
            as unique_watch_seconds
    from summed
    window title as (partition by title_id order by bucket_percentage)
)

select * from final
