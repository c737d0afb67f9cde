{#- The columns within which rows hang on each other where what a row is hangs on others: its session's id, which for a
    session that a gap tells is, as it landed, what the gap is within; and its viewer, where none is carried. -#}
{% macro session_roots() %}
    {{ return(
        ['session_id'] if session_gap() is not none or 'customer_id' in carried_fields()
        else ['customer_id', 'session_id']
    ) }}
{% endmacro %}

{#- Whether a row hangs on one that was loaded since all was last up to date. `is_judged`: it has the session's id, not
    the landed row's; the time at its end is then no part of it. -#}
{% macro is_of_new_root(is_judged=false) -%}
    {%- set roots = session_roots() | join(', ') -%}
    {%- set cut = 'substr(session_id, 1, length(session_id) - 25)' -%}
    ({{ cut if is_judged and session_gap() is not none else roots }}) in (
        select landed.{{ session_roots() | join(', landed.') }}
        from {{ ref('base_telemetry__events') }} as landed
        where
            landed.session_id is not null
            and ({{ is_newly_loaded() }}{% if not execute or settled_until() %} or {{ is_measured_anew() }}{% endif %})
    )
{%- endmacro %}

{#- Whether the catalogue knows a row's title since all was last up to date, no longer, or by another length. -#}
{% macro is_measured_anew() -%}
    {%- set now -%}
        select title_id, max(duration_seconds) from {{ ref('stg_catalogue__titles') }} group by title_id
    {%- endset -%}
    {%- set settled -%}
        select title_id, max(duration_seconds) from {{ held_relation('int_settled') }}
        where is_catalogued group by title_id
    {%- endset -%}
    title_id in (
        select changed.title_id
        from (({{ now }} except {{ settled }}) union all ({{ settled }} except {{ now }})) as changed
    )
{%- endmacro %}
