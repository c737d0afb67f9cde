{#- What an external source reads: meta `files` of its YAML. -#}
{% macro source_files(source_name, table_name) %}
    {% for node in graph.sources.values() %}
        {% if node.source_name == source_name and node.name == table_name %}
            {{ return(node.meta.files) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
