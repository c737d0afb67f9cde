{#- Whether a row belongs to a session that this run derives. -#}
{% macro is_touched_session() -%}
    {{ is_listed(['customer_id', 'session_id'], 'int_touched_sessions') }}
{%- endmacro %}
