{#- The fields that a row without them takes from an earlier row of its session: `carry_forward` of their rules. -#}
{% macro carried_fields() %}
    {% set carried = [] %}
    {% for field, rule in mapped_rules().items() if rule.carry_forward %}
        {% do carried.append(field) %}
    {% endfor %}
    {{ return(carried) }}
{% endmacro %}
