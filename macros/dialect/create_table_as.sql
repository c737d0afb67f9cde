{#- Athena stores timestamps of six digits in Iceberg tables and of three in Hive's, and refuses all others;
    its functions yield either, or none. So those of a query are made fit as it is stored. -#}
{% macro athena__create_table_as(
    temporary, relation, compiled_code, language='sql', skip_partitioning=false
) %}
    {% set digits = 6 if resolve_table_type() == 'iceberg' else 3 %}
    {% set query = compiled_code if language != 'sql' else with_timestamps_of(digits, compiled_code) %}
    {{ return(dbt.athena__create_table_as(
        temporary, relation, query, language, skip_partitioning
    )) }}
{% endmacro %}

{% macro with_timestamps_of(digits, query) %}
    {% set columns = get_column_schema_from_query(query) %}
    {% if 'TIMESTAMP' not in columns | map(attribute='dtype') %}{{ return(query) }}{% endif %}
    {% set selected = [] %}
    {% for column in columns %}
        {% set name = adapter.quote(column.name) %}
        {% do selected.append(
            "cast(" ~ name ~ " as timestamp(" ~ digits ~ ")) as " ~ name
            if column.dtype == 'TIMESTAMP' else name
        ) %}
    {% endfor %}
    {{ return("select " ~ selected | join(", ") ~ " from (\n" ~ query ~ "\n) as built") }}
{% endmacro %}
