{#- How many rows there are in the files that the last run loaded, counted without taking any apart;
    blank lines are not rows. -#}
{% macro landed_row_count(relation) %}
    {{- return(adapter.dispatch('landed_row_count', 'playhead')(relation)) -}}
{% endmacro %}

{% macro default__landed_row_count(relation) -%}
    (
        select count(*)
        from {{ relation }}
        where
            {{ is_to_load('"$path"', landed_at(relation)) }}
            and {{ has_landed(relation) }}
            {%- if var('telemetry_format') == 'ndjson' %}
            and coalesce(line, '\N') <> ''
            {%- endif %}
    )
{%- endmacro %}

{% macro duckdb__landed_row_count(relation) -%}
    {%- if var('telemetry_format') == 'parquet' -%}
        (select count(*) from {{ landed_files(relation) }} where {{ is_to_load('landed_file') }})
    {%- else -%}
        (select count(line) from {{ landed_files(relation) }} where {{ is_to_load('landed_file') }})
        + (select count(*) from {{ undecodable_lines() }})
    {%- endif -%}
{%- endmacro %}
