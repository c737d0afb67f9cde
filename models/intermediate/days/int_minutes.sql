with

session_days as (
    select * from {{ ref('int_session_days') }}
),

day_numbers as (
    {{ dbt.generate_series(366) }}
),

minute_numbers as (
    {{ dbt.generate_series(1440) }}
),

eventful_days as (
    select active_on
    from session_days
    group by active_on
),

neighbours as (
    select
        active_on,
        lead(active_on) over (order by active_on) as next_active_on
    from eventful_days
),

-- A day on which nobody watched is a day: all are here up to the next, but for at most a year. A
-- device whose clock is decades off must not make millions of minutes in which nothing happens.
days as (
    select
        {{ add_days('neighbours.active_on', 'cast(day_numbers.generated_number - 1 as integer)') }}
            as day_on
    from neighbours
    inner join day_numbers
        on
            day_numbers.generated_number
            <= coalesce(date_diff('day', neighbours.active_on, neighbours.next_active_on), 1)
),

final as (
    select
        {{ add_seconds(
            'cast(days.day_on as timestamp)', '(minute_numbers.generated_number - 1) * 60'
        ) }} as minute_at
    from days
    cross join minute_numbers
)

select * from final
