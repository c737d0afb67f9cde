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

{% macro check_telemetry_files() %}
    {% set files = source_files('telemetry', 'events') %}
    {% set file_count = first_value("select count(*) from glob('" ~ files ~ "')") %}
    {% if file_count == 0 %}
        {{ stop(
            "no " ~ var('telemetry_format') ~ " file at " ~ files ~ ": set var telemetry_path to a "
            ~ "folder in the lake layout or a glob of files, and telemetry_format to what they hold"
        ) }}
    {% endif %}
    {{ log(
        "Reading " ~ file_count ~ " file(s) at " ~ files ~ "; should one be unreadable, "
        ~ "the error names it: repair it or move it away", info=true
    ) }}
    {% if var('telemetry_format') == 'ndjson' %}
        {{ keep_undecodable_lines() }}
    {% else %}
        {% do run_query("select count(*) from " ~ source('telemetry', 'events')) %}
    {% endif %}
{% endmacro %}

{#- Reads every line once. What DuckDB cannot take for text, it notes in temporary tables of this
    connection: from there it goes on to quarantine. -#}
{% macro keep_undecodable_lines() %}
    {% do run_query("drop table if exists temp.reject_errors") %}
    {% do run_query("drop table if exists temp.reject_scans") %}
    {% do run_query("select count(line) from " ~ source('telemetry', 'events')) %}
    {% do run_query(
        "create or replace table " ~ undecodable_lines() ~ " as select errors.csv_line as raw_text, "
        ~ "scans.file_path as source_file from temp.reject_errors as errors "
        ~ "inner join temp.reject_scans as scans using (scan_id, file_id)"
    ) %}
{% endmacro %}

{#- NDJSON has no schema: the keys of the first thousand objects stand for it. -#}
{% macro check_telemetry_columns() %}
    {% if var('telemetry_format') == 'parquet' %}
        {% set present = parquet_columns() | map('lower') | list %}
    {% else %}
        {% set present = run_query(
            "with objects as (select line from " ~ source('telemetry', 'events')
            ~ " where json_valid(line) and starts_with(ltrim(line), '{') limit 1000)"
            ~ " select distinct unnest(json_keys(line)) from objects"
        ).columns[0].values() | list %}
    {% endif %}
    {% set required = [
        'customer_id', 'title_id', 'session_id', 'event_type', 'event_timestamp', 'position_seconds'
    ] %}
    {% for field, column in telemetry_fields().items()
        if present and column not in present and column | lower not in present %}
        {% if field in required %}
            {{ stop(
                "the telemetry has no column " ~ column ~ ", which " ~ field ~ " is read from: name "
                ~ "your source's column in var telemetry_columns, as {" ~ field ~ ": its_name}"
            ) }}
        {% elif field in var('telemetry_columns') %}
            {% do exceptions.warn(
                "var telemetry_columns reads " ~ field ~ " from " ~ column
                ~ ", which the telemetry does not have: it will be NULL"
            ) %}
        {% endif %}
    {% endfor %}
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
{% endmacro %}

{% macro first_value(query) %}
    {{ return(run_query(query).columns[0].values()[0]) }}
{% endmacro %}
