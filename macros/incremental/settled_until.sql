{#- Up to which load everything that is kept from run to run is up to date, as text; none where all is
    built anew, or a table is not there yet. It stands in int_settled, which a run writes after all of
    them: so what a killed or partial run has left undone, the next one does again. -#}
{% macro settled_until(column='loaded_until') %}
    {% if not execute or flags.FULL_REFRESH or flags.WHICH not in ['run', 'build'] %}
        {{ return(none) }}
    {% endif %}
    {% set settled = held_relation('int_settled', 'intermediate') %}
    {% for name, (folder, _) in kept_models().items() if held_relation(name, folder) is none %}
        {{ return(none) }}
    {% endfor %}
    {{ return(none if settled is none else first_value(
        "select cast(coalesce(max(" ~ column ~ "), timestamp '1900-01-01 00:00:00') as varchar) from "
        ~ settled
    )) }}
{% endmacro %}
