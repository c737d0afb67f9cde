{#- The configuration of the events: a view of the landed rows; where what a row is hangs on others, a table in which
    all that hang on newly landed rows are replaced. -#}
{% macro kept_if_sequenced() %}
    {% if not is_sequenced() %}{{ return({'materialized': 'view'}) }}{% endif %}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'pre_hook': '{% if is_incremental() or not execute %}delete from {{ this }} where '
        ~ '{{ is_of_new_root(is_judged=true) }}{% endif %}'
    }) }}
{% endmacro %}
