{#- Each landed row as canonical fields still untyped, `raw_text` and `source_file`; a row that
    cannot be read at all has `is_readable` false and every field NULL. -#}
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

-- Bytes that are UTF-8, as all but a broken line's are, become text again.
lines as (
    select
        filename as source_file,
        case
            when strlen(line) = length(line) then line
            else coalesce(
                try(decode(unhex(list_aggregate(
                    list_transform(string_split(line, ''), lambda c : lpad(hex(ord(c)), 2, '0')),
                    'string_agg', ''
                )))),
                line
            )
        end as raw_text
    from {{ relation }}
    where line is not null
),

extracted as (
    select
        source_file,
        raw_text,
        case when starts_with(ltrim(raw_text, ' ' || chr(9) || chr(65279)), '{') then
            try(json_extract_string(ltrim(raw_text, chr(65279)), [
                {%- for column in fields.values() %}
                '$."{{ column | replace("'", "''") }}"'{{ ',' if not loop.last }}
                {%- endfor %}
            ]))
        end as field_values
    from lines
)

select
    {%- for field in fields %}
    field_values[{{ loop.index }}] as {{ field }},
    {%- endfor %}
    field_values is not null as is_readable,
    raw_text,
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
    cast(to_json(landed) as varchar) as raw_text,
    filename as source_file
from {{ relation }} as landed
{% endmacro %}

{#- The columns that any of the source's Parquet files has. -#}
{% macro parquet_columns() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set files = source_files('telemetry', 'events') %}
    {{ return(run_query("select distinct name from parquet_schema('" ~ files ~ "')").columns[0].values()) }}
{% endmacro %}
