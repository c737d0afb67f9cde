{#- Each landed row as what the mapping's paths lead to, in columns `value_1` and so on, still untyped; `raw_row` (what
    macro raw_text makes text of), `source_file` and `landed_at`. A row that cannot be read at all has `is_readable`
    false and no values. Where the elements of a list are rows, one for each, numbered from 1 by `element_number`;
    of a row without any, one, without a number. -#}
{% macro landed_values(relation) %}
    {{ return(adapter.dispatch('landed_values', 'playhead')(relation)) }}
{% endmacro %}

{% macro default__landed_values(relation) %}
    {% if var('telemetry_format') == 'ndjson' %}
        {{ return(default__landed_ndjson_values(relation)) }}
    {% endif %}
    {{ return(default__landed_table_values(relation)) }}
{% endmacro %}

{#- A line that is not UTF-8 is not text; and the one text that the table takes for NULL is `\N`. -#}
{% macro default__landed_ndjson_values(relation) %}
{%- set plan = reading_plan(mapped_paths(), mapping().rows.each) -%}
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

landed as (
    select
        *,
        case when is_readable then raw_text end as document_0
    from lines
),
{{ default__read_documents(plan, 'landed') }}

select
    {%- for value in plan['values'].values() %}
    {{ value }} as value_{{ loop.index }},
    {%- endfor %}
    {{ 'element_number' if plan.each else 'cast(null as bigint) as element_number' }},
    coalesce(is_readable, false) as is_readable,
    raw_text as raw_row,
    source_file,
    landed_at
from read_{{ plan.levels - 1 }}
{% endmacro %}

{#- A table with columns of its own, of whatever format: every row can be read. -#}
{% macro default__landed_table_values(relation) %}
{%- set columns = landed_columns(relation) -%}
{%- set plan = reading_plan(mapped_paths(), mapping().rows.each, columns) -%}
{%- set mapped = mapped_columns(columns) -%}
with

landed as (
    select
        {%- for name in mapped %}
        {{ adapter.quote(name) }},
        {%- endfor %}
        "$path" as source_file,
        {{ landed_at(relation) }} as landed_at
    from {{ relation }}
    where {{ has_landed(relation) }}
),
{{ default__read_documents(plan, 'landed') }}

select
    {%- for value in plan['values'].values() %}
    {{ value }} as value_{{ loop.index }},
    {%- endfor %}
    {{ 'element_number' if plan.each else 'cast(null as bigint) as element_number' }},
    true as is_readable,
    map_from_entries(array[
        {%- for name in mapped %}
        row({{ quoted_text(name) }}, cast({{ adapter.quote(name) }} as json)){{ ',' if not loop.last }}
        {%- endfor %}
    ]) as raw_row,
    source_file,
    landed_at
from read_{{ plan.levels - 1 }}
{% endmacro %}

{#- A step for each level of documents, each a column. -#}
{% macro default__read_documents(plan, rows) %}
{%- do plan.update({'levels': plan_levels(plan)}) -%}
{%- for level in range(plan.levels) %}
{%- set each = plan.each if plan.each and plan.each.level == level else none %}
read_{{ level }} as (
    select
        *
        {%- for document in plan.documents if document.level == level and document.sql != 'document_0' %},
        {{ document.sql }} as document_{{ document.number }}
        {%- endfor %}
        {%- if each and not each.sql %},
        cast(null as bigint) as element_number
        {%- endif %}
    from {{ rows if level == 0 else 'read_' ~ (level - 1) }}
    {%- if each and each.sql %}
    left join unnest({{ each.sql }}) with ordinality as elements (element, element_number)
        on true
    {%- endif %}
){{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

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

{% macro duckdb__landed_values(relation) %}
    {% if var('telemetry_format') == 'ndjson' %}
        {{ return(duckdb__landed_ndjson_values(relation)) }}
    {% endif %}
    {{ return(duckdb__landed_table_values(relation)) }}
{% endmacro %}

{% macro duckdb__landed_ndjson_values(relation) %}
{%- set plan = reading_plan(mapped_paths(), mapping().rows.each) -%}
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
{{ read_documents(plan, 'lines') }}

select
    {%- for value in plan['values'].values() %}
    {{ value }} as value_{{ loop.index }},
    {%- endfor %}
    {{ 'element_number' if plan.each else 'cast(null as bigint) as element_number' }},
    texts_0 is not null as is_readable,
    raw_text as raw_row,
    source_file,
    landed_at
from read_{{ plan.levels - 1 }}
{% endmacro %}

{#- Of Parquet and CSV. -#}
{% macro duckdb__landed_table_values(relation) %}
{%- set columns = landed_columns(relation) -%}
{%- set plan = reading_plan(mapped_paths(), mapping().rows.each, columns) -%}
{%- set mapped = mapped_columns(columns) -%}
with

landed as (
    select
        *,
        {{ landing_hour('landed_file') }} as landed_at
    from {{ landed_files(relation) }}
),
{{ read_documents(plan, 'landed') }}

select
    {%- for value in plan['values'].values() %}
    {{ value }} as value_{{ loop.index }},
    {%- endfor %}
    {{ 'element_number' if plan.each else 'cast(null as bigint) as element_number' }},
    true as is_readable,
    {%- if mapped %}
    struct_pack(
        {%- for name in mapped %}
        {{ adapter.quote(name) }} := {{ adapter.quote(name) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    {%- else %}
    null
    {%- endif %} as raw_row,
    landed_file as source_file,
    landed_at
from read_{{ plan.levels - 1 }}
{% endmacro %}

{#- A step for each level of documents: all that is read of a document is read at once. -#}
{% macro read_documents(plan, rows) %}
{%- do plan.update({'levels': plan_levels(plan)}) -%}
{%- for level in range(plan.levels) %}
{%- set documents = plan.documents | selectattr('level', 'equalto', level) | selectattr('leaves') | list %}
{%- set each = plan.each if plan.each and plan.each.level == level else none %}
read_{{ level }} as (
    select
        *
        {%- for document in documents %},
        json_extract_string(
            {{ document.sql }},
            [
                {%- for leaf in document.leaves %}
                {{ json_path(leaf) }}{{ ',' if not loop.last }}
                {%- endfor %}
            ]
        ) as texts_{{ document.number }}
        {%- endfor %}
        {%- if each and each.sql %},
        unnest(case when len({{ each.sql }}) > 0 then {{ each.sql }} else [null] end) as element,
        unnest(case when len({{ each.sql }}) > 0 then range(1, len({{ each.sql }}) + 1) else [null] end)
            as element_number
        {%- elif each %},
        cast(null as bigint) as element_number
        {%- endif %}
    from {{ rows if level == 0 else 'read_' ~ (level - 1) }}
){{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{#- How many steps a plan takes. -#}
{% macro plan_levels(plan) %}
    {% set levels = plan.documents | map(attribute='level') | list %}
    {% if plan.each %}{% do levels.append(plan.each.level) %}{% endif %}
    {{ return((levels | max if levels else 0) + 1) }}
{% endmacro %}

{#- The columns that any path leads through, each once: of others nothing is read, nor kept in quarantine. -#}
{% macro mapped_columns(columns) %}
    {% set mapped = {} %}
    {% for text, path in mapped_paths().items() %}
        {% set name = text | lower if text | lower in columns else path.steps[0][1] | lower %}
        {% if name in columns %}{% do mapped.update({name: columns[name].name}) %}{% endif %}
    {% endfor %}
    {{ return(mapped.values() | list) }}
{% endmacro %}

{#- The columns that any of the files to be loaded has, or the table, by their names in lower case. -#}
{% macro landed_columns(relation) %}
    {{ return(adapter.dispatch('landed_columns', 'playhead')(relation)) }}
{% endmacro %}

{% macro default__landed_columns(relation) %}
    {% set columns = {} %}
    {% if not execute %}{{ return(columns) }}{% endif %}
    {% for column in adapter.get_columns_in_relation(relation) if column.name in table_columns(relation) %}
        {% do columns.update({
            column.name | lower: {
                'name': column.name | lower, 'sql': adapter.quote(column.name | lower), 'type': column.dtype, 'level': 0
            }
        }) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{% macro duckdb__landed_columns(relation) %}
    {% set columns = {} %}
    {% if not execute %}{{ return(columns) }}{% endif %}
    {% for row in run_query("describe select * from " ~ landed_files(relation)).rows if row[0] != 'landed_file' %}
        {% do columns.update({
            row[0] | lower: {'name': row[0], 'sql': adapter.quote(row[0]), 'type': row[1], 'level': 0}
        }) %}
    {% endfor %}
    {{ return(columns) }}
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
