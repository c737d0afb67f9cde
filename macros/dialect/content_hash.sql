{#- A hash of a row's content. Each value goes in with its length, so that no two rows read alike. -#}
{% macro content_hash(columns) -%}
    {{- return(adapter.dispatch('content_hash', 'playhead')(columns)) -}}
{%- endmacro %}

{% macro default__content_hash(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- set text = "cast(" ~ column ~ " as varchar)" -%}
        {%- do parts.append("coalesce(cast(length(" ~ text ~ ") as varchar) || ':' || " ~ text ~ ", '-')") -%}
    {%- endfor -%}
    lower(to_hex(md5(to_utf8({{ parts | join(" || ") }}))))
{%- endmacro %}

{#- The same, with each column named once: what is named twice DuckDB makes for every row, though `case` needs
    it for none. -#}
{% macro duckdb__content_hash(columns) -%}
    md5(array_to_string(
        list_transform(
            [
                {%- for column in columns %}
                cast({{ column }} as varchar){{ ',' if not loop.last }}
                {%- endfor %}
            ],
            lambda value: coalesce(cast(length(value) as varchar) || ':' || value, '-')
        ),
        ''
    ))
{%- endmacro %}
