with

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

audience as (
    select * from {{ ref('int_titles_audience') }}
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

final as (
    select
        titles.*,
        case
            when titles.duration_seconds < 300 then 'under_5_min'
            when titles.duration_seconds < 1200 then '5_to_20_min'
            when titles.duration_seconds < 3600 then '20_to_60_min'
            when titles.duration_seconds >= 3600 then 'over_60_min'
        end as duration_band,
        coalesce(views.view_count, 0) as view_count,
        cast(audience.watch_seconds as double) / views.view_count as avg_view_seconds,
        100 * cast(audience.watch_seconds as double)
        / cast(views.view_count * titles.duration_seconds as double) as avg_percentage_viewed,
        cast(coalesce(audience.watch_seconds, 0) as double)
        / cast(titles.duration_seconds as double) as runtime_views,
        cast(coalesce(audience.unique_watch_seconds, 0) as double)
        / cast(titles.duration_seconds as double) as average_minute_audience,
        -- Nine decimals, so that noise of double arithmetic ranks no title above its equal.
        round(
            cast(audience.unique_watch_seconds as double)
            / nullif(cast(audience.covering_viewer_count * titles.duration_seconds as double), 0),
            9
        ) as average_viewer_retention
    from titles
    left join audience
        on titles.title_id = audience.title_id
    left join views
        on titles.title_id = views.title_id
)

select * from final
