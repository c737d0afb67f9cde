{{ config(**replacing_touched('is_touched_viewer_day')) }}

with

watch_days as (
    select * from {{ ref('int_watch_days') }}
    where {{ is_touched_viewer_day() }}
),

-- Of a viewer's streams in order, all that are still on began before: so together they are there
-- until the furthest end, without a gap.
in_order as (
    select
        customer_id,
        active_on,
        wall_started_at,
        wall_ended_at,
        max(wall_ended_at) over (
            partition by customer_id, active_on
            order by wall_started_at rows between unbounded preceding and 1 preceding
        ) as others_until
    from watch_days
),

-- Few. What is left out is a viewer's only stream: back to back, or empty, counts never twice.
beside_others as (
    select
        customer_id,
        active_on,
        wall_started_at,
        least(wall_ended_at, others_until) as wall_ended_at
    from in_order
    where wall_started_at < wall_ended_at and wall_started_at < others_until
),

sides (stream_change) as (
    values (1), (-1)
),

edges as (
    select
        beside_others.*,
        sides.stream_change,
        sum(sides.stream_change) over (
            partition by beside_others.customer_id, beside_others.active_on
            order by
                case
                    when sides.stream_change = 1 then beside_others.wall_started_at
                    else beside_others.wall_ended_at
                end
            range between unbounded preceding and current row
        ) as others_count
    from beside_others
    cross join sides
),

final as (
    select
        customer_id,
        active_on,
        wall_started_at,
        wall_ended_at,
        {{ seconds_between('wall_started_at', 'wall_ended_at') }} as wall_seconds,
        cast(others_count + 1 as integer) as stream_count
    from edges
    where stream_change = 1
)

select * from final
