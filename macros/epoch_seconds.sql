{#- Seconds since 1970-01-01 UTC of a timestamp, exact to the millisecond. -#}
{% macro epoch_seconds(timestamp) -%}
    {{ seconds_between("timestamp '1970-01-01 00:00:00'", timestamp) }}
{%- endmacro %}
