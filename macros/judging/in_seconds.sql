{#- A field's value; of one of `shares`, a share of the title, its seconds, exactly: NULL where nobody knows
    `length_seconds`. -#}
{% macro in_seconds(field, shares) -%}
    {%- if field in shares -%}
        try_cast(round({{ field }} * length_seconds * {{ shares[field] }}, 3) as decimal(13, 3))
    {%- else -%}
        {{ field }}
    {%- endif -%}
{%- endmacro %}
