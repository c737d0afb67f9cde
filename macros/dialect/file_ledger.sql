{#- The files that are known, on engines that can list files. A file is new where its name, size or time of
    last change differs from what stands here: so no clock is compared with another, and a file without
    rows is known like any other. -#}

{#- The ledger: a row per file that was ever loaded or set aside. -#}
{% macro file_ledger() %}
    {{- return(generate_schema_name('staging', none) ~ '.file_ledger') -}}
{% endmacro %}

{#- The table of the files that this run loads; check_inputs fills it. -#}
{% macro files_to_load() %}
    {{- return(generate_schema_name('staging', none) ~ '.files_to_load') -}}
{% endmacro %}

{% macro make_file_ledger() %}
    {% do run_query("create schema if not exists " ~ generate_schema_name('staging', none)) %}
    {% do run_query(
        "create table if not exists " ~ file_ledger() ~ " (file_name varchar, size_bytes bigint, "
        ~ "modified_at timestamptz, row_count bigint, loaded_at timestamp, set_aside_reason varchar)"
    ) %}
{% endmacro %}

{#- Lists every file of the lake that is new, that var reload_from or reload_until asks for or, where all is
    loaded anew, there is. With the time for `loaded_at`, later than that of every run before this one. -#}
{% macro list_files_to_load() %}
    {% set held = none if var('load_lake_anew') else held_relation('base_telemetry__events') %}
    {% set now = "timestamp '" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") ~ "'" %}
    {% set query %}
        create or replace table {{ files_to_load() }} as
        select
            found.filename as file_name,
            found.size as size_bytes,
            found.last_modified as modified_at,
            {%- if held is none %}
            {{ now }} as loaded_at,
            {%- else %}
            (
                select greatest({{ now }}, coalesce(max(loaded_at) + interval '1' second, {{ now }}))
                from {{ held }}
            ) as loaded_at,
            {%- endif %}
            cast(null as varchar) as set_aside_reason
        from temp.files_found as found
        left join {{ file_ledger() }} as ledger
            on
                found.filename = ledger.file_name
                and found.size = ledger.size_bytes
                and found.last_modified = ledger.modified_at
                {%- if var('unreadable_files') == 'stop' %}
                and ledger.set_aside_reason is null
                {%- endif %}
        where
            not {{ flags.EMPTY | lower }}
            and (
                ledger.file_name is null
                {%- if held is none %}
                or true
                {%- endif %}
                or coalesce({{ is_to_reload(landing_hour('found.filename')) }}, false)
            )
    {% endset %}
    {% do run_query(query) %}
    {{ return(first_value("select count(*) from " ~ files_to_load())) }}
{% endmacro %}

{#- Whether an arrival hour lies within what vars reload_from and reload_until ask for again. -#}
{% macro is_to_reload(hour) -%}
    {%- set bounds = [] -%}
    {%- for name, operator in {'reload_from': '>=', 'reload_until': '<='}.items() if var(name) -%}
        {%- do bounds.append(hour ~ " " ~ operator ~ " " ~ hour_given(name)) -%}
    {%- endfor -%}
    {{- bounds | join(" and ") or "false" -}}
{%- endmacro %}

{#- The timestamp that a variable gives as text; stops the run where it is none. -#}
{% macro hour_given(name) %}
    {% set text = "'" ~ var(name) | string | replace("'", "''") ~ "'" %}
    {% if first_value("select try_cast(" ~ text ~ " as timestamp)") is none %}
        {{ stop("var " ~ name ~ " is " ~ text ~ "; give an arrival hour (UTC) such as 2025-03-03 12:00") }}
    {% endif %}
    {{ return("timestamp " ~ text) }}
{% endmacro %}

{#- Whether check_inputs has listed files in this build file. Asked of the engine, since dbt's own list of
    tables does not know one made in this run. -#}
{% macro has_listed_files() %}
    {{ return(execute and target.type == 'duckdb' and first_value(
        "select count(*) from information_schema.tables where table_name = 'files_to_load'"
        ~ " and table_schema = '" ~ generate_schema_name('staging', none) ~ "'"
    ) > 0) }}
{% endmacro %}

{#- The names of the files to load as SQL strings, a comma between them; empty where there is none. -#}
{% macro names_to_load() %}
    {% if not has_listed_files() %}{{ return("") }}{% endif %}
    {{ return(first_value(
        "select coalesce(string_agg('''' || replace(file_name, '''', '''''') || '''', ', ' order by file_name), '')"
        ~ " from " ~ files_to_load() ~ " where set_aside_reason is null"
    )) }}
{% endmacro %}

{#- Hook: removes what is held of the files to be loaded, and what an earlier reading has noted. -#}
{% macro forget_files_to_load() %}
    drop table if exists temp.reject_errors;
    drop table if exists temp.reject_scans;
    {%- if is_incremental() %}
    delete from {{ this }}
    where source_file in (
        select files.file_name
        from {{ files_to_load() }} as files
        inner join {{ file_ledger() }} as ledger
            on files.file_name = ledger.file_name
        where files.set_aside_reason is null
    );
    {%- endif %}
{% endmacro %}

{#- Hook: puts the lines into quarantine that DuckDB cannot take for text. As it reads, it notes them in
    temporary tables of this connection. -#}
{% macro keep_undecodable_lines() %}
    {%- if var('telemetry_format') == 'ndjson' and names_to_load() %}
    insert into {{ this }} by name
    select
        'unparseable' as outcome,
        {{ kept_text('errors.csv_line') }} as raw_text,
        scans.file_path as source_file,
        {{ landing_hour('scans.file_path') }} as landed_at,
        files.loaded_at
    from temp.reject_errors as errors
    inner join temp.reject_scans as scans
        on errors.scan_id = scans.scan_id and errors.file_id = scans.file_id
    inner join {{ files_to_load() }} as files
        on scans.file_path = files.file_name;
    {%- endif %}
{% endmacro %}

{#- Hook: enters the files of this run. -#}
{% macro write_file_ledger() %}
    {%- if var('load_lake_anew') %}
    delete from {{ file_ledger() }};
    {%- else %}
    delete from {{ file_ledger() }} where file_name in (select file_name from {{ files_to_load() }});
    {%- endif %}
    insert into {{ file_ledger() }} by name
    with

    loaded as (
        select
            source_file,
            count_if({{ is_landed_row() }}) as row_count
        from {{ this }}
        where loaded_at >= (select coalesce(min(loaded_at), timestamp '9999-01-01') from {{ files_to_load() }})
        group by source_file
    )

    select
        files.*,
        case when files.set_aside_reason is null then coalesce(loaded.row_count, 0) end as row_count
    from {{ files_to_load() }} as files
    left join loaded
        on files.file_name = loaded.source_file;
{% endmacro %}

{#- Warns of the files that this run has set aside. -#}
{% macro say_what_is_set_aside() %}
    {% if execute and flags.WHICH in ['run', 'build'] %}
        {% set query = "select file_name, set_aside_reason from " ~ files_to_load()
            ~ " where set_aside_reason is not null order by file_name" %}
        {% for name, reason in run_query(query).rows %}
            {% do exceptions.warn("set aside, and not loaded: " ~ name ~ ": " ~ reason) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
