{{ config(materialized='table') }}

-- depends_on: {{ ref('int_titles_enriched') }}

{%- set settled_until = settled_until() %}
{%- set is_new = is_newly_loaded() if settled_until else 'false' %}

with
{%- if settled_until %}

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- A new name or duration changes all sessions of the title.
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
),
{%- endif %}

final as (
    select
        customer_id,
        session_id
    from {{ ref('stg_telemetry__events') }}
    where {{ is_new }}

    union

    -- An event may have been delivered for several sessions; who lands first has it.
    select
        customer_id,
        session_id
    from {{ ref('int_repeated_events') }}
    where {{ is_new }}
    {%- if settled_until %}

    union

    select
        customer_id,
        session_id
    from {{ held_relation('viewing_sessions', 'marts') }}
    where title_id in (select retitled.title_id from retitled)

    union

    -- What a run derived that was killed: titles may be again as they were before it.
    select
        customer_id,
        session_id
    from {{ held_relation('int_playback_spans', 'intermediate') }}
    where {{ is_derived_anew() }}
    {%- endif %}
)

select * from final
