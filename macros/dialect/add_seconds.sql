{#- A timestamp moved by decimal seconds, exact to the millisecond. -#}
{% macro add_seconds(timestamp, seconds) %}
    {{- return(adapter.dispatch('add_seconds', 'playhead')(timestamp, seconds)) -}}
{% endmacro %}

{% macro default__add_seconds(timestamp, seconds) -%}
    date_add('millisecond', cast(({{ seconds }}) * 1000 as bigint), {{ timestamp }})
{%- endmacro %}

{% macro duckdb__add_seconds(timestamp, seconds) -%}
    {{ timestamp }} + to_milliseconds(cast(({{ seconds }}) * 1000 as bigint))
{%- endmacro %}
