{#- The fields whose number is a share of their title's duration, each with what makes a ratio of it. -#}
{% macro shares_of_title() %}
    {% set shares = {} %}
    {% for field, rule in mapped_rules().items()
        if rule.unit in ['percent', 'ratio'] and field != 'completion_percentage' %}
        {% do shares.update({field: '0.01' if rule.unit == 'percent' else '1'}) %}
    {% endfor %}
    {{ return(shares) }}
{% endmacro %}
