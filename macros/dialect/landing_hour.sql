{#- The UTC hour in which a row landed, from the partition in its file's path; NULL outside the lake layout. -#}
{% macro landing_hour(source_file) %}
    {{- return(adapter.dispatch('landing_hour', 'playhead')(source_file)) -}}
{% endmacro %}

{% macro default__landing_hour(source_file) -%}
    try_cast(regexp_replace(
        {{ source_file }},
        '.*year=(\d{4})/month=(\d{2})/day=(\d{2})/hour=(\d{2})/.*', '$1-$2-$3 $4:00:00'
    ) as timestamp)
{%- endmacro %}

{% macro duckdb__landing_hour(source_file) -%}
    try_cast(regexp_replace(
        {{ source_file }},
        '.*year=(\d{4})/month=(\d{2})/day=(\d{2})/hour=(\d{2})/.*', '\1-\2-\3 \4:00:00'
    ) as timestamp)
{%- endmacro %}
