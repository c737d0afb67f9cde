with

edges as (
    select * from {{ ref('int_audience_edges') }}
),

-- Within a minute only: so the sort is of minutes, side by side, and not of all time at once.
counted as (
    select
        minute_at,
        plays,
        viewers,
        sum(plays) over so_far as plays_so_far,
        sum(viewers) over so_far as viewers_so_far,
        60 - {{ seconds_between('minute_at', 'edge_at') }} as seconds_left
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
        sum(plays * seconds_left) as play_seconds,
        sum(viewers * seconds_left) as viewer_seconds
    from counted
    group by minute_at
)

select * from final
