with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where {{ lasts_over_midnight('wall_started_at', 'wall_ended_at') }}
),

days as (
    select * from {{ ref('int_days') }}
),

-- By the end of each of its dates, how long an interval has been played.
elapsed as (
    select
        intervals.*,
        days.day_on,
        least(
            {{ seconds_between(
                'intervals.wall_started_at',
                'cast(' ~ add_days('days.day_on', 1) ~ ' as timestamp)'
            ) }},
            intervals.wall_seconds
        ) as elapsed_seconds
    from intervals
    inner join days
        on
            days.day_on >= cast(intervals.wall_started_at as date)
            and cast(days.day_on as timestamp) < intervals.wall_ended_at
),

-- The watch time goes with the clock; in whole milliseconds, so that the parts sum to the whole.
watched as (
    select
        *,
        {{ integer_divide(
            'cast(watch_seconds * 1000 as bigint) * cast(elapsed_seconds * 1000 as bigint)',
            'cast(wall_seconds * 1000 as bigint)'
        ) }} as watch_milliseconds
    from elapsed
),

final as (
    select
        event_id,
        customer_id,
        session_id,
        title_id,
        day_on as active_on,
        case when day_on = cast(wall_started_at as date) then 1 else 0 end as play_count,
        cast(
            (
                watch_milliseconds
                - lag(watch_milliseconds, 1, 0) over (partition by event_id order by day_on)
            ) * 0.001 as decimal(12, 3)
        ) as watch_seconds
    from watched
)

select * from final
