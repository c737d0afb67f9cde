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

{#- When a held row landed. By its partition, where there are any: so a bound on it leaves out the others, whose
    files are then not even opened. -#}
{% macro landed_at_held() %}
    {{- return(adapter.dispatch('landed_at_held', 'playhead')()) -}}
{% endmacro %}

{#- NULL where it is a file's name. -#}
{% macro default__landed_at_held() -%}
    try_cast(
        substr(landing_partition, 1, 10) || ' ' || substr(landing_partition, 12) || ':00:00' as timestamp
    )
{%- endmacro %}

{% macro duckdb__landed_at_held() -%}landed_at{%- endmacro %}
