{#- Whether a row belongs to a viewer of whom this run derives a session. -#}
{% macro is_touched_viewer() -%}
    {{ is_listed(['customer_id'], 'int_touched_sessions') }}
{%- endmacro %}
