{#- The UTC timestamp, cut to the millisecond, of decimal seconds since 1970; NULL out of the years 1 to 9999. -#}
{% macro epoch_timestamp(seconds) %}
    {{- return(adapter.dispatch('epoch_timestamp', 'playhead')(seconds)) -}}
{% endmacro %}

{% macro default__epoch_timestamp(seconds) -%}
    case
        when {{ seconds }} between -62135596800 and 253402300799
            then date_add(
                'millisecond', cast(floor({{ seconds }} * 1000) as bigint), timestamp '1970-01-01 00:00:00.000'
            )
    end
{%- endmacro %}

{% macro duckdb__epoch_timestamp(seconds) -%}
    case
        when {{ seconds }} between -62135596800 and 253402300799
            then epoch_ms(cast(floor({{ seconds }} * 1000) as bigint))
    end
{%- endmacro %}
