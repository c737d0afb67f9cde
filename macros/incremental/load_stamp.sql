{#- This run's time for `column`, as a constant; later than that of every run before it, whatever the clock
    says. -#}
{% macro load_stamp(column) -%}
    {%- set now = "timestamp '" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") ~ "'" -%}
    {%- if is_incremental() -%}
        (
            select greatest({{ now }}, coalesce(max({{ column }}) + interval '1' second, {{ now }}))
            from {{ this }}
        )
    {%- else -%}
        cast({{ now }} as timestamp)
    {%- endif -%}
{%- endmacro %}
