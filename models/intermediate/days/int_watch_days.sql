{%- set most_dates = (longest_played_seconds() / 86400) | round(0, 'ceil') | int + 1 %}

with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where not {{ lasts_over_midnight('wall_started_at', 'wall_ended_at') }}
),

over_midnight as (
    select * from {{ ref('int_watch_intervals') }}
    where {{ lasts_over_midnight('wall_started_at', 'wall_ended_at') }}
),

numbers as (
    {{ dbt.generate_series(most_dates) }}
),

dates as (
    select
        over_midnight.*,
        {{ add_days(
            'cast(over_midnight.wall_started_at as date)',
            'cast(numbers.generated_number - 1 as integer)'
        ) }} as active_on
    from over_midnight
    cross join numbers
),

parts as (
    select
        *,
        greatest(wall_started_at, cast(active_on as timestamp)) as part_started_at,
        least(wall_ended_at, cast({{ add_days('active_on', 1) }} as timestamp)) as part_ended_at
    from dates
    where cast(active_on as timestamp) < wall_ended_at
),

-- The watch time goes with the clock; in whole milliseconds, so that the parts sum to the whole.
watched as (
    select
        *,
        {{ integer_divide(
            "cast(watch_seconds * 1000 as bigint)"
            ~ " * date_diff('millisecond', wall_started_at, part_started_at)",
            "date_diff('millisecond', wall_started_at, wall_ended_at)"
        ) }} as milliseconds_before,
        {{ integer_divide(
            "cast(watch_seconds * 1000 as bigint)"
            ~ " * date_diff('millisecond', wall_started_at, part_ended_at)",
            "date_diff('millisecond', wall_started_at, wall_ended_at)"
        ) }} as milliseconds_by_its_end
    from parts
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
        {{ daypart('wall_started_at') }} as daypart,
        case when active_on = cast(wall_started_at as date) then play_count else 0 end
            as play_count,
        cast((milliseconds_by_its_end - milliseconds_before) * 0.001 as decimal(13, 3))
            as watch_seconds,
        part_started_at as wall_started_at,
        part_ended_at as wall_ended_at,
        derived_at
    from watched
)

select * from final
