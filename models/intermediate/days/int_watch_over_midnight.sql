{{ config(**replacing_touched('is_touched_session')) }}

{%- set most_dates = (longest_played_seconds() / 86400) | round(0, 'ceil') | int + 1 %}

with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where
        {{ lasts_over_midnight('wall_started_at', 'wall_ended_at') }}
    {%- if is_incremental() %}
        and {{ is_derived_anew() }}
    {%- endif %}
),

numbers as (
    {{ dbt.generate_series(most_dates) }}
),

dates as (
    select
        intervals.*,
        {{ add_days(
            'cast(intervals.wall_started_at as date)',
            'cast(numbers.generated_number - 1 as integer)'
        ) }} as day_on
    from intervals
    cross join numbers
),

-- By the end of each of its dates, how long an interval has been played.
elapsed as (
    select
        *,
        least(
            {{ seconds_between(
                'wall_started_at', 'cast(' ~ add_days('day_on', 1) ~ ' as timestamp)'
            ) }},
            wall_seconds
        ) as elapsed_seconds
    from dates
    where cast(day_on as timestamp) < wall_ended_at
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
        customer_id,
        session_id,
        title_id,
        day_on as active_on,
        {{ daypart('wall_started_at') }} as daypart,
        case when day_on = cast(wall_started_at as date) then play_count else 0 end
            as play_count,
        cast(
            (
                watch_milliseconds
                - lag(watch_milliseconds, 1, 0) over (
                    partition by customer_id, session_id, title_id, event_number order by day_on
                )
            ) * 0.001 as decimal(13, 3)
        ) as watch_seconds,
        greatest(wall_started_at, cast(day_on as timestamp)) as wall_started_at,
        least(wall_ended_at, cast({{ add_days('day_on', 1) }} as timestamp)) as wall_ended_at,
        derived_at
    from watched
)

select * from final
