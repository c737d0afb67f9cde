{#- A text as an SQL string. -#}
{% macro quoted_text(text) %}
    {{ return("'" ~ text | string | replace("'", "''") ~ "'") }}
{% endmacro %}
