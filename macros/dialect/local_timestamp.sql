{#- A UTC timestamp with milliseconds from text: without an offset it is the time of day in a zone. -#}
{% macro local_timestamp(text, time_zone) -%}
    case
        when nullif(regexp_extract({{ text }}, '(:[0-9.]+ *[+-][0-9:]+|[A-Za-z])$'), '') is null
            then {{ time_in_zone(text, time_zone) }}
        else {{ parse_timestamp(text) }}
    end
{%- endmacro %}

{% macro time_in_zone(text, time_zone) %}
    {{- return(adapter.dispatch('time_in_zone', 'playhead')(text, time_zone)) -}}
{% endmacro %}

{% macro default__time_in_zone(text, time_zone) -%}
    cast(
        date_trunc(
            'millisecond',
            try(with_timezone({{ parse_timestamp(text) }}, '{{ time_zone }}')) at time zone 'UTC'
        ) as timestamp(3)
    )
{%- endmacro %}

{% macro duckdb__time_in_zone(text, time_zone) -%}
    timezone('UTC', timezone('{{ time_zone }}', {{ parse_timestamp(text) }}))
{%- endmacro %}
