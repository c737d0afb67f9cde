{#- Whether a row's `columns` are among those that this run derives, which `model` lists; where all is built
    anew, every row's are. -#}
{% macro is_listed(columns, model) -%}
    {%- if not execute or settled_until() -%}
    ({{ columns | join(', ') }}) in (
        select touched.{{ columns | join(', touched.') }}
        from {{ ref(model) }} as touched
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
