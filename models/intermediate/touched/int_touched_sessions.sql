{{ config(materialized='table') }}

-- depends_on: {{ ref('int_titles_enriched') }}

{%- set settled_until = settled_until() %}
{%- set listed_before = held_relation('int_touched_sessions', 'intermediate') if settled_until %}

with
{%- if settled_until %}

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- A new name, duration or kind changes all sessions of the title.
retitled as (
    select titles.title_id
    from titles
    inner join {{ held_relation('int_settled', 'intermediate') }} as settled
        on titles.title_id = settled.title_id
    where
        titles.title_name is distinct from settled.title_name
        or titles.title_type is distinct from settled.title_type
        or titles.duration_seconds is distinct from settled.duration_seconds
        or titles.duration_source is distinct from settled.duration_source
        or titles.is_live is distinct from settled.is_live
),
{%- endif %}

sessions as (
    select
        customer_id,
        session_id
    from {{ ref('stg_telemetry__events') }}
    where {{ is_newly_loaded() if settled_until else 'false' }}
    {%- if settled_until %}

    union

    select
        customer_id,
        session_id
    from {{ held_relation('viewing_sessions', 'marts') }}
    where title_id in (select retitled.title_id from retitled)
    {%- if listed_before %}

    union

    -- What a run set out to derive that did not end: titles may be again as they were before it.
    select
        customer_id,
        session_id
    from {{ listed_before }}
    where {{ is_derived_anew() }}
    {%- endif %}
    {%- endif %}
),

final as (
    select
        *,
        {{ derivation_stamp() }} as derived_at
    from sessions
)

select * from final
