{#- Every path that the mapping leads through, by its text, in the order of the canonical columns. -#}
{% macro mapped_paths() %}
    {% set paths = {} %}
    {% for rule in mapping().columns.values() %}{% do add_paths(paths, rule) %}{% endfor %}
    {% for condition in mapping().rows.where %}
        {% do paths.update({condition.path.text: condition.path}) %}
    {% endfor %}
    {{ return(paths) }}
{% endmacro %}

{#- The paths of a rule, and of the rules within it. -#}
{% macro add_paths(paths, rule) %}
    {% set inner = [rule.minus, rule.plus] | reject('none') | list %}
    {% for source in rule['from'] + rule.join + inner %}
        {% if source.steps is defined %}
            {% do paths.update({source.text: source}) %}
        {% else %}
            {% do add_paths(paths, source) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
