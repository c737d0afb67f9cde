{{ config(materialized='incremental', unique_key='minute_at') }}

with

touched as (
    select active_on
    from {{ ref('int_touched_viewer_days') }}
    group by active_on
),

numbers as (
    {{ dbt.generate_series(1440) }}
),

sides (change) as (
    values (1), (-1)
),

-- A stream beside another one of its viewer is no further viewer.
stretches as (
    select
        active_on,
        wall_started_at,
        wall_ended_at,
        1 as plays,
        1 as viewers
    from {{ ref('int_watch_days') }}

    union all

    select
        active_on,
        wall_started_at,
        wall_ended_at,
        0 as plays,
        -1 as viewers
    from {{ ref('int_simultaneous_streams') }}
),

-- Each minute has an edge that changes nothing, so that it begins with a count of its own.
edges as (
    select
        stretches.active_on,
        case when sides.change = 1 then stretches.wall_started_at else stretches.wall_ended_at end
            as edge_at,
        sides.change * stretches.plays as plays,
        sides.change * stretches.viewers as viewers
    from stretches
    cross join sides
    where stretches.active_on in (select touched.active_on from touched)

    union all

    select
        touched.active_on,
        {{ add_seconds(
            'cast(touched.active_on as timestamp)', '(numbers.generated_number - 1) * 60'
        ) }} as edge_at,
        0 as plays,
        0 as viewers
    from touched
    cross join numbers
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
