{#- This run's time for what it derives, as a constant; later than all that is settled, whatever the clock
    says. Rows that are replaced may be the latest, so they are not asked. -#}
{% macro derivation_stamp() -%}
    {%- set derived_until = settled_until('derived_until') -%}
    {%- if derived_until -%}
        greatest({{ run_started() }}, timestamp '{{ derived_until }}' + interval '1' second)
    {%- else -%}
        {{ run_started() }}
    {%- endif -%}
{%- endmacro %}
