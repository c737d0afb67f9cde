{#- This run's time for `column`, as a constant; later than that of every run before it, whatever the clock
    says. Where files are listed, their list has it. -#}
{% macro load_stamp(column) -%}
    {%- set now = "timestamp '" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") ~ "'" -%}
    {%- if has_listed_files() -%}
        {%- set listed = "select cast(max(loaded_at) as varchar) from " ~ files_to_load() -%}
        cast('{{ first_value(listed) or run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
    {%- elif is_incremental() -%}
        (
            select greatest({{ now }}, coalesce(max({{ column }}) + interval '1' second, {{ now }}))
            from {{ this }}
        )
    {%- else -%}
        cast({{ now }} as timestamp)
    {%- endif -%}
{%- endmacro %}
