{#- The whole quotient of integers that are not negative: Trino's `/`, DuckDB's `//`. -#}
{% macro integer_divide(dividend, divisor) %}
    {{- return(adapter.dispatch('integer_divide', 'playhead')(dividend, divisor)) -}}
{% endmacro %}

{% macro default__integer_divide(dividend, divisor) -%}
    {{ dividend }} / {{ divisor }}
{%- endmacro %}

{% macro duckdb__integer_divide(dividend, divisor) -%}
    {{ dividend }} // {{ divisor }}
{%- endmacro %}
