{#- A model's table as earlier runs left it, without a dependency on the model; none if there is none. -#}
{% macro held_relation(name, folder) %}
    {% set relation = adapter.get_relation(
        target.database, generate_schema_name(folder, none), name
    ) %}
    {{ return(none if relation is none or relation.is_view else relation) }}
{% endmacro %}
