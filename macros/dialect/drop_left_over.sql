{#- Drops what an earlier release left in the project's own schemas and no model makes any more, once all is made anew: it
    would be out of date, and might hold what is no longer to be stored. -#}
{% macro drop_left_over() %}
    {{ adapter.dispatch('drop_left_over', 'playhead')() }}
{% endmacro %}

{#- A schema of the Glue catalog may hold what others have made. -#}
{% macro default__drop_left_over() %}{% endmacro %}

{% macro duckdb__drop_left_over() %}
    {% set made = ['fingerprint', 'file_ledger', 'files_to_load', 'erased_customers'] %}
    {% for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] %}
        {% do made.append(node.alias) %}
    {% endfor %}
    {% for relation in run_query(
        "select table_schema, table_name, table_type from information_schema.tables where table_schema in ('"
        ~ generate_schema_name('staging', none) ~ "', '" ~ generate_schema_name('intermediate', none)
        ~ "') order by all"
    ).rows if relation.table_name not in made %}
        {% do adapter.drop_relation(api.Relation.create(
            database=target.database, schema=relation.table_schema, identifier=relation.table_name,
            type='view' if relation.table_type == 'VIEW' else 'table'
        )) %}
    {% endfor %}
{% endmacro %}
