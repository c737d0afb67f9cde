{#- The list of the viewers who were erased, of hashes alone: `staging.erased_customers`. What the lake still has of them is
    left out as it is read. -#}
{% macro erased_customers() %}
    {{ return(api.Relation.create(
        database=target.database, schema=generate_schema_name('staging', none), identifier='erased_customers',
        type='table'
    )) }}
{% endmacro %}

{#- The salt of the list; none where nobody was erased. -#}
{% macro erasure_salt() %}
    {% set list = erased_customers() %}
    {#- A unit test has no graph, and knows nobody. #}
    {% if not execute or not graph.get('nodes') or not adapter.get_relation(list.database, list.schema, list.identifier) %}
        {{ return(none) }}
    {% endif %}
    {{ return(first_value("select min(salt) from " ~ list)) }}
{% endmacro %}
