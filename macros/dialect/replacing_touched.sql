{#- The configuration of a model whose rows for which `condition` holds, a macro's name, are deleted and
    derived again. Athena has no strategy that deletes: there rows are merged by `unique_key`, and a
    model of which rows may vanish has none, and is built anew. -#}
{% macro replacing_touched(condition, unique_key=none) %}
    {#- Asked as the project is read, so that dbt knows which list the model depends on. -#}
    {%- if not execute -%}{%- do context[condition]() -%}{%- endif -%}
    {{- return(adapter.dispatch('replacing_touched', 'playhead')(condition, unique_key)) -}}
{% endmacro %}

{% macro default__replacing_touched(condition, unique_key) %}
    {% if unique_key is none %}
        {{ return({'materialized': 'table'}) }}
    {% endif %}
    {{ return({'materialized': 'incremental', 'unique_key': unique_key}) }}
{% endmacro %}

{% macro duckdb__replacing_touched(condition, unique_key) %}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'pre_hook': '{% if is_incremental() %}delete from {{ this }} where {{ '
        ~ condition ~ '() }}{% endif %}'
    }) }}
{% endmacro %}
