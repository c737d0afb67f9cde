{#- Whether a row belongs to a session that this run derives; where all is built anew, every
    row does. -#}
{% macro is_touched_session() -%}
    {%- if not execute or settled_until() -%}
    (customer_id, session_id) in (
        select touched.customer_id, touched.session_id
        from {{ ref('int_touched_sessions') }} as touched
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
