{#- Whether a row belongs to a viewer and date that this run derives. -#}
{% macro is_touched_viewer_day() -%}
    {{ is_listed(['customer_id', 'active_on'], 'int_touched_viewer_days') }}
{%- endmacro %}
