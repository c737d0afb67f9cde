{#- A last column, `landing_partition`, where the engine replaces what landed by partition: an arrival hour; outside
    the lake layout, a file. None where rows are replaced by file. -#}
{% macro landing_partition(source_file, landed_at) %}
    {{- return(adapter.dispatch('landing_partition', 'playhead')(source_file, landed_at)) -}}
{% endmacro %}

{#- On Athena it names a folder of the table. -#}
{% macro default__landing_partition(source_file, landed_at) -%}
    , coalesce(date_format({{ landed_at }}, '%Y-%m-%d-%H'), {{ source_file }}) as landing_partition
{%- endmacro %}

{% macro duckdb__landing_partition(source_file, landed_at) -%}{%- endmacro %}
