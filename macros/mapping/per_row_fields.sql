{#- The fields that count a row's own, and not on and on: `per_row` of their rules. -#}
{% macro per_row_fields() %}
    {% set fields = [] %}
    {% for field, rule in mapped_rules().items() if rule.per_row %}
        {% do fields.append(field) %}
    {% endfor %}
    {{ return(fields) }}
{% endmacro %}
