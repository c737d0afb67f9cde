{#- The configuration of an incremental model that replaces what this run loads, partition by partition. -#}
{% macro replacing_partitions(column) %}
    {{- return(adapter.dispatch('replacing_partitions', 'playhead')(column)) -}}
{% endmacro %}

{% macro default__replacing_partitions(column) %}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'insert_overwrite',
        'table_type': 'hive',
        'partitioned_by': [column]
    }) }}
{% endmacro %}

{% macro duckdb__replacing_partitions(column) %}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'delete+insert',
        'unique_key': column
    }) }}
{% endmacro %}
