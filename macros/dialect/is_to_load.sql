{#- Whether a row is among those that this run loads: by its file, or by its arrival hour. -#}
{% macro is_to_load(source_file, landed_at='landed_at') %}
    {{- return(adapter.dispatch('is_to_load', 'playhead')(source_file, landed_at)) -}}
{% endmacro %}

{#- Arrival hours from the newest one held onward, less var lookback_hours, and what is asked for again. As
    a constant over the partition keys: so that the other partitions are not even listed. A lake without
    arrival hours is loaded whole. -#}
{% macro default__is_to_load(source_file, landed_at) -%}
    {%- set newest = newest_hour_held() -%}
    {%- if newest is none -%}
        true
    {%- else -%}
        (
            {{ landed_at }} >= timestamp '{{ newest }}'
            {%- if is_to_reload(landed_at) != 'false' %}
            or ({{ is_to_reload(landed_at) }})
            {%- endif %}
        )
    {%- endif -%}
{%- endmacro %}

{#- The newest arrival hour held less the lookback, as text; none where there is none. An hour that has not
    come yet is a mistake in a path: it must not hide what arrives until then. -#}
{% macro newest_hour_held() %}
    {% set held = held_relation('base_telemetry__events') if execute else none %}
    {% if held is none or flags.FULL_REFRESH %}{{ return(none) }}{% endif %}
    {{ return(first_value(
        "select cast(date_add('hour', -" ~ var('lookback_hours') ~ ", max(landed_at)) as varchar) from "
        ~ held ~ " where landed_at <= " ~ run_started()
    )) }}
{% endmacro %}

{#- check_inputs has listed the files. By name, as constants: so that the others are not even opened. -#}
{% macro duckdb__is_to_load(source_file, landed_at) -%}
    {%- set names = names_to_load() -%}
    {{- source_file ~ " in (" ~ names ~ ")" if names else "false" -}}
{%- endmacro %}

{#- The names of those files as SQL strings, a comma between them; empty where there is none. -#}
{% macro names_to_load() %}
    {#- Asked of the engine, since dbt's own list of tables does not know one made in this run. -#}
    {% set names, is_listed = [], execute and first_value(
        "select count(*) from information_schema.tables where table_name = 'files_to_load'"
        ~ " and table_schema = '" ~ generate_schema_name('staging', none) ~ "'"
    ) %}
    {% if not is_listed %}{{ return("") }}{% endif %}
    {% for name in run_query("select file_name from " ~ files_to_load()).columns[0].values() %}
        {% do names.append("'" ~ name | replace("'", "''") ~ "'") %}
    {% endfor %}
    {{ return(names | join(", ")) }}
{% endmacro %}
