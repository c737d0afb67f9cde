{{ config(materialized='table') }}

with

session_days as (
    select * from {{ ref('int_session_days') }}
),

final as (
    select
        customer_id,
        active_on,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds
    from session_days
    group by customer_id, active_on
)

select * from final
