{{ config(materialized='table') }}

with

session_days as (
    select * from {{ ref('int_session_days') }}
),

rejected_events as (
    select * from {{ ref('stg_telemetry__rejected_events') }}
),

numbers as (
    {{ dbt.generate_series(366) }}
),

-- Whatever a mart counts by day happened, began or ended on one of these.
eventful_days as (
    select active_on as day_on
    from session_days

    union

    select cast(landed_at as date) as day_on
    from rejected_events
    where landed_at is not null
),

neighbours as (
    select
        day_on,
        lead(day_on) over (order by day_on) as next_day_on
    from eventful_days
),

-- A day on which nobody watched is a day: all are here up to the next, but for at most a year. A
-- device whose clock is decades off must not make millions of minutes in which nothing happens.
final as (
    select
        {{ add_days('neighbours.day_on', 'cast(numbers.generated_number - 1 as integer)') }}
            as day_on
    from neighbours
    inner join numbers
        on
            numbers.generated_number
            <= coalesce(date_diff('day', neighbours.day_on, neighbours.next_day_on), 1)
)

select * from final
