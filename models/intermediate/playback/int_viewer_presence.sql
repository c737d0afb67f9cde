with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where wall_ended_at > wall_started_at
),

islands as (
    {{ merge_intervals('intervals', ['customer_id'], 'wall_started_at', 'wall_ended_at') }}
),

final as (
    select
        customer_id,
        wall_started_at,
        wall_ended_at,
        {{ seconds_between('wall_started_at', 'wall_ended_at') }} as wall_seconds
    from islands
)

select * from final
