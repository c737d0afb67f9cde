{#- Whether a row belongs to a viewer and title that this run derives. -#}
{% macro is_touched_viewer_title() -%}
    (customer_id, title_id) in (
        select touched.customer_id, touched.title_id
        from {{ ref('int_touched_viewer_titles') }} as touched
    )
{%- endmacro %}
