{#- A UTC timestamp with milliseconds from ISO 8601 text (no offset: UTC) or a timestamp; else NULL. -#}
{% macro parse_timestamp(expression) %}
    {{- return(adapter.dispatch('parse_timestamp', 'playhead')(expression)) -}}
{% endmacro %}

{% macro default__parse_timestamp(expression) -%}
    cast(date_trunc('millisecond', try(from_iso8601_timestamp({{ expression }}) at time zone 'UTC')) as timestamp(3))
{%- endmacro %}

{#- Only the zoned type minds an offset; the session's zone is UTC. -#}
{% macro duckdb__parse_timestamp(expression) -%}
    case
        when isfinite(try_cast({{ expression }} as timestamptz))
            then date_trunc('millisecond', try_cast({{ expression }} as timestamptz) at time zone 'UTC')
    end
{%- endmacro %}
