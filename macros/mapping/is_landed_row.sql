{#- Whether a row of base_telemetry__events is a landed row's only one, or its first: the elements of a list in a row
    may be rows. -#}
{% macro is_landed_row() -%}
    {{ 'coalesce(element_number, 1) = 1' if mapping_settings().telemetry_rows.get('each') is not none else 'true' }}
{%- endmacro %}
