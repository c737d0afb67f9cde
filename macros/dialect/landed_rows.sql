{#- Each landed row as canonical fields still untyped, `raw_row` (what macro raw_text makes text of)
    and `source_file`; a row that cannot be read at all has `is_readable` false and no fields. -#}
{% macro landed_rows(relation) %}
    {{ return(adapter.dispatch('landed_rows', 'playhead')(relation)) }}
{% endmacro %}

{% macro duckdb__landed_rows(relation) %}
    {% if var('telemetry_format') == 'parquet' %}
        {{ return(duckdb__landed_parquet_rows(relation)) }}
    {% endif %}
    {{ return(duckdb__landed_ndjson_rows(relation)) }}
{% endmacro %}

{% macro duckdb__landed_ndjson_rows(relation) %}
{%- set fields = telemetry_fields() -%}
with

lines as (
    select line as raw_text, landed_file as source_file
    from {{ landed_files(relation) }}
    where line is not null
),

extracted as (
    select
        raw_text,
        source_file,
        case when starts_with(ltrim(raw_text, ' ' || chr(9)), '{') then
            try(json_extract_string(raw_text, [
                {%- for column in fields.values() %}
                '$."{{ column | replace("'", "''") }}"'{{ ',' if not loop.last }}
                {%- endfor %}
            ]))
        end as field_values
    from lines
    union all
    select raw_text, source_file, null as field_values
    from {{ undecodable_lines() }}
)

select
    {%- for field in fields %}
    field_values[{{ loop.index }}] as {{ field }},
    {%- endfor %}
    field_values is not null as is_readable,
    raw_text as raw_row,
    source_file
from extracted
{% endmacro %}

{% macro duckdb__landed_parquet_rows(relation) %}
{%- set fields = telemetry_fields() -%}
{%- set present = parquet_columns(relation) -%}
select
    {%- for field, column in fields.items() %}
    {{ adapter.quote(column) if column | lower in present | map('lower') else 'cast(null as varchar)' }} as {{ field }},
    {%- endfor %}
    true as is_readable,
    {%- if present %}
    struct_pack(
        {%- for column in present %}
        {{ adapter.quote(column) }} := {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    {%- else %}
    null
    {%- endif %} as raw_row,
    landed_file as source_file
from {{ landed_files(relation) }}
{% endmacro %}

{#- The columns that any of the source's Parquet files has. -#}
{% macro parquet_columns(relation) %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set columns = run_query("describe select * from " ~ landed_files(relation)).columns[0].values() %}
    {{ return(columns | reject('equalto', 'landed_file') | list) }}
{% endmacro %}

{#- The table of the lines that are not UTF-8 text, or too long for any; check_inputs fills it. -#}
{% macro undecodable_lines() %}
    {{- return(generate_schema_name('staging', none) ~ '.undecodable_lines') -}}
{% endmacro %}

{#- The source; of a lake that holds no file yet, no rows: DuckDB's readers then know no column either. -#}
{% macro landed_files(relation) %}
    {% if not execute %}{{ return(relation) }}{% endif %}
    {% set files = source_files('telemetry', 'events') %}
    {% if first_value("select count(*) from glob(" ~ files ~ ")") == 0 %}
        {{ return("(select '' as landed_file" ~ (", '' as line" if var('telemetry_format') == 'ndjson')
            ~ " where false) as landed") }}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}
