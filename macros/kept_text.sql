{#- What is kept of a rejected row's text: all of it, its beginning or nothing, by var rejected_text; nothing where the id
    of a viewer who was erased stands in it. It is masked before it is cut, so that no part of an address is left. -#}
{% macro kept_text(text) -%}
    {%- set length = kept_text_length() -%}
    {%- if length == 0 -%}
        cast(null as varchar)
    {%- else -%}
        {%- set masked = masked_addresses(text) -%}
        {%- set kept = masked if length is none else "substr(" ~ masked ~ ", 1, " ~ length ~ ")" -%}
        {{ kept if not erasure_salt()
            else "case when not coalesce(" ~ mentions_erased(text) ~ ", false) then " ~ kept ~ " end" }}
    {%- endif -%}
{%- endmacro %}

{#- How many characters var rejected_text lets be kept: 0 for none, none for all. -#}
{% macro kept_text_length() %}
    {% set kept = var('rejected_text') %}
    {% if kept == 'whole' %}{{ return(none) }}{% endif %}
    {% if kept == 'none' or kept is none %}{{ return(0) }}{% endif %}
    {% if kept == 'cut' %}{{ return(200) }}{% endif %}
    {% if kept is not integer or kept is boolean or kept < 0 %}
        {{ stop(
            "var rejected_text is '" ~ kept ~ "'; set it to whole, cut (200 characters), a number of characters, or none"
        ) }}
    {% endif %}
    {{ return(kept) }}
{% endmacro %}
