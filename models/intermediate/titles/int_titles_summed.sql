{{ config(materialized='table') }}

with

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

viewer_titles as (
    select * from {{ ref('viewer_title_engagement') }}
),

audience as (
    select
        {%- for count in ['session', 'view', 'play', 'completion', 'verified_completion'] %}
        cast(coalesce(sum(viewer_titles.{{ count }}_count), 0) as bigint) as {{ count }}_count,
        {%- endfor %}
        {%- for time in ['watch', 'unplaced_watch', 'unique_watch'] %}
        cast(coalesce(sum(viewer_titles.{{ time }}_seconds), 0) as decimal(18, 3))
            as {{ time }}_seconds,
        {%- endfor %}
        {%- for tier in ['High', 'Medium', 'Low', 'Minimal'] %}
        count(*) filter (where viewer_titles.engagement_tier = '{{ tier }}')
            as {{ tier | lower }}_tier_viewer_count,
        {%- endfor %}
        {%- for share, seconds in [('reached', 'max_position'), ('covered', 'unique_watch')] %}
        {%- for percent in [25, 50, 75, 100] %}
        case
            when titles.duration_seconds is not null
                then count(*) filter (
                        where 100 * viewer_titles.{{ seconds }}_seconds
                        >= {{ percent }} * titles.duration_seconds
                    )
        end as {{ share }}_{{ percent }}_viewer_count,
        {%- endfor %}
        {%- endfor %}
        titles.title_id,
        count(viewer_titles.customer_id) as viewer_count,
        count(*) filter (where viewer_titles.watch_seconds > 0) as watching_viewer_count,
        count(*) filter (where viewer_titles.is_completed) as completed_viewer_count,
        -- Of those whose coverage is known.
        count(*) filter (
            where viewer_titles.watch_seconds > 0 and viewer_titles.unplaced_watch_seconds = 0
        ) as covering_viewer_count,
        cast(coalesce(
            sum(viewer_titles.view_count) filter (where viewer_titles.unplaced_watch_seconds = 0), 0
        ) as bigint) as covering_view_count,
        -- Scores have nine decimals: as decimals their sum is exact on every engine.
        cast(sum(cast(viewer_titles.engagement_score as decimal(18, 9))) as double) / count(*)
            as avg_engagement_score
    from titles
    left join viewer_titles on titles.title_id = viewer_titles.title_id
    group by titles.title_id, titles.duration_seconds
),

ranked as (
    select
        title_id,
        engagement_score,
        row_number() over (partition by title_id order by engagement_score) as place,
        count(*) over (partition by title_id) as viewer_count
    from viewer_titles
),

-- By rank, since Trino has no exact median: the middle one, or the mean of the middle two.
medians as (
    select
        title_id,
        (min(engagement_score) + max(engagement_score)) / 2 as median_engagement_score
    from ranked
    where 2 * place between viewer_count and viewer_count + 2
    group by title_id
),

final as (
    select
        audience.*,
        titles.title_name,
        titles.title_type,
        titles.genre,
        titles.released_on,
        titles.duration_seconds as title_duration_seconds,
        titles.duration_source,
        medians.median_engagement_score
    from audience
    inner join titles on audience.title_id = titles.title_id
    left join medians on audience.title_id = medians.title_id
)

select * from final
