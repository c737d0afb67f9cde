{{ config(materialized='table') }}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where {{ is_touched_session() }}
),

final as (
    select
        customer_id,
        title_id
    from sessions
    group by customer_id, title_id
)

select * from final
