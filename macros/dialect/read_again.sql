{#- How a model of this run's rows is materialized that many others read: a view, where a scan is cheaper than to
    store what it yields; a table, where each scan is billed and opens the files of all that is held. -#}
{% macro read_again() %}
    {{- return(adapter.dispatch('read_again', 'playhead')()) -}}
{% endmacro %}

{% macro default__read_again() %}{{ return('table') }}{% endmacro %}

{% macro duckdb__read_again() %}{{ return('view') }}{% endmacro %}
