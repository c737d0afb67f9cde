{#- The text of a landed row: the line itself; of a table, what fields are read from, as JSON. -#}
{% macro raw_text(raw_row) %}
    {{- return(adapter.dispatch('raw_text', 'playhead')(raw_row)) -}}
{% endmacro %}

{% macro default__raw_text(raw_row) -%}
    {{ 'json_format(cast(' ~ raw_row ~ ' as json))' if var('telemetry_format') == 'parquet' else raw_row }}
{%- endmacro %}

{% macro duckdb__raw_text(raw_row) -%}
    cast({{ raw_row if var('telemetry_format') == 'ndjson' else 'to_json(' ~ raw_row ~ ')' }} as varchar)
{%- endmacro %}
