{#- Whether a row belongs to a viewer and date that this run derives. -#}
{% macro is_touched_viewer_day() -%}
    (customer_id, active_on) in (
        select touched.customer_id, touched.active_on
        from {{ ref('int_touched_viewer_days') }} as touched
    )
{%- endmacro %}
