{#- The schemas are named as they are configured: staging, intermediate, marts. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- adapter.dispatch('schema_name', 'playhead')(custom_schema_name) -}}
{%- endmacro %}
