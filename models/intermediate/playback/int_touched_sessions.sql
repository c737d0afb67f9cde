{{ config(materialized='table') }}

{%- set held = {'int_playback_spans': 'intermediate', 'viewing_sessions': 'marts'} %}
{%- set titles = ref('int_titles_enriched') %}
{%- set complete_until = loaded_until(held) %}

with

events as (
    select
        event_id,
        customer_id,
        session_id,
        loaded_at
    from {{ ref('stg_telemetry__events') }}
),
{%- if complete_until %}

newly_loaded as (
    select event_id
    from events
    where loaded_at > timestamp '{{ complete_until }}'
),

-- A new title or duration changes all sessions of it.
retitled as (
    select
        sessions.customer_id,
        sessions.session_id
    from {{ held_relation('viewing_sessions', 'marts') }} as sessions
    inner join {{ titles }} as titles
        on sessions.title_id = titles.title_id
    where
        sessions.title_duration_seconds is distinct from titles.duration_seconds
        or sessions.title_name is distinct from titles.title_name
        or sessions.title_type is distinct from titles.title_type
),
{%- endif %}

-- An event may have been delivered for several sessions; who lands first has it.
final as (
    select
        customer_id,
        session_id
    from events
    {%- if complete_until %}
    where event_id in (select newly_loaded.event_id from newly_loaded)
    {%- endif %}
    group by customer_id, session_id
    {%- if complete_until %}

    union

    select
        customer_id,
        session_id
    from retitled
    {%- endif %}
)

select * from final
