{#- Text without the blanks round it; NULL where nothing is left. -#}
{% macro as_text(column) -%}
    nullif(trim(cast({{ column }} as varchar)), '')
{%- endmacro %}
