{#- When this run loads, as a constant; later than every load before it, whatever the clock says. -#}
{% macro load_stamp() -%}
    {%- set now = "timestamp '" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") ~ "'" -%}
    {%- if is_incremental() -%}
        (
            select greatest({{ now }}, coalesce(max(loaded_at) + interval '1' second, {{ now }}))
            from {{ this }}
        )
    {%- else -%}
        cast({{ now }} as timestamp)
    {%- endif -%}
{%- endmacro %}
