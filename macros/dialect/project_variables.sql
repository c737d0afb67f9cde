{#- The variables that dbt_project.yml sets, where the engine can read a file; else none. -#}
{% macro project_variables() %}
    {{- return(adapter.dispatch('project_variables', 'playhead')()) -}}
{% endmacro %}

{% macro default__project_variables() %}{{ return({}) }}{% endmacro %}

{% macro duckdb__project_variables() %}
    {% set path = (invocation_args_dict.project_dir or '.') ~ '/dbt_project.yml' %}
    {{ return(fromyaml(first_value(
        "select content from read_text('" ~ path | replace("'", "''") | replace("[", "[[]") ~ "')"
    ))['vars']) }}
{% endmacro %}
