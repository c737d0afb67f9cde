with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
),

presence as (
    select * from {{ ref('int_viewer_presence') }}
),

minutes as (
    select * from {{ ref('int_minutes') }}
),

-- Two rows an interval and two an island: where it begins to count, and where it ceases to.
-- Each minute has a row that changes nothing, so that it begins with a count of its own.
edges as (
    select
        wall_started_at as edge_at,
        1 as plays,
        0 as viewers
    from intervals

    union all

    select
        wall_ended_at as edge_at,
        -1 as plays,
        0 as viewers
    from intervals

    union all

    select
        wall_started_at as edge_at,
        0 as plays,
        1 as viewers
    from presence

    union all

    select
        wall_ended_at as edge_at,
        0 as plays,
        -1 as viewers
    from presence

    union all

    select
        minute_at as edge_at,
        0 as plays,
        0 as viewers
    from minutes
),

-- At one instant, ends and beginnings cancel out: back to back never counts twice.
final as (
    select
        date_trunc('minute', edge_at) as minute_at,
        edge_at,
        cast(sum(plays) as integer) as plays,
        cast(sum(viewers) as integer) as viewers
    from edges
    group by edge_at
)

select * from final
