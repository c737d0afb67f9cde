{{ config(materialized='table') }}

with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where {{ has_known_coverage() }}
),

coverage as (
    select * from {{ ref('int_watch_coverage') }}
    where {{ has_known_coverage() }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
    where duration_seconds is not null
),

-- Two rows an interval and two an island: where it begins to count, and where it ceases to.
edges as (
    select
        title_id,
        start_seconds as at_seconds,
        1 as plays,
        0 as viewers
    from intervals

    union all

    select
        title_id,
        end_seconds as at_seconds,
        -1 as plays,
        0 as viewers
    from intervals

    union all

    select
        title_id,
        start_seconds as at_seconds,
        0 as plays,
        1 as viewers
    from coverage

    union all

    select
        title_id,
        end_seconds as at_seconds,
        0 as plays,
        -1 as viewers
    from coverage
),

located as (
    select
        edges.*,
        {{ percent_reached('edges.at_seconds', 'titles.duration_seconds') }} as bucket_percentage
    from edges
    inner join titles
        on edges.title_id = titles.title_id
),

final as (
    select
        title_id,
        bucket_percentage,
        sum(plays) as plays,
        sum(viewers) as viewers,
        sum(plays * at_seconds) as play_seconds,
        sum(viewers * at_seconds) as viewer_seconds
    from located
    group by title_id, bucket_percentage
)

select * from final
