{{ config(materialized='incremental', unique_key='minute_at') }}

with

edges as (
    select * from {{ ref('int_audience_edges') }}
),

-- Within a minute only: so the sort is of minutes, side by side, and not of all time at once. In
-- whole milliseconds, since integers add up several times as fast as decimals.
counted as (
    select
        minute_at,
        plays,
        viewers,
        sum(plays) over so_far as plays_so_far,
        sum(viewers) over so_far as viewers_so_far,
        60000 - date_diff('millisecond', minute_at, edge_at) as milliseconds_left
    from edges
    window so_far as (
        partition by minute_at
        order by edge_at rows between unbounded preceding and current row
    )
),

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
