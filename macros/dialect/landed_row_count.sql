{#- How many rows the source holds, counted without taking any apart; blank lines are not rows. -#}
{% macro landed_row_count(relation) %}
    {{- return(adapter.dispatch('landed_row_count', 'playhead')(relation)) -}}
{% endmacro %}

{% macro duckdb__landed_row_count(relation) -%}
    {%- if var('telemetry_format') == 'parquet' -%}
        (select count(*) from {{ relation }})
    {%- else -%}
        (select count(line) from {{ relation }}) + (select count(*) from {{ undecodable_lines() }})
    {%- endif -%}
{%- endmacro %}
