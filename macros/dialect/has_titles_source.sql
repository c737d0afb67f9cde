{#- Whether the catalogue is the user's own, and not the seed. -#}
{% macro has_titles_source() %}
    {{- return(adapter.dispatch('has_titles_source', 'playhead')()) -}}
{% endmacro %}

{% macro default__has_titles_source() %}{{ return(var('titles_table') != '') }}{% endmacro %}

{% macro duckdb__has_titles_source() %}{{ return(var('titles_path') != '') }}{% endmacro %}
