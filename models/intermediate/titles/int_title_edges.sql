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

-- Where each interval and each island begins to count, and where it ceases to.
edges as (
    {%- for relation, border, plays, viewers in [
        ('intervals', 'start_seconds', 1, 0), ('intervals', 'end_seconds', -1, 0),
        ('coverage', 'start_seconds', 0, 1), ('coverage', 'end_seconds', 0, -1)
    ] %}
    select
        title_id,
        {{ border }} as at_seconds,
        {{ plays }} as plays,
        {{ viewers }} as viewers,
        0 as leaving_viewers
    from {{ relation }}

    union all
    {% endfor %}
    -- And where each viewer leaves for good.
    select
        title_id,
        max(end_seconds) as at_seconds,
        0 as plays,
        0 as viewers,
        1 as leaving_viewers
    from coverage
    group by customer_id, title_id
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
        sum(leaving_viewers) as leaving_viewers,
        sum(plays * at_seconds) as play_seconds,
        sum(viewers * at_seconds) as viewer_seconds
    from located
    group by title_id, bucket_percentage
)

select * from final
