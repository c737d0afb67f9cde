{#- A UTC timestamp of whole milliseconds as text: 2025-03-01T12:00:00.000Z. -#}
{% macro iso_timestamp(timestamp) %}
    {{- return(adapter.dispatch('iso_timestamp', 'playhead')(timestamp)) -}}
{% endmacro %}

{% macro default__iso_timestamp(timestamp) -%}
    format_datetime({{ timestamp }}, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')
{%- endmacro %}

{% macro duckdb__iso_timestamp(timestamp) -%}
    strftime({{ timestamp }}, '%Y-%m-%dT%H:%M:%S.%gZ')
{%- endmacro %}
