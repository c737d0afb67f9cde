{#- Whether a row belongs to a viewer and title that this run derives. -#}
{% macro is_touched_viewer_title() -%}
    {{ is_listed(['customer_id', 'title_id'], 'int_touched_viewer_titles') }}
{%- endmacro %}
