{#- Whether a row belongs to a viewer and title that this run derives; where all is built anew, every
    row does. -#}
{% macro is_touched_viewer_title() -%}
    {%- if not execute or settled_until() -%}
    (customer_id, title_id) in (
        select touched.customer_id, touched.title_id
        from {{ ref('int_touched_viewer_titles') }} as touched
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
