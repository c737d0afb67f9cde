{#- Stops a run, before any model, on files or tables that are not there, cannot be read or lack a
    column. -#}
{% macro check_inputs() %}
    {% if execute and flags.WHICH in ['run', 'build'] %}
        {{ adapter.dispatch('check_inputs', 'playhead')() }}
    {% endif %}
{% endmacro %}

{% macro default__check_inputs() %}
    {{ check_telemetry_format() }}
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
    {{ check_table_columns(events) }}
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

{#- The fields without which no row is an event; a position, where a type needs one. -#}
{% macro required_fields() %}
    {% set fields = ['customer_id', 'title_id', 'session_id', 'event_type', 'event_timestamp'] %}
    {% set mapped = mapping() %}
    {% set types = mapped.aliases.values() | list %}
    {% if mapped.columns.event_type.constant in event_types() %}
        {% do types.append(mapped.columns.event_type.constant) %}
    {% endif %}
    {% set positioned = ['start', 'resume', 'heartbeat', 'seek', 'seek_start', 'span'] %}
    {% if not types or types | select('in', positioned) | list %}{% do fields.append('position_seconds') %}{% endif %}
    {% if '*' in mapped.aliases or '' in mapped.aliases %}{% do fields.remove('event_type') %}{% endif %}
    {{ return(fields) }}
{% endmacro %}

{#- Whether a rule says a value of every row, whatever its paths lead to. -#}
{% macro always_has_value(rule) %}
    {{ return(
        rule.constant is not none or rule.row_hash or rule.gap_seconds is not none or rule.default is not none
        or (rule['from'] + rule.join) | rejectattr('steps', 'defined') | list != []
    ) }}
{% endmacro %}

{% macro stop_for_column(field, paths) %}
    {% set is_column = paths | length == 1 and not modules.re.search('[.(\\[]', paths[0]) %}
    {{ stop(
        "the telemetry has " ~ ("no column " if is_column else "nothing at ") ~ (paths | join(" or ") or "null")
        ~ ", which " ~ field ~ " is read from: name your source's column, or a path to it, in var "
        ~ "telemetry_columns, as {" ~ field ~ ": its_name}"
    ) }}
{% endmacro %}

{% macro check_telemetry_format() %}
    {% set format = var('telemetry_format') %}
    {% do one_of(['ndjson', 'parquet', 'csv'], format, "var telemetry_format is '" ~ format ~ "'") %}
{% endmacro %}

{#- Stops where what a field needs is no column of the table, nor in one. -#}
{% macro check_table_columns(relation) %}
    {% set columns = landed_columns(relation) %}
    {% for field, rule in mapping().columns.items() if field in required_fields() and not always_has_value(rule) %}
        {% set paths, found = {}, [] %}
        {% do add_paths(paths, rule) %}
        {% for text, path in paths.items() %}
            {% if planned_place({'documents': []}, {'columns': columns}, path.steps, text) is not none %}
                {% do found.append(text) %}
            {% endif %}
        {% endfor %}
        {% if not found and var('telemetry_format') != 'ndjson' %}
            {{ stop_for_column(field, paths.keys() | list) }}
        {% endif %}
    {% endfor %}
{% endmacro %}

{% macro duckdb__check_inputs() %}
    {{ check_telemetry_format() }}
    {{ check_object_store() }}
    {{ check_telemetry_files() }}
    {% if var('unreadable_files') == 'stop' %}
        {{ check_telemetry_columns() }}
    {% elif var('unreadable_files') != 'set_aside' %}
        {{ stop("var unreadable_files is '" ~ var('unreadable_files') ~ "'; set it to stop or set_aside") }}
    {% endif %}
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
    {{ make_file_ledger() }}
    {{ check_what_is_held() }}
    {% do run_query(
        "create or replace temp table files_found as select filename, size, last_modified from read_blob("
        ~ files ~ ")"
    ) %}
    {% set load_count = list_files_to_load() %}
    {% set file_count = first_value("select count(*) from temp.files_found") %}
    {% set known_count = 0 if var('load_lake_anew') else first_value("select count(*) from " ~ file_ledger()) %}
    {% if file_count == 0 and not known_count and not folder_exists(path) %}
        {{ stop(
            "no " ~ var('telemetry_format') ~ " file at " ~ path ~ ": set var telemetry_path to a "
            ~ "folder in the lake layout or a glob of files, and telemetry_format to what they hold"
        ) }}
    {% elif file_count == 0 %}
        {% do exceptions.warn("the lake at " ~ path ~ " is empty: there is nothing to load") %}
    {% endif %}
    {% if known_count %}{{ say_what_has_gone() }}{% endif %}
    {{ log(
        "Loading " ~ load_count ~ " of " ~ file_count ~ " file(s) at " ~ path
        ~ ("; should one be unreadable, the error names it: repair it or move it away" if load_count
            else ": nothing new has landed"), info=true
    ) }}
    {#- Of a Parquet file that is none, this error is one line. -#}
    {% if load_count and var('telemetry_format') == 'parquet' and var('unreadable_files') == 'stop' %}
        {% do run_query("select count(*) from parquet_file_metadata([" ~ names_to_load() ~ "])") %}
    {% endif %}
{% endmacro %}

{#- What a run loads, it must also derive from. -#}
{% macro check_what_is_held() %}
    {% set remedy = "dbt build --full-refresh --vars 'load_lake_anew: true'" %}
    {% set loader = 'model.playhead.base_telemetry__events' in selected_resources %}
    {% if loader and 'model.playhead.base_telemetry__typed_rows' not in selected_resources %}
        {{ stop(
            "base_telemetry__events cannot be loaded without what reads the files: select "
            ~ "+base_telemetry__events"
        ) }}
    {% elif var('load_lake_anew') and not flags.FULL_REFRESH %}
        {{ stop("with load_lake_anew all that is derived must be derived anew too: run " ~ remedy) }}
    {% endif %}
{% endmacro %}

{#- Of what is no longer in the lake, the rows stay. -#}
{% macro say_what_has_gone() %}
    {% set gone = run_query(
        "select count(*), min(file_name) from " ~ file_ledger()
        ~ " where file_name not in (select filename from temp.files_found)"
    ).rows[0] %}
    {% if gone[0] %}
        {% do exceptions.warn(
            gone[0] ~ " file(s) that were loaded are no longer in the lake, such as " ~ gone[1]
            ~ ": their rows stay"
        ) %}
    {% endif %}
{% endmacro %}

{#- Whether a local folder is there, empty or not. DuckDB lists files alone; but a way that leads through
    the folder and back up to a file that every Unix has is one only where the folder is. -#}
{% macro folder_exists(path) %}
    {% set there_and_back = path.rstrip('/') ~ '/..' * 64 ~ '/etc/hosts' %}
    {{ return(first_value(
        "select count(*) from glob('" ~ there_and_back | replace("'", "''") | replace('[', '[[]') ~ "')"
    ) > 0) }}
{% endmacro %}

{#- Stops where what a field needs is nowhere in what is to be loaded, and warns where a field that was mapped is. -#}
{% macro check_telemetry_columns() %}
    {% if not names_to_load() %}{{ return("") }}{% endif %}
    {% set columns, required = mapping().columns, required_fields() %}
    {% set found = found_paths(1000) %}
    {% for field, rule in columns.items() if not always_has_value(rule) %}
        {% set paths = {} %}
        {% do add_paths(paths, rule) %}
        {% set missing = paths.keys() | select('in', found) | list == [] %}
        {% if missing and field in required %}
            {#- Late in a file, or in a late one: read to the end only where none has been found. -#}
            {% if paths.keys() | select('in', found_paths(none)) | list == [] %}
                {{ stop_for_column(field, paths.keys() | list) }}
            {% endif %}
        {% elif missing and paths and field in var('telemetry_columns') %}
            {% do exceptions.warn(
                "var telemetry_columns reads " ~ field ~ " from " ~ paths.keys() | join(", ")
                ~ ", which the telemetry does not seem to have: it will be NULL"
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}

{#- The texts of the paths that lead to something in the first rows to be loaded, or in all of them: to a value, a
    column, or a key that is null. -#}
{% macro found_paths(row_count) %}
    {% set relation, counts, found = source('telemetry', 'events'), [], [] %}
    {% set columns = none if var('telemetry_format') == 'ndjson' else landed_columns(relation) %}
    {% for text, path in mapped_paths().items() %}
        {% set value = "value_" ~ loop.index ~ " is not null" %}
        {% if columns is none and path.steps | map('first') | reject('equalto', 'key') | list == [] %}
            {% set value = value ~ " or json_exists(try_cast(raw_row as json), " ~ json_path(path.steps) ~ ")" %}
        {% elif columns is not none and planned_place({'documents': []}, {'columns': columns}, path.steps, text)
            is not none %}
            {% set value = value ~ " or not starts_with(" ~ quoted_text(text) ~ ", 'json(')" %}
        {% endif %}
        {% do counts.append("coalesce(bool_or(" ~ value ~ "), false)") %}
    {% endfor %}
    {% set limit = "" if row_count is none else " limit " ~ row_count %}
    {% set row = run_query(
        "select " ~ counts | join(", ") ~ " from (select * from (" ~ landed_values(relation) ~ ")" ~ limit ~ ")"
    ).rows[0] %}
    {% for text in mapped_paths() %}{% if row[loop.index0] %}{% do found.append(text) %}{% endif %}{% endfor %}
    {{ return(found) }}
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
