{#- Of a row whose session is told by a gap, what the gap is within: the texts of those columns, with / between; NULL
    where all of them are. -#}
{% macro told_by_gap() -%}
    {%- set texts, parts = [], [] -%}
    {%- for field in mapping().columns.session_id.within -%}
        {%- do texts.append(as_text(field)) -%}
        {%- do parts.append("coalesce(" ~ as_text(field) ~ ", '')") -%}
    {%- endfor -%}
    case when coalesce({{ texts | join(', ') }}, null) is not null then {{ parts | join(" || '/' || ") }} end
{%- endmacro %}
