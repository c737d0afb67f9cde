{#- This run's time for what it loads, as a constant; later than that of every run before it, whatever the
    clock says. Where files are listed, their list has it. -#}
{% macro load_stamp(column) -%}
    {%- set now = run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") -%}
    {%- if has_listed_files() -%}
        {%- set listed = first_value("select cast(max(loaded_at) as varchar) from " ~ files_to_load()) -%}
        cast('{{ listed or now }}' as timestamp)
    {%- elif is_incremental() -%}
        (
            select greatest(
                timestamp '{{ now }}', coalesce(max({{ column }}) + interval '1' second, timestamp '{{ now }}')
            )
            from {{ this }}
        )
    {%- else -%}
        cast('{{ now }}' as timestamp)
    {%- endif -%}
{%- endmacro %}

{#- This run's time for what it derives. Rows that are replaced may be the latest, so they are not asked. -#}
{% macro derivation_stamp() -%}
    {%- set derived_until = settled_until('derived_until') -%}
    {%- if derived_until -%}
        greatest({{ run_started() }}, timestamp '{{ derived_until }}' + interval '1' second)
    {%- else -%}
        {{ run_started() }}
    {%- endif -%}
{%- endmacro %}
