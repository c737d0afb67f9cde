{#- Each landed row as canonical fields still untyped, `raw_row` (what macro raw_text makes text of),
    `source_file` and `landed_at`; a row that cannot be read at all has `is_readable` false and no
    fields. -#}
{% macro landed_rows(relation) %}
    {{ return(adapter.dispatch('landed_rows', 'playhead')(relation)) }}
{% endmacro %}

{% macro default__landed_rows(relation) %}
    {% if var('telemetry_format') == 'parquet' %}
        {{ return(default__landed_table_rows(relation)) }}
    {% endif %}
    {{ return(default__landed_ndjson_rows(relation)) }}
{% endmacro %}

{#- A line that is not UTF-8 is not text; and the one text that the table takes for NULL is `\N`. -#}
{% macro default__landed_ndjson_rows(relation) %}
{%- set fields = landed_columns() -%}
with

lines as (
    select
        from_utf8(to_utf8(coalesce(line, '\N'))) as raw_text,
        from_utf8(to_utf8(line)) = line
        and starts_with(ltrim(line), '{')
        and try(json_parse(line)) is not null as is_readable,
        "$path" as source_file,
        {{ landed_at(relation) }} as landed_at
    from {{ relation }}
    where coalesce(line, '\N') <> '' and {{ has_landed(relation) }}
),

documents as (
    select
        *,
        case when is_readable then raw_text end as document
    from lines
)

select
    {%- for field, column in fields.items() %}
    json_extract_scalar(document, '$["{{ column | replace("'", "''") }}"]') as {{ field }},
    {%- endfor %}
    coalesce(is_readable, false) as is_readable,
    raw_text as raw_row,
    source_file,
    landed_at
from documents
{% endmacro %}

{#- A table with columns of its own, of whatever format: every row can be read. -#}
{% macro default__landed_table_rows(relation) %}
{%- set fields = landed_columns() -%}
{%- set mapped = mapped_columns(table_columns(relation)) | map('lower') | list -%}
select
    {%- for field, column in fields.items() %}
    {{ 'cast(' ~ adapter.quote(column | lower) ~ ' as varchar)' if column | lower in mapped
        else 'cast(null as varchar)' }} as {{ field }},
    {%- endfor %}
    true as is_readable,
    map_from_entries(array[
        {%- for column in mapped %}
        row('{{ column }}', cast({{ adapter.quote(column) }} as json)){{ ',' if not loop.last }}
        {%- endfor %}
    ]) as raw_row,
    "$path" as source_file,
    {{ landed_at(relation) }} as landed_at
from {{ relation }}
where {{ has_landed(relation) }}
{% endmacro %}

{#- When the rows of a table landed: by its partition keys, so that a bound on it leaves out partitions;
    of a table with other keys, by the paths of its files. -#}
{% macro landed_at(relation) -%}
    {%- if has_arrival_keys(relation) -%}
        try_cast(year || '-' || month || '-' || day || ' ' || hour || ':00:00' as timestamp)
    {%- else -%}
        {{ landing_hour('"$path"') }}
    {%- endif -%}
{%- endmacro %}

{#- Leaves out the arrival hours to come: of a projected table they are partitions too, and would each be
    listed. The clock of who writes the lake may be an hour ahead. -#}
{% macro has_landed(relation) -%}
    {%- if has_arrival_keys(relation) -%}
        {{ landed_at(relation) }}
        <= date_add('hour', 1, cast(current_timestamp at time zone 'UTC' as timestamp))
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- Whether a table has the partition keys of the lake layout. -#}
{% macro has_arrival_keys(relation) %}
    {% if not execute %}{{ return(true) }}{% endif %}
    {% set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    {{ return(['year', 'month', 'day', 'hour'] | reject('in', columns) | list == []) }}
{% endmacro %}

{#- The columns of a Glue table that are no partition keys of the lake layout. -#}
{% macro table_columns(relation) %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {{ return(
        adapter.get_columns_in_relation(relation) | map(attribute='name')
        | reject('in', ['year', 'month', 'day', 'hour']) | list
    ) }}
{% endmacro %}

{% macro duckdb__landed_rows(relation) %}
    {% if var('telemetry_format') == 'parquet' %}
        {{ return(duckdb__landed_parquet_rows(relation)) }}
    {% endif %}
    {{ return(duckdb__landed_ndjson_rows(relation)) }}
{% endmacro %}

{% macro duckdb__landed_ndjson_rows(relation) %}
{%- set fields = landed_columns() -%}
with

lines as (
    select
        case when rest is null then line else line || chr(1) || chr(2) || chr(3) || chr(4) || rest end
            as raw_text,
        landed_file as source_file,
        {{ landing_hour('landed_file') }} as landed_at
    from {{ landed_files(relation) }}
    where line <> '' or rest is not null
),

extracted as (
    select
        *,
        case when starts_with(ltrim(raw_text, ' ' || chr(9)), '{') then
            json_extract_string(try_cast(raw_text as json), [
                {%- for column in fields.values() %}
                '$."{{ column | replace("'", "''") }}"'{{ ',' if not loop.last }}
                {%- endfor %}
            ])
        end as field_values
    from lines
)

select
    {%- for field in fields %}
    field_values[{{ loop.index }}] as {{ field }},
    {%- endfor %}
    field_values is not null as is_readable,
    raw_text as raw_row,
    source_file,
    landed_at
from extracted
{% endmacro %}

{% macro duckdb__landed_parquet_rows(relation) %}
{%- set fields = landed_columns() -%}
{%- set mapped = mapped_columns(parquet_columns(relation)) -%}
select
    {%- for field, column in fields.items() %}
    {{ adapter.quote(column) if column | lower in mapped | map('lower') else 'cast(null as varchar)' }} as {{ field }},
    {%- endfor %}
    true as is_readable,
    {%- if mapped %}
    struct_pack(
        {%- for column in mapped %}
        {{ adapter.quote(column) }} := {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    {%- else %}
    null
    {%- endif %} as raw_row,
    landed_file as source_file,
    {{ landing_hour('landed_file') }} as landed_at
from {{ landed_files(relation) }}
{% endmacro %}

{#- The columns that a field is read from, each once: of others nothing is read, nor kept in quarantine. -#}
{% macro mapped_columns(present) %}
    {% set mapped = {} %}
    {% for column in landed_columns().values() if column | lower in present | map('lower') %}
        {% do mapped.update({column | lower: column}) %}
    {% endfor %}
    {{ return(mapped.values() | list) }}
{% endmacro %}

{#- The columns that any of the Parquet files to be loaded has. -#}
{% macro parquet_columns(relation) %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set columns = run_query("describe select * from " ~ landed_files(relation)).columns[0].values() %}
    {{ return(columns | reject('equalto', 'landed_file') | list) }}
{% endmacro %}

{#- The source, of the files that this run loads. By name, as constants: so that the others are not even
    opened. Where there is none, no rows: DuckDB's readers then know no column either. -#}
{% macro landed_files(relation) %}
    {% if not execute %}{{ return(relation) }}{% endif %}
    {% set names = names_to_load() %}
    {% if not names %}
        {{ return("(select '' as landed_file, '' as line, '' as rest where false) as landed") }}
    {% endif %}
    {{ return(relation | string | replace(source_files('telemetry', 'events'), "[" ~ names ~ "]")) }}
{% endmacro %}

{#- The source's column for each canonical field. -#}
{% macro landed_columns() %}
    {% set columns = {} %}
    {% for field, rule in mapping().columns.items() %}
        {% do columns.update({field: rule['from'][0].steps[0][1] if rule['from'] else ''}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
