{{ config(materialized='table') }}

-- depends_on: {{ ref('int_touched_sessions') }}

{%- set settled_until = settled_until() %}
{%- set is_new = is_newly_loaded() if settled_until else 'false' %}

with

landings as (
    select landed_at
    from {{ ref('stg_telemetry__events') }}
    where {{ is_new }}
    {%- if settled_until %}

    union all

    -- Of what was derived before: no event is over a day ahead of its landing, or staging rejects it.
    select started_at - interval '1' day as landed_at
    from {{ held_relation('viewing_sessions', 'marts') }}
    where {{ is_touched_session() }}
    {%- endif %}
),

final as (
    select min(landed_at) as landed_from
    from landings
)

select * from final
