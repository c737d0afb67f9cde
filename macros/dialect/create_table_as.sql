{#- Athena stores timestamps of six digits in Iceberg tables and of three in Hive's, and refuses all others;
    its functions yield either, or none. So those of a query are made fit as it is stored. -#}
{% macro athena__create_table_as(
    temporary, relation, compiled_code, language='sql', skip_partitioning=false
) %}
    {% set digits = 6 if resolve_table_type() == 'iceberg' else 3 %}
    {#- The adapter checks a contract's columns, but leaves them in the query's order. #}
    {% set ordered = get_select_subquery(compiled_code) if config.get('contract').enforced else compiled_code %}
    {% set query = compiled_code if language != 'sql' else with_timestamps_of(digits, ordered) %}
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

{#- A table that would come out as it is, is left as it is: else a run with nothing new sorts all of history to say the
    same. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if model.language == 'python' -%}
        {#- dbt lets nothing else than a materialization itself run a model's Python. -#}
        {%- set table = this.incorporate(type='table') -%}
        {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
        {%- call statement('main', language='python') -%}
            {{ create_table_as(false, table, model.compiled_code, 'python') }}
        {%- endcall -%}
        {%- do adapter.commit() -%}
        {{ return({'relations': [table]}) }}
    {%- endif -%}
    {{ return(unchanged_relation() or dbt.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb' %}
    {{ return(unchanged_relation() or dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{% macro unchanged_relation() %}
    {% set held = load_cached_relation(this) %}
    {% if not held or not held.is_table or not comes_out_the_same(model.unique_id) %}{{ return(none) }}{% endif %}
    {% call noop_statement('main', 'UNCHANGED') %}{% endcall %}
    {{ return({'relations': [held]}) }}
{% endmacro %}

{#- Whether a table follows from what a run derives, which is nothing, and the last complete run has made it of the same
    rows and titles, by the same models. -#}
{% macro comes_out_the_same(model) %}
    {% set list = 'model.playhead.int_touched_sessions' %}
    {% if list not in selected_resources or list not in with_inputs([model]) or holds_a_part(model)
        or model not in with_inputs(['model.playhead.int_settled']) or not settled_until() %}
        {{ return(false) }}
    {% endif %}
    {% set settled, titles = held_relation('int_settled'), held_relation('int_titles_enriched') %}
    {{ return(first_value(
        "select not exists (select * from " ~ held_relation('int_touched_sessions') ~ ")"
        ~ " and (select (count(*), max(loaded_at)) from " ~ held_relation('base_telemetry__events') ~ ")"
        ~ " = (select (max(row_count), max(loaded_until)) from " ~ settled ~ ")"
        ~ " and (select max(models) from " ~ settled ~ ") = '" ~ models_checksum() ~ "'"
        ~ " and (select count(*) from " ~ titles ~ ") = (select count(*) from " ~ settled ~ ")"
        ~ " and not exists (select * from " ~ titles ~ " except"
        ~ " select * exclude (loaded_until, row_count, models, derived_until) from " ~ settled ~ ")"
    )) }}
{% endmacro %}
