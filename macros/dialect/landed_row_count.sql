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

{#- By the footers of Parquet, and by DuckDB's JSON reader; of CSV, whose quoted values may hold line breaks, by its
    reader again. -#}
{% macro duckdb__landed_row_count(relation) -%}
    {%- set names = names_to_load() -%}
    {%- if not names -%}
        0
    {%- elif var('telemetry_format') == 'parquet' -%}
        (select coalesce(sum(num_rows), 0) from parquet_file_metadata([{{ names }}]))
    {%- elif var('telemetry_format') == 'csv' -%}
        (
            select count(*)
            from read_csv(
                [{{ names }}], all_varchar = true, header = true, union_by_name = true, null_padding = true,
                quote = '"', escape = '"', parallel = false
            )
        )
    {%- else -%}
        (select count(*) from {{ objects_to_load() }})
    {%- endif -%}
{%- endmacro %}

{#- What is to be loaded as DuckDB's JSON reader has it: a row per line, whatever it holds, with NULL for what
    is no JSON. It is quicker than lines taken apart, but drops the text of such a line. -#}
{% macro objects_to_load() -%}
    read_ndjson_objects(
        [{{ names_to_load() }}], ignore_errors = true, maximum_object_size = 134217728
    )
{%- endmacro %}
