{#- The configuration of a model whose rows may vanish: those for which `condition` holds, a macro's name,
    are deleted and derived again. Athena has no strategy that deletes: there the model is built anew. -#}
{% macro replacing_touched(condition) %}
    {{- return(adapter.dispatch('replacing_touched', 'playhead')(condition)) -}}
{% endmacro %}

{% macro default__replacing_touched(condition) %}
    {{ return({'materialized': 'table'}) }}
{% endmacro %}

{% macro duckdb__replacing_touched(condition) %}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'pre_hook': '{% if is_incremental() %}delete from {{ this }} where {{ '
        ~ condition ~ '() }}{% endif %}'
    }) }}
{% endmacro %}
