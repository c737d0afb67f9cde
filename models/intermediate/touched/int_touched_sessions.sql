{{ config(materialized='table') }}

-- depends_on: {{ ref('int_titles_enriched') }}

{%- set settled_until = settled_until() %}

with

events as (
    select
        event_id,
        customer_id,
        session_id,
        loaded_at
    from {{ ref('stg_telemetry__events') }}
),
{%- if settled_until %}

newly_loaded as (
    select event_id
    from events
    where loaded_at > timestamp '{{ settled_until }}'
),

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

-- An event may have been delivered for several sessions; who lands first has it.
final as (
    select
        customer_id,
        session_id
    from events
    {%- if settled_until %}
    where event_id in (select newly_loaded.event_id from newly_loaded)
    {%- endif %}
    group by customer_id, session_id
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
