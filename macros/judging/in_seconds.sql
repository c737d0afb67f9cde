{#- A field's value: of a share of the title, which some sources tell, its seconds, exactly; NULL where nobody knows
    `length_seconds`. -#}
{% macro in_seconds(field) -%}
    {%- set share = share_of_title(field) -%}
    {%- if share is none -%}
        {{ field }}
    {%- else -%}
        try_cast(round({{ field }} * length_seconds * {{ share }}, 3) as decimal(13, 3))
    {%- endif -%}
{%- endmacro %}
