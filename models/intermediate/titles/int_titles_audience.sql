{%- set quartiles = [25, 50, 75, 100] %}

with

viewer_titles as (
    select * from {{ ref('viewer_title_engagement') }}
),

final as (
    select
        title_id,
        min(first_watched_at) as first_watched_at,
        max(last_watched_at) as last_watched_at,
        count(*) as viewer_count,
        count(*) filter (where watch_seconds > 0) as watching_viewer_count,
        cast(sum(session_count) as bigint) as session_count,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds,
        cast(sum(unplaced_watch_seconds) as decimal(18, 3)) as unplaced_watch_seconds,
        -- Of those whose coverage is known.
        count(*) filter (where watch_seconds > 0 and unplaced_watch_seconds = 0)
            as covering_viewer_count,
        cast(sum(unique_watch_seconds) as decimal(18, 3)) as unique_watch_seconds,
        -- Scores have nine decimals: as decimals their sum is exact on every engine.
        cast(sum(cast(engagement_score as decimal(18, 9))) as double) / count(*)
            as avg_engagement_score,
        {%- for tier in ['High', 'Medium', 'Low', 'Minimal'] %}
        count(*) filter (where engagement_tier = '{{ tier }}')
            as {{ tier | lower }}_tier_viewer_count,
        {%- endfor %}
        cast(sum(completion_count) as bigint) as completion_count,
        cast(sum(verified_completion_count) as bigint) as verified_completion_count,
        {%- for percent in quartiles %}
        count(*) filter (
            where 100 * max_position_seconds >= {{ percent }} * title_duration_seconds
        ) as reached_{{ percent }}_viewer_count,
        count(*) filter (
            where 100 * unique_watch_seconds >= {{ percent }} * title_duration_seconds
        ) as covered_{{ percent }}_viewer_count,
        {%- endfor %}
        count(*) filter (where is_completed) as completed_viewer_count
    from viewer_titles
    group by title_id
)

select * from final
