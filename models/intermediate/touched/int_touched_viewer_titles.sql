{{ config(materialized='table') }}

-- depends_on: {{ ref('int_touched_sessions') }}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
    where {{ is_touched_session() if settled_until() else 'false' }}
),

final as (
    select
        customer_id,
        title_id
    from sessions
    group by customer_id, title_id
)

select * from final
