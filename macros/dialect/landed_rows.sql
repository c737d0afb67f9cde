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
    select line as raw_text, filename as source_file
    from {{ relation }}
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
{%- set present = parquet_columns() | map('lower') | list -%}
select
    {%- for field, column in fields.items() %}
    {{ adapter.quote(column) if column | lower in present else 'cast(null as varchar)' }} as {{ field }},
    {%- endfor %}
    true as is_readable,
    landed as raw_row,
    filename as source_file
from {{ relation }} as landed
{% endmacro %}

{#- The columns that any of the source's Parquet files has. -#}
{% macro parquet_columns() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set files = source_files('telemetry', 'events') %}
    {{ return(run_query("select distinct name from parquet_schema('" ~ files ~ "')").columns[0].values()) }}
{% endmacro %}

{#- The table of the lines that are not UTF-8 text, or too long for any; check_inputs fills it. -#}
{% macro undecodable_lines() %}
    {{- return(generate_schema_name('staging', none) ~ '.undecodable_lines') -}}
{% endmacro %}
