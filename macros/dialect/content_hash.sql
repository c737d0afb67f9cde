{#- A hash of a row's content. Each value goes in with its length, so that no two rows read alike. -#}
{% macro content_hash(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- set text = "cast(" ~ column ~ " as varchar)" -%}
        {%- do parts.append("coalesce(cast(length(" ~ text ~ ") as varchar) || ':' || " ~ text ~ ", '-')") -%}
    {%- endfor -%}
    {{- return(adapter.dispatch('content_hash', 'playhead')(parts | join(" || "))) -}}
{%- endmacro %}

{% macro default__content_hash(text) -%}
    lower(to_hex(md5(to_utf8({{ text }}))))
{%- endmacro %}

{% macro duckdb__content_hash(text) -%}
    md5({{ text }})
{%- endmacro %}
