{{ config(materialized='view') }}

with

minutes as (
    select * from {{ ref('int_minutes') }}
),

final as (
    select minute_at as date_minute
    from minutes
)

select * from final
