{#- A view is replaced by one statement; dbt's own way, for engines without it, makes a second view, renames both and
    drops the first: a run has some forty of them. -#}
{% materialization view, adapter='duckdb' -%}
    {%- set relations = create_or_replace_view() -%}
    {%- do adapter.commit() -%}
    {{ return(relations) }}
{%- endmaterialization %}

{% macro duckdb__create_view_as(relation, sql) %}
    {{ return(
        dbt.duckdb__create_view_as(relation, sql) | replace('create view', 'create or replace view', 1)
    ) }}
{% endmacro %}
