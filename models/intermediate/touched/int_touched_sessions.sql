{{ config(materialized='table') }}

-- depends_on: {{ ref('int_titles_enriched') }}
{%- if is_sequenced() %}
-- depends_on: {{ ref('base_telemetry__events') }}
-- depends_on: {{ ref('stg_catalogue__titles') }}
{%- endif %}

{%- set settled_until = settled_until() %}
{%- set held_sessions = held_relation('viewing_sessions') if settled_until %}

with
{%- if settled_until %}

-- A new name, duration or kind changes all sessions of the title.
retitled as (
    select titles.title_id
    from {{ ref('int_titles_enriched') }} as titles
    inner join {{ held_relation('int_settled') }} as settled
        on titles.title_id = settled.title_id
    where
        {%- for column in ['title_name', 'title_type', 'duration_seconds', 'duration_source'] %}
        titles.{{ column }} is distinct from settled.{{ column }} or
        {%- endfor %}
        titles.is_live is distinct from settled.is_live
),
{%- endif %}

begun as (
    select
        customer_id,
        session_id,
        title_id,
        landed_at as landed_from,
        cast(null as timestamp) as held_from,
        cast(null as timestamp) as held_until
    from {{ ref('stg_telemetry__events') }}
    where {{ is_newly_loaded() if settled_until else 'false' }}
    {%- if settled_until and is_sequenced() %}
        or title_id in (select retitled.title_id from retitled)
    {%- endif %}
    {%- if settled_until %}

    union all

    select
        customer_id,
        session_id,
        title_id,
        cast(null as timestamp) as landed_from,
        cast(null as timestamp) as held_from,
        cast(null as timestamp) as held_until
    from {{ held_sessions }}
    where title_id in (select retitled.title_id from retitled)
    {%- if is_sequenced() %}

    union all

    select
        customer_id,
        session_id,
        title_id,
        cast(null as timestamp) as landed_from,
        cast(null as timestamp) as held_from,
        cast(null as timestamp) as held_until
    from {{ held_sessions }}
    where {{ has_vanished() }}
    {%- endif %}

    union all

    -- What a run set out to derive that did not end: titles may be again as they were before it.
    select
        customer_id,
        session_id,
        title_id,
        landed_from,
        held_from,
        held_until
    from {{ held_relation('int_touched_sessions') }}
    where {{ is_derived_anew() }}
    {%- endif %}
),

sessions as (
    select * from begun
    {%- if settled_until %}

    union all

    -- No event is over a day ahead of its landing, or staging rejects it.
    select
        customer_id,
        session_id,
        title_id,
        started_at - interval '1' day as landed_from,
        least(started_at, coalesce(playback_started_at, started_at)) as held_from,
        greatest(ended_at, coalesce(playback_ended_at, ended_at)) as held_until
    from {{ held_sessions }}
    where (customer_id, session_id) in (select begun.customer_id, begun.session_id from begun)
    {%- endif %}
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        min(landed_from) as landed_from,
        min(held_from) as held_from,
        max(held_until) as held_until,
        {{ derivation_stamp() }} as derived_at
    from sessions
    group by customer_id, session_id, title_id
)

select * from final
