{#- What of the lake is replaced as a whole: an arrival hour; outside the lake layout, a file. -#}
{% macro landing_partition(source_file, landed_at) %}
    {{- return(adapter.dispatch('landing_partition', 'playhead')(source_file, landed_at)) -}}
{% endmacro %}

{% macro default__landing_partition(source_file, landed_at) -%}
    coalesce(cast({{ landed_at }} as varchar), {{ source_file }})
{%- endmacro %}
