{#- Whether a row's file is among those that this run loads; check_inputs has listed them. By name, as
    constants: so that the others are not even opened. -#}
{% macro is_to_load(source_file) %}
    {{- return(adapter.dispatch('is_to_load', 'playhead')(source_file)) -}}
{% endmacro %}

{% macro duckdb__is_to_load(source_file) -%}
    {%- set names = [] -%}
    {%- if execute and held_relation('files_to_load', 'staging') is not none -%}
        {%- set names = run_query("select file_name from " ~ files_to_load()).columns[0].values() -%}
    {%- endif -%}
    {%- if names -%}
        {{ source_file }} in (
            {%- for name in names %}
            '{{ name | replace("'", "''") }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
