{#- Whether what a session says of a title is reported by this run: of titles that the catalogue lacks, since it
    has new events of them, or had some when the title left the catalogue. -#}
{% macro is_reported_anew() -%}
    {%- if not execute or settled_until() -%}
    (customer_id, session_id, title_id) in (
        select reporting.customer_id, reporting.session_id, reporting.title_id
        from (
            {{ reporting_sessions() | indent(12) }}
        ) as reporting
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- Whether an event may be of these, by when it landed. As a constant, so that what landed before is not even
    read; where there are none, nothing is. -#}
{% macro may_be_reported() -%}
    {%- if not execute or not settled_until() -%}{{ return('true') }}{%- endif -%}
    {%- set landed_from = first_value(
        "select cast(min(landed_from) as varchar) from (" ~ reporting_sessions() ~ ") as reporting"
    ) -%}
    {{ "(landed_at is null or landed_at >= timestamp '" ~ landed_from ~ "')" if landed_from else 'false' }}
{%- endmacro %}

{#- The query of these sessions and titles, and since when their events may have landed. -#}
{% macro reporting_sessions() -%}
    {%- set sessions = held_relation('viewing_sessions') -%}
    {%- set lacks_title -%}
    title_id not in (select titles.title_id from {{ ref('stg_catalogue__titles') }} as titles)
    {%- endset -%}
    select customer_id, session_id, title_id,
        coalesce(landed_at, timestamp '1900-01-01 00:00:00') as landed_from
    from {{ ref('stg_telemetry__events') }}
    where {{ is_newly_loaded() }} and {{ lacks_title }}
    {%- if sessions %}
    union all
    -- No event is over a day ahead of its landing, or staging rejects it.
    select customer_id, session_id, title_id, started_at - interval '1' day as landed_from
    from {{ sessions }}
    where
        {{ lacks_title }}
        and (
            title_id in (
                select settled.title_id from {{ held_relation('int_settled') }} as settled
                where settled.is_catalogued
            )
            or (customer_id, session_id) in (
                select events.customer_id, events.session_id
                from {{ ref('stg_telemetry__events') }} as events
                where {{ is_newly_loaded() }}
            )
            {%- if is_sequenced() %}
            or {{ has_vanished() }}
            {%- endif %}
        )
    union all
    -- What a run set out to derive that did not end.
    select customer_id, session_id, title_id, landed_from
    from {{ held_relation('int_touched_sessions') }}
    where {{ is_derived_anew() }} and {{ lacks_title }}
    {%- endif %}
{%- endmacro %}
