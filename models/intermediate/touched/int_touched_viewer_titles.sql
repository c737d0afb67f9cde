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

    union

    -- Of a session that has just lost its event to another one, no row is left.
    select
        customer_id,
        title_id
    from {{ ref('int_repeated_events') }}
    where {{ is_newly_loaded() if settled_until else 'false' }}
)

select * from final
