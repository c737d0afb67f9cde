{#- The models whose tables are kept from run to run, by their unique ids: what is incremental. -#}
{% macro kept_models() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') %}
    {{ return(
        models | selectattr('config.materialized', 'equalto', 'incremental')
        | map(attribute='unique_id') | list
    ) }}
{% endmacro %}

{#- The unique ids of models and of all that they are built from, each once. -#}
{% macro with_inputs(models) %}
    {% set found = models | list %}
    {#- The list grows while it is walked. #}
    {% for model in found %}
        {% for parent in graph.nodes[model].depends_on.nodes
            if parent.startswith('model.') and parent not in found %}
            {% do found.append(parent) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- A model's table as earlier runs left it, without a dependency on the model; none if there is none. -#}
{% macro held_relation(name) %}
    {#- A unit test has no graph. #}
    {% set node = graph.get('nodes', {}).get('model.playhead.' ~ name) if execute %}
    {% set relation = adapter.get_relation(node.database, node.schema, node.alias) if node %}
    {{ return(none if not relation or relation.is_view else relation) }}
{% endmacro %}
