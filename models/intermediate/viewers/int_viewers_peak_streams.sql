with

-- Few viewers ever have two streams at once: only theirs are counted, instant by instant.
intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where customer_id in (
            select viewer_streams.customer_id
            from {{ ref('int_viewers_streams') }} as viewer_streams
            where viewer_streams.simultaneous_stream_seconds > 0
        )
),

edges as (
    select
        customer_id,
        wall_started_at as edge_at,
        1 as stream_count
    from intervals

    union all

    select
        customer_id,
        wall_ended_at as edge_at,
        -1 as stream_count
    from intervals
),

-- At one instant, ends and beginnings cancel out.
changes as (
    select
        customer_id,
        edge_at,
        sum(stream_count) as stream_count
    from edges
    group by customer_id, edge_at
),

counted as (
    select
        customer_id,
        sum(stream_count) over (
            partition by customer_id
            order by edge_at rows between unbounded preceding and current row
        ) as stream_count
    from changes
),

final as (
    select
        customer_id,
        cast(max(stream_count) as bigint) as peak_simultaneous_streams
    from counted
    group by customer_id
)

select * from final
