{#- Whether a row belongs to a viewer and date that this run derives; where all is built anew, every
    row does. -#}
{% macro is_touched_viewer_day() -%}
    {%- if not execute or settled_until() -%}
    (customer_id, active_on) in (
        select touched.customer_id, touched.active_on
        from {{ ref('int_touched_viewer_days') }} as touched
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
