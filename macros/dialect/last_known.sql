{#- The last value that is not NULL, within a window. -#}
{% macro last_known(expression) %}
    {{- return(adapter.dispatch('last_known', 'playhead')(expression)) -}}
{% endmacro %}

{% macro default__last_known(expression) -%}
    last_value({{ expression }}) ignore nulls
{%- endmacro %}

{% macro duckdb__last_known(expression) -%}
    last_value({{ expression }} ignore nulls)
{%- endmacro %}
