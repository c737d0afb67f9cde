{#- Whether a row belongs to a session that this run derives. -#}
{% macro is_touched_session() -%}
    (customer_id, session_id) in (
        select touched.customer_id, touched.session_id
        from {{ ref('int_touched_sessions') }} as touched
    )
{%- endmacro %}
