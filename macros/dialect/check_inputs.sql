{#- Stops a run, before any model, on files that are not there, cannot be read or lack a column.
    On Athena the inputs are tables, and a missing one stops the run by itself. -#}
{% macro check_inputs() %}
    {% if execute and flags.WHICH in ['run', 'build'] %}
        {{ adapter.dispatch('check_inputs', 'playhead')() }}
    {% endif %}
{% endmacro %}

{% macro default__check_inputs() %}{% endmacro %}

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
    {% if file_count == 0 %}
        {{ stop(
            "no " ~ var('telemetry_format') ~ " file at " ~ path ~ ": set var telemetry_path to a "
            ~ "folder in the lake layout or a glob of files, and telemetry_format to what they hold"
        ) }}
    {% endif %}
    {{ log(
        "Reading " ~ file_count ~ " file(s) at " ~ path ~ "; should one be unreadable, "
        ~ "the error names it: repair it or move it away", info=true
    ) }}
    {% if var('telemetry_format') == 'ndjson' %}
        {{ keep_undecodable_lines() }}
    {% else %}
        {% do run_query("select count(*) from parquet_file_metadata(" ~ files ~ ")") %}
    {% endif %}
{% endmacro %}

{#- Reads every line once. What DuckDB cannot take for text, it notes in temporary tables of this
    connection: from there it goes on to quarantine. -#}
{% macro keep_undecodable_lines() %}
    {% do run_query("create schema if not exists " ~ generate_schema_name('staging', none)) %}
    {% set noted = "select '' as raw_text, '' as source_file where false" %}
    {% if not flags.EMPTY %}
        {% do run_query("drop table if exists temp.reject_errors") %}
        {% do run_query("drop table if exists temp.reject_scans") %}
        {% do run_query("select count(line) from " ~ source('telemetry', 'events')) %}
        {% set noted = "select errors.csv_line as raw_text, scans.file_path as source_file "
            ~ "from temp.reject_errors as errors "
            ~ "inner join temp.reject_scans as scans using (scan_id, file_id)" %}
    {% endif %}
    {% do run_query("create or replace table " ~ undecodable_lines() ~ " as " ~ noted) %}
{% endmacro %}

{% macro check_telemetry_columns() %}
    {% set columns = present_columns() %}
    {% set required = [
        'customer_id', 'title_id', 'session_id', 'event_type', 'event_timestamp', 'position_seconds'
    ] %}
    {% for field, column in telemetry_fields().items() if columns and column not in columns %}
        {% if field in required and not has_key_somewhere(column) %}
            {{ stop(
                "the telemetry has no column " ~ column ~ ", which " ~ field ~ " is read from: name "
                ~ "your source's column in var telemetry_columns, as {" ~ field ~ ": its_name}"
            ) }}
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
        "with objects as (select line from " ~ source('telemetry', 'events')
        ~ " where json_valid(line) and starts_with(ltrim(line), '{') limit 1000)"
        ~ " select distinct unnest(json_keys(line)) from objects"
    ).columns[0].values() | list) }}
{% endmacro %}

{#- Whether any object of an NDJSON lake has a key: read to the end only where none has. -#}
{% macro has_key_somewhere(key) %}
    {% if var('telemetry_format') == 'parquet' %}{{ return(false) }}{% endif %}
    {% set path = "$.\"" ~ key | replace("'", "''") ~ "\"" %}
    {{ return(first_value(
        "select count(*) from (select 1 from " ~ source('telemetry', 'events')
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
