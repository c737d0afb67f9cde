with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where not {{ lasts_over_midnight('wall_started_at', 'wall_ended_at') }}
),

over_midnight as (
    select * from {{ ref('int_watch_over_midnight') }}
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        cast(wall_started_at as date) as active_on,
        {{ daypart('wall_started_at') }} as daypart,
        play_count,
        watch_seconds,
        wall_started_at,
        wall_ended_at,
        derived_at
    from intervals

    union all

    select
        customer_id,
        session_id,
        title_id,
        active_on,
        daypart,
        play_count,
        watch_seconds,
        wall_started_at,
        wall_ended_at,
        derived_at
    from over_midnight
)

select * from final
