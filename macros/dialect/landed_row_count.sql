{#- How many rows there are in what the last run loaded, counted by other means than they were read by, and
    without taking any apart; blank lines are not rows. -#}
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

{#- By the footers of Parquet. DuckDB's JSON reader finds the ends of lines itself, and has a row for each
    line, whatever it holds. -#}
{% macro duckdb__landed_row_count(relation) -%}
    {%- set names = names_to_load() -%}
    {%- if not names -%}
        0
    {%- elif var('telemetry_format') == 'parquet' -%}
        (select coalesce(sum(num_rows), 0) from parquet_file_metadata([{{ names }}]))
    {%- else -%}
        (
            select count(*)
            from read_ndjson_objects(
                [{{ names }}], ignore_errors = true, maximum_object_size = 134217728
            )
        )
    {%- endif -%}
{%- endmacro %}
