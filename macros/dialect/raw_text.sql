{#- The text of a rejected row as far as var rejected_text lets it be kept: the line itself; of a table, what fields are
    read from, as JSON. Ip addresses are masked, whatever it says. -#}
{% macro raw_text(raw_row) %}
    {{- return(kept_text(adapter.dispatch('raw_text', 'playhead')(raw_row))) -}}
{% endmacro %}

{% macro default__raw_text(raw_row) -%}
    {{ raw_row if var('telemetry_format') == 'ndjson' else 'json_format(cast(' ~ raw_row ~ ' as json))' }}
{%- endmacro %}

{% macro duckdb__raw_text(raw_row) -%}
    cast({{ raw_row if var('telemetry_format') == 'ndjson' else 'to_json(' ~ raw_row ~ ')' }} as varchar)
{%- endmacro %}
