{#- The UTC timestamp, cut to the millisecond, of decimal seconds since 1970; NULL out of the years 1 to 9999. -#}
{% macro epoch_timestamp(seconds) %}
    {{- return(adapter.dispatch('epoch_timestamp', 'playhead')(seconds)) -}}
{% endmacro %}

{#- Of 64 bits of nanoseconds: the years 1678 to 2261. Trino's date_add takes no more milliseconds than an integer. -#}
{% macro default__epoch_timestamp(seconds) -%}
    case
        when {{ seconds }} between -9223372036 and 9223372035
            then cast(
                from_unixtime_nanos(cast(floor({{ seconds }} * 1000) as bigint) * 1000000) at time zone 'UTC'
                as timestamp(3)
            )
    end
{%- endmacro %}

{% macro duckdb__epoch_timestamp(seconds) -%}
    case
        when {{ seconds }} between -62135596800 and 253402300799
            then epoch_ms(cast(floor({{ seconds }} * 1000) as bigint))
    end
{%- endmacro %}
