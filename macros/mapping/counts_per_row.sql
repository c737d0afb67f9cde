{#- Whether a field counts each row's own, and not on and on: `per_row` of its rule. -#}
{% macro counts_per_row(field) %}
    {{ return(mapping().columns[field].per_row) }}
{% endmacro %}
