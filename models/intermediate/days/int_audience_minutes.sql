{{ config(materialized='incremental', unique_key='minute_at') }}

with

touched as (
    select active_on
    from {{ ref('int_touched_viewer_days') }}
    group by active_on
),

sides (change) as (
    values (1), (-1)
),

-- A stream beside another one of its viewer is no further viewer. Each minute has an edge that
-- changes nothing, so that it begins with a count of its own.
edges as (
    select
        watched.active_on,
        case when sides.change = 1 then watched.wall_started_at else watched.wall_ended_at end
            as edge_at,
        sides.change as plays,
        sides.change as viewers
    from {{ ref('int_watch_days') }} as watched
    cross join sides
    where watched.active_on in (select touched.active_on from touched)

    union all

    select
        beside.active_on,
        case when sides.change = 1 then beside.wall_started_at else beside.wall_ended_at end
            as edge_at,
        0 as plays,
        -sides.change as viewers
    from {{ ref('int_simultaneous_streams') }} as beside
    cross join sides
    where beside.active_on in (select touched.active_on from touched)

    union all

    select
        cast(minute_at as date) as active_on,
        minute_at as edge_at,
        0 as plays,
        0 as viewers
    from {{ ref('int_minutes') }}
    where cast(minute_at as date) in (select touched.active_on from touched)
),

-- Within a minute only: so the sort is of minutes, side by side, and not of all time at once. The
-- edges of one instant count at once. What ends with a date ends in no minute of it.
counted as (
    select
        date_trunc('minute', edge_at) as minute_at,
        plays,
        viewers,
        sum(plays) over so_far as plays_so_far,
        sum(viewers) over so_far as viewers_so_far,
        60000 - date_diff('millisecond', date_trunc('minute', edge_at), edge_at)
            as milliseconds_left
    from edges
    where cast(edge_at as date) = active_on
    window so_far as (
        partition by date_trunc('minute', edge_at)
        order by edge_at range between unbounded preceding and current row
    )
),

-- In whole milliseconds, since integers add up several times as fast as decimals.
final as (
    select
        minute_at,
        cast(sum(plays) as bigint) as play_change,
        cast(sum(viewers) as bigint) as viewer_change,
        cast(max(plays_so_far) as bigint) as peak_plays,
        cast(max(viewers_so_far) as bigint) as peak_viewers,
        cast(max(plays_so_far - viewers_so_far) as bigint) as peak_streams,
        cast(sum(plays * milliseconds_left) * 0.001 as decimal(18, 3)) as play_seconds,
        cast(sum(viewers * milliseconds_left) * 0.001 as decimal(18, 3)) as viewer_seconds
    from counted
    group by minute_at
)

select * from final
