{#- A hash of a row's untyped fields, the same on every engine; NULL and '' differ. -#}
{% macro content_hash(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce('=' || cast(" ~ column ~ " as varchar), '')") -%}
    {%- endfor -%}
    {{- return(adapter.dispatch('content_hash', 'playhead')(parts | join(" || '|' || "))) -}}
{%- endmacro %}

{% macro default__content_hash(text) -%}
    lower(to_hex(md5(to_utf8({{ text }}))))
{%- endmacro %}

{% macro duckdb__content_hash(text) -%}
    md5({{ text }})
{%- endmacro %}
