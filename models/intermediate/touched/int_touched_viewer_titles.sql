{{ config(materialized='table') }}

-- depends_on: {{ ref('int_touched_sessions') }}

{%- set settled_until = settled_until() %}

with

final as (
    select
        customer_id,
        title_id
    from {{ ref('viewing_sessions') }}
    where {{ is_touched_session() if settled_until else 'false' }}
    group by customer_id, title_id
)

select * from final
