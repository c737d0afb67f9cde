{#- A DuckDB file is the project's own; the Glue catalog is all of the account's, so there the schemas
    begin with the target's: playhead_marts. -#}
{% macro default__schema_name(custom_schema_name) -%}
    {{- target.schema ~ '_' ~ custom_schema_name if custom_schema_name else target.schema -}}
{%- endmacro %}

{% macro duckdb__schema_name(custom_schema_name) -%}
    {{- custom_schema_name or target.schema -}}
{%- endmacro %}
