{#- Whether a row's file is among those that this run loads; check_inputs has listed them. By name, as
    constants: so that the others are not even opened. -#}
{% macro is_to_load(source_file) %}
    {{- return(adapter.dispatch('is_to_load', 'playhead')(source_file)) -}}
{% endmacro %}

{% macro duckdb__is_to_load(source_file) -%}
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
