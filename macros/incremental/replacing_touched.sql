{#- The configuration of a model whose rows for which `condition` holds, a macro's name, are deleted and
    derived again: so what must vanish vanishes, on both engines. -#}
{% macro replacing_touched(condition) %}
    {#- The hook asks also as the project is read, so that dbt knows which list the model depends on. #}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'pre_hook': '{% if is_incremental() or not execute %}delete from {{ this }} where {{ '
        ~ condition ~ '() }}{% endif %}'
    }) }}
{% endmacro %}
