{%- set quartiles = [25, 50, 75, 100] %}

with

titles as (
    select * from {{ ref('int_titles_rated') }}
),

audience as (
    select * from {{ ref('int_titles_audience') }}
),

medians as (
    select * from {{ ref('int_titles_median_score') }}
),

peaks as (
    select * from {{ ref('int_titles_peaks') }}
),

ranks as (
    select * from {{ ref('int_titles_ranked') }}
),

final as (
    select
        titles.title_id,
        titles.title_name,
        titles.title_type,
        titles.genre,
        titles.released_on,
        titles.duration_seconds as title_duration_seconds,
        titles.duration_source,
        titles.duration_band,
        coalesce(audience.viewer_count, 0) as viewer_count,
        coalesce(audience.watching_viewer_count, 0) as watching_viewer_count,
        coalesce(audience.session_count, 0) as session_count,
        titles.view_count,
        coalesce(audience.play_count, 0) as play_count,
        cast(coalesce(audience.watch_seconds, 0) as decimal(18, 3)) as watch_seconds,
        cast(coalesce(audience.unplaced_watch_seconds, 0) as decimal(18, 3))
            as unplaced_watch_seconds,
        cast(coalesce(audience.unique_watch_seconds, 0) as decimal(18, 3)) as unique_watch_seconds,
        cast(coalesce(audience.watch_seconds, 0) as double) / 3600 as watch_hours,
        titles.avg_view_seconds,
        titles.avg_percentage_viewed,
        audience.avg_engagement_score,
        medians.median_engagement_score,
        {%- for tier in ['high', 'medium', 'low', 'minimal'] %}
        coalesce(audience.{{ tier }}_tier_viewer_count, 0) as {{ tier }}_tier_viewer_count,
        {%- endfor %}
        coalesce(audience.completion_count, 0) as completion_count,
        coalesce(audience.verified_completion_count, 0) as verified_completion_count,
        coalesce(audience.completed_viewer_count, 0) as completed_viewer_count,
        cast(audience.completed_viewer_count as double) / audience.viewer_count as completion_rate,
        {%- for measure in ['reached', 'covered'] %}
        {%- for percent in quartiles %}
        {%- set column = measure ~ '_' ~ percent ~ '_viewer_count' %}
        case when titles.duration_seconds is not null then coalesce(audience.{{ column }}, 0) end
            as {{ column }},
        {%- endfor %}
        {%- endfor %}
        titles.runtime_views,
        titles.average_minute_audience,
        titles.average_viewer_retention,
        ranks.retention_rank,
        peaks.largest_drop_off,
        peaks.largest_drop_off_bucket,
        peaks.most_rewatched_bucket,
        peaks.most_rewatched_ratio
    from titles
    left join audience on titles.title_id = audience.title_id
    left join medians on titles.title_id = medians.title_id
    left join peaks on titles.title_id = peaks.title_id
    left join ranks on titles.title_id = ranks.title_id
)

select * from final
