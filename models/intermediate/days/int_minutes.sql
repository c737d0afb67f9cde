with

days as (
    select * from {{ ref('int_days') }}
),

numbers as (
    {{ dbt.generate_series(1440) }}
),

final as (
    select
        {{ add_seconds('cast(days.day_on as timestamp)', '(numbers.generated_number - 1) * 60') }}
            as minute_at
    from days
    cross join numbers
)

select * from final
