{#- A UTC timestamp with milliseconds from ISO 8601 text (no offset: UTC) or a timestamp; else NULL. -#}
{% macro parse_timestamp(expression) %}
    {{- return(adapter.dispatch('parse_timestamp', 'playhead')(expression)) -}}
{% endmacro %}

{#- Trino's function takes no blank for the T, and its cast no T; nor may a lone year be a time. -#}
{% macro default__parse_timestamp(expression) -%}
    {%- set text = 'trim(cast(' ~ expression ~ ' as varchar))' -%}
    case when regexp_like({{ text }}, '^\d{4}-\d{1,2}-\d{1,2}([ T]|$)') then
        cast(
            date_trunc(
                'millisecond',
                coalesce(
                    try(from_iso8601_timestamp({{ text }})),
                    try_cast({{ text }} as timestamp(9) with time zone)
                ) at time zone 'UTC'
            ) as timestamp(3)
        )
    end
{%- endmacro %}

{#- Only the zoned type minds an offset; the session's zone is UTC. -#}
{% macro duckdb__parse_timestamp(expression) -%}
    case
        when isfinite(try_cast({{ expression }} as timestamptz))
            then date_trunc('millisecond', try_cast({{ expression }} as timestamptz) at time zone 'UTC')
    end
{%- endmacro %}
