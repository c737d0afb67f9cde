{#- The query of the newest arrival hour that has a file, for `dbt source freshness`. -#}
{% macro newest_landing_hour() %}
    {{- return(adapter.dispatch('newest_landing_hour', 'playhead')()) -}}
{% endmacro %}

{#- Athena lists files by reading them: so of the last two days only. Where there is none, two days ago. -#}
{% macro default__newest_landing_hour() -%}
    {%- set events = glue_table(telemetry_table()) -%}
    select coalesce(max({{ landed_at(events) }}), date_add('day', -2, {{ run_started() }}))
    from {{ events }}
    where {{ landed_at(events) }} >= date_add('day', -2, {{ run_started() }})
{%- endmacro %}

{% macro duckdb__newest_landing_hour() -%}
    select max({{ landing_hour('file') }})
    from glob({{ source_files('telemetry', 'events') }})
{%- endmacro %}
