with

titles as (
    select * from {{ ref('int_titles_summed') }}
),

retention as (
    select * from {{ ref('title_retention') }}
),

compared as (
    select
        *,
        watch_seconds - unique_watch_seconds as rewatch_seconds,
        surviving_viewer_count - lead(surviving_viewer_count) over (
            partition by title_id order by bucket_percentage
        ) as lost_viewer_count
    from retention
),

-- Of equals, the earliest.
peaks as (
    select
        title_id,
        cast(nullif(max(lost_viewer_count), 0) as double) / max(viewer_count) as largest_drop_off,
        min_by(bucket_percentage, row(-lost_viewer_count, bucket_percentage)) filter (
            where lost_viewer_count > 0
        ) as largest_drop_off_bucket,
        min_by(bucket_percentage, row(-rewatch_seconds, bucket_percentage)) filter (
            where rewatch_seconds > 0
        ) as most_rewatched_bucket,
        min_by(rewatch_ratio, row(-rewatch_seconds, bucket_percentage)) filter (
            where rewatch_seconds > 0
        ) as most_rewatched_ratio
    from compared
    group by title_id
),

rated as (
    select
        *,
        case
            when title_duration_seconds < 300 then 'under_5_min'
            when title_duration_seconds < 1200 then '5_to_20_min'
            when title_duration_seconds < 3600 then '20_to_60_min'
            when title_duration_seconds >= 3600 then 'over_60_min'
        end as duration_band,
        cast(watch_seconds as double) / 3600 as watch_hours,
        cast(watch_seconds as double) / nullif(view_count, 0) as avg_view_seconds,
        100 * cast(watch_seconds as double)
        / nullif(cast(view_count * title_duration_seconds as double), 0) as avg_percentage_viewed,
        cast(completed_viewer_count as double) / nullif(viewer_count, 0) as completion_rate,
        cast(watch_seconds as double) / cast(title_duration_seconds as double) as runtime_views,
        cast(unique_watch_seconds as double) / cast(title_duration_seconds as double)
            as average_minute_audience,
        -- Nine decimals, so that noise of double arithmetic ranks no title above its equal.
        round(
            cast(unique_watch_seconds as double)
            / nullif(cast(covering_viewer_count * title_duration_seconds as double), 0),
            9
        ) as average_viewer_retention
    from titles
),

-- percent_rank of titles with a retention, but NULL for one that has no other to compare with.
final as (
    select
        rated.*,
        case
            when rated.average_viewer_retention is not null
                then cast(
                        rank() over (
                            partition by rated.duration_band
                            order by rated.average_viewer_retention nulls last
                        ) - 1 as double
                    ) / nullif(
                        count(rated.average_viewer_retention) over (
                            partition by rated.duration_band
                        ) - 1, 0
                    )
        end as retention_rank,
        peaks.largest_drop_off,
        peaks.largest_drop_off_bucket,
        peaks.most_rewatched_bucket,
        peaks.most_rewatched_ratio
    from rated
    left join peaks on rated.title_id = peaks.title_id
)

select * from final
