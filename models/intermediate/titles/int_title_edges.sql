with

titles as (
    select * from {{ ref('int_titles_enriched') }}
    where duration_seconds is not null
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
