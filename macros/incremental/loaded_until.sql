{#- Up to which load each of the models is complete: the least of their greatest loaded_at, as text;
    none where one is not there yet or all is built anew. They are named, not ref'd: they lie downstream
    of who asks, and what they hold is the only account of it that a killed run cannot falsify. -#}
{% macro loaded_until(models) %}
    {% if not execute or flags.FULL_REFRESH or flags.WHICH not in ['run', 'build'] %}
        {{ return(none) }}
    {% endif %}
    {% set maxima = [] %}
    {% for name, folder in models.items() %}
        {% set relation = held_relation(name, folder) %}
        {% if relation is none %}{{ return(none) }}{% endif %}
        {% do maxima.append(
            "select coalesce(max(loaded_at), timestamp '1900-01-01 00:00:00') as loaded_at from " ~ relation
        ) %}
    {% endfor %}
    {{ return(first_value(
        "select cast(min(loaded_at) as varchar) from (" ~ maxima | join(" union all ") ~ ") as held"
    )) }}
{% endmacro %}
