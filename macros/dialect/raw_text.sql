{#- The text of a rejected row as far as var rejected_text lets it be kept; ip addresses are masked, whatever it says. -#}
{% macro raw_text(raw_row) %}
    {{- return(kept_text(row_text(raw_row))) -}}
{% endmacro %}

{#- The text of a landed row: the line itself; of Parquet, what fields are read from, as JSON. -#}
{% macro row_text(raw_row) %}
    {{- return(adapter.dispatch('row_text', 'playhead')(raw_row)) -}}
{% endmacro %}

{% macro default__row_text(raw_row) -%}
    {{ 'json_format(cast(' ~ raw_row ~ ' as json))' if var('telemetry_format') == 'parquet' else raw_row }}
{%- endmacro %}

{% macro duckdb__row_text(raw_row) -%}
    cast({{ 'to_json(' ~ raw_row ~ ')' if var('telemetry_format') == 'parquet' else raw_row }} as varchar)
{%- endmacro %}
