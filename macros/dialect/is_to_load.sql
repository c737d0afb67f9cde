{#- Whether a row is among those that this run loads: by its file, or by its arrival hour. -#}
{% macro is_to_load(source_file, landed_at='landed_at') %}
    {{- return(adapter.dispatch('is_to_load', 'playhead')(source_file, landed_at)) -}}
{% endmacro %}

{#- Arrival hours from the newest one held onward, less var lookback_hours, and what is asked for again. As
    a constant over the partition keys: so that the other partitions are not even listed. A lake without
    arrival hours is loaded whole. -#}
{% macro default__is_to_load(source_file, landed_at) -%}
    {%- set newest = newest_hour_held() -%}
    {%- if newest is none -%}
        true
    {%- else -%}
        (
            {{ landed_at }} >= timestamp '{{ newest }}'
            {%- if is_to_reload(landed_at) != 'false' %}
            or ({{ is_to_reload(landed_at) }})
            {%- endif %}
        )
    {%- endif -%}
{%- endmacro %}

{#- The newest arrival hour held less the lookback, as text; none where there is none. An hour that has not
    come yet is a mistake in a path: it must not hide what arrives until then. -#}
{% macro newest_hour_held() %}
    {% set held = held_relation('base_telemetry__events') if execute else none %}
    {% if held is none or var('load_lake_anew') %}{{ return(none) }}{% endif %}
    {#- By the list of partitions: the table's own files would each be opened. One that is a file has no hour. #}
    {% set partitions = held.incorporate(path={'identifier': held.identifier ~ '$partitions'}) %}
    {% set hour -%}
        try_cast(
            substr(landing_partition, 1, 10) || ' ' || substr(landing_partition, 12) || ':00:00' as timestamp
        )
    {%- endset %}
    {{ return(first_value(
        "select cast(date_add('hour', -" ~ var('lookback_hours') ~ ", max(" ~ hour ~ ")) as varchar)"
        ~ " from " ~ partitions ~ " where " ~ hour ~ " <= " ~ run_started()
    )) }}
{% endmacro %}

{% macro duckdb__is_to_load(source_file, landed_at) -%}
    {{ source_file }} in (
        select file_name
        from {{ files_to_load() }}
        where set_aside_reason is null
    )
{%- endmacro %}
