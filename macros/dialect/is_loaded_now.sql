{#- Whether a landed row was loaded by this run. -#}
{% macro is_loaded_now() %}
    {{- return(adapter.dispatch('is_loaded_now', 'playhead')()) -}}
{% endmacro %}

{% macro default__is_loaded_now() -%}
    loaded_at >= cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
{%- endmacro %}

{#- By the list of its files, which has their time whatever the clock says; a run without any has loaded nothing. -#}
{% macro duckdb__is_loaded_now() -%}
    coalesce(loaded_at >= (select min(files.loaded_at) from {{ files_to_load() }} as files), false)
{%- endmacro %}
