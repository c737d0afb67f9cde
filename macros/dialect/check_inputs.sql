{#- Stops a run, before any model, on files or tables that are not there, cannot be read or lack a
    column. -#}
{% macro check_inputs() %}
    {% if execute and flags.WHICH in ['run', 'build'] %}
        {{ adapter.dispatch('check_inputs', 'playhead')() }}
    {% endif %}
{% endmacro %}

{% macro default__check_inputs() %}
    {% if var('telemetry_format') not in ['ndjson', 'parquet'] %}
        {{ stop("var telemetry_format is '" ~ var('telemetry_format') ~ "'; set it to ndjson or parquet") }}
    {% endif %}
    {% set events = glue_table(telemetry_table()) %}
    {% if events is none %}
        {{ stop(
            "the Glue catalog has no table " ~ telemetry_table()
            ~ ": make it with dbt run-operation create_telemetry_table, or name yours in var telemetry_table"
        ) }}
    {% endif %}
    {% set columns = table_columns(events) %}
    {% if var('telemetry_format') == 'ndjson' and columns != ['line'] %}
        {{ stop(
            events.schema ~ "." ~ events.identifier ~ " has columns of its own, not one that is a line: set "
            ~ "var telemetry_format to parquet, whatever the format of its files"
        ) }}
    {% endif %}
    {% for field in required_fields() if var('telemetry_format') == 'parquet' %}
        {% if telemetry_fields()[field] | lower not in columns %}
            {{ stop_for_column(telemetry_fields()[field], field) }}
        {% endif %}
    {% endfor %}
    {% if var('titles_table') and glue_table(var('titles_table')) is none %}
        {{ stop("the Glue catalog has no table " ~ var('titles_table') ~ ": set var titles_table to one") }}
    {% endif %}
{% endmacro %}

{#- The table of the events, as database.table; the sources' YAML, which knows no macros, says the same. -#}
{% macro telemetry_table() %}
    {{- return(var('telemetry_table') or target.schema ~ '_raw.telemetry') -}}
{% endmacro %}

{#- A relation from database.table; none if there is none. -#}
{% macro glue_table(name) %}
    {% if name.split('.') | length != 2 %}
        {{ stop("'" ~ name ~ "' names no table of the Glue catalog; give database.table") }}
    {% endif %}
    {{ return(adapter.get_relation(target.database, name.split('.')[0], name.split('.')[1])) }}
{% endmacro %}

{% macro required_fields() %}
    {{ return([
        'customer_id', 'title_id', 'session_id', 'event_type', 'event_timestamp', 'position_seconds'
    ]) }}
{% endmacro %}

{% macro stop_for_column(column, field) %}
    {{ stop(
        "the telemetry has no column " ~ column ~ ", which " ~ field ~ " is read from: name "
        ~ "your source's column in var telemetry_columns, as {" ~ field ~ ": its_name}"
    ) }}
{% endmacro %}

{% macro duckdb__check_inputs() %}
    {% if var('telemetry_format') not in ['ndjson', 'parquet'] %}
        {{ stop("var telemetry_format is '" ~ var('telemetry_format') ~ "'; set it to ndjson or parquet") }}
    {% endif %}
    {{ check_object_store() }}
    {{ check_telemetry_files() }}
    {{ check_telemetry_columns() }}
    {% if var('titles_path') %}
        {{ check_titles_file() }}
    {% elif flags.WHICH == 'run' and adapter.get_relation(
        target.database, generate_schema_name('staging', none), 'titles'
    ) is none %}
        {{ stop("the seed titles is not loaded; run dbt seed or dbt build, or set var titles_path") }}
    {% endif %}
{% endmacro %}

{#- Only target s3 reads s3://. What the store then refuses, DuckDB says: Jinja cannot catch it. -#}
{% macro check_object_store() %}
    {% for variable in ['telemetry_path', 'titles_path'] %}
        {% set path = var(variable) | string %}
        {% if path.startswith('s3://') and not target.filesystems %}
            {{ stop("var " ~ variable ~ " is " ~ path ~ ": run dbt with --target s3") }}
        {% elif path.startswith('s3://') %}
            {{ log(
                "Listing " ~ path ~ "; should that fail, the last line says why: check the bucket's "
                ~ "name and your AWS credentials, region and endpoint", info=true
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}

{% macro check_telemetry_files() %}
    {% set path, files = var('telemetry_path'), source_files('telemetry', 'events') %}
    {% if path is not string or not path | trim %}
        {{ stop("var telemetry_path is '" ~ path ~ "'; set it to a folder or a glob of files") }}
    {% endif %}
    {% set file_count = first_value("select count(*) from glob(" ~ files ~ ")") %}
    {% if file_count == 0 and not folder_exists(path) %}
        {{ stop(
            "no " ~ var('telemetry_format') ~ " file at " ~ path ~ ": set var telemetry_path to a "
            ~ "folder in the lake layout or a glob of files, and telemetry_format to what they hold"
        ) }}
    {% endif %}
    {% do run_query("create schema if not exists " ~ generate_schema_name('staging', none)) %}
    {% set load_count = list_files_to_load(files) %}
    {% if file_count == 0 %}
        {% do exceptions.warn("the lake at " ~ path ~ " is empty: there is nothing to load") %}
    {% endif %}
    {{ log(
        "Loading " ~ load_count ~ " of " ~ file_count ~ " file(s) at " ~ path
        ~ ("; should one be unreadable, the error names it: repair it or move it away" if load_count
            else ": nothing new has landed"), info=true
    ) }}
    {% if var('telemetry_format') == 'ndjson' %}
        {{ keep_undecodable_lines() }}
    {% elif load_count %}
        {% do run_query("select count(*) from parquet_file_metadata([" ~ names_to_load() ~ "])") %}
    {% endif %}
{% endmacro %}

{#- Lists what this run loads, and returns how many files that are: all, unless earlier runs hold some
    of them; then every arrival hour that has a file which is new, or was written since it was loaded. -#}
{% macro list_files_to_load(files) %}
    {% set held = held_relation('base_telemetry__events') %}
    {% set query = "select file as file_name from glob(" ~ files ~ ")" %}
    {% if held is not none and not flags.FULL_REFRESH and first_value(query) %}
    {% set query %}
        with

        held as (
            select source_file, max(loaded_at) as loaded_at
            from {{ held }}
            group by source_file
        ),

        files as (
            select
                found.filename as file_name,
                {{ landing_partition('found.filename', landing_hour('found.filename')) }}
                    as landing_partition,
                held.source_file is null
                or cast(found.last_modified at time zone 'UTC' as timestamp) > held.loaded_at
                or coalesce({{ is_to_reload(landing_hour('found.filename')) }}, false) as is_new
            from read_blob({{ files }}) as found
            left join held
                on found.filename = held.source_file
        )

        select file_name
        from files
        where landing_partition in (select landing_partition from files where is_new)
    {% endset %}
    {% endif %}
    {% do run_query("create or replace table " ~ files_to_load() ~ " as " ~ query) %}
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

{#- Whether a local folder is there, empty or not. DuckDB lists files alone; but a way that leads through
    the folder and back up to a file that every Unix has is one only where the folder is. -#}
{% macro folder_exists(path) %}
    {% set there_and_back = path.rstrip('/') ~ '/..' * 64 ~ '/etc/hosts' %}
    {{ return(first_value(
        "select count(*) from glob('" ~ there_and_back | replace("'", "''") | replace('[', '[[]') ~ "')"
    ) > 0) }}
{% endmacro %}

{#- The table of the files that this run loads; check_inputs fills it. -#}
{% macro files_to_load() %}
    {{- return(generate_schema_name('staging', none) ~ '.files_to_load') -}}
{% endmacro %}

{#- Reads every line that is to be loaded once. What DuckDB cannot take for text, it notes in temporary
    tables of this connection: from there it goes on to quarantine. -#}
{% macro keep_undecodable_lines() %}
    {% set noted = "select '' as raw_text, '' as source_file where false" %}
    {% if names_to_load() and not flags.EMPTY %}
        {% do run_query("drop table if exists temp.reject_errors") %}
        {% do run_query("drop table if exists temp.reject_scans") %}
        {% do run_query(
            "select count(line) from " ~ landed_files(source('telemetry', 'events'))
            ~ " where " ~ is_to_load('landed_file')
        ) %}
        {% set noted = "select errors.csv_line as raw_text, scans.file_path as source_file "
            ~ "from temp.reject_errors as errors "
            ~ "inner join temp.reject_scans as scans using (scan_id, file_id)" %}
    {% endif %}
    {% do run_query("create or replace table " ~ undecodable_lines() ~ " as " ~ noted) %}
{% endmacro %}

{% macro check_telemetry_columns() %}
    {% set columns = present_columns() %}
    {% set required = required_fields() %}
    {% for field, column in telemetry_fields().items() if columns and column not in columns %}
        {% if field in required and not has_key_somewhere(column) %}
            {{ stop_for_column(column, field) }}
        {% elif field not in required and field in var('telemetry_columns') %}
            {% do exceptions.warn(
                "var telemetry_columns reads " ~ field ~ " from " ~ column
                ~ ", which the telemetry does not seem to have: it will be NULL"
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- The columns of Parquet, whose case does not matter; NDJSON has no schema, so the keys of a
    thousand of its objects stand for it. -#}
{% macro present_columns() %}
    {% if var('telemetry_format') == 'parquet' %}
        {% set columns = parquet_columns(source('telemetry', 'events')) | list %}
        {% for column in telemetry_fields().values() if column | lower in columns | map('lower') %}
            {% do columns.append(column) %}
        {% endfor %}
        {{ return(columns) }}
    {% endif %}
    {{ return(run_query(
        "with objects as (select line from " ~ landed_files(source('telemetry', 'events'))
        ~ " where json_valid(line) and starts_with(ltrim(line), '{') limit 1000)"
        ~ " select distinct unnest(json_keys(line)) from objects"
    ).columns[0].values() | list) }}
{% endmacro %}

{#- Whether any object of an NDJSON lake has a key: read to the end only where none has. -#}
{% macro has_key_somewhere(key) %}
    {% if var('telemetry_format') == 'parquet' %}{{ return(false) }}{% endif %}
    {% set path = "$.\"" ~ key | replace("'", "''") ~ "\"" %}
    {{ return(first_value(
        "select count(*) from (select 1 from " ~ landed_files(source('telemetry', 'events'))
        ~ " where try(json_exists(line, '" ~ path ~ "')) limit 1)"
    ) == 1) }}
{% endmacro %}

{% macro check_titles_file() %}
    {% set path = var('titles_path') | string | replace("'", "''") %}
    {% if first_value("select count(*) from glob('" ~ path ~ "')") == 0 %}
        {{ stop("no file at titles_path " ~ path ~ ": set it to a CSV or Parquet file of titles") }}
    {% endif %}
    {% set titles = source_files('catalogue', 'titles') %}
    {% set present = run_query("describe select * from " ~ titles).columns[0].values()
        | map('lower') | list %}
    {% for column in ['title_id', 'duration_seconds'] if column not in present %}
        {{ stop(
            path ~ " has no column " ~ column ~ ": give it title_id and duration_seconds, and where "
            ~ "there are, title_name, title_type, genre and released_on"
        ) }}
    {% endfor %}
    {% set repeated = first_value(
        "select min(title_id) from (select title_id from " ~ titles
        ~ " group by title_id having count(*) > 1)"
    ) %}
    {% if repeated is not none %}
        {{ stop(path ~ " has title_id " ~ repeated ~ " more than once: keep one row a title") }}
    {% endif %}
    {% set endless = first_value(
        "select min(title_id) from " ~ titles ~ " where cast(duration_seconds as varchar) <> ''"
        ~ " and coalesce(try_cast(duration_seconds as decimal(12, 3)), 0) <= 0"
    ) %}
    {% if endless is not none %}
        {{ stop(
            path ~ " has a duration_seconds for title_id " ~ endless ~ " that is no length: give "
            ~ "seconds, or leave it empty for a live stream"
        ) }}
    {% endif %}
{% endmacro %}

{% macro first_value(query) %}
    {{ return(run_query(query).columns[0].values()[0]) }}
{% endmacro %}
