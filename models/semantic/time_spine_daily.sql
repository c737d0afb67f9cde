with

days as (
    select * from {{ ref('int_days') }}
),

final as (
    select day_on as date_day
    from days
)

select * from final
