{#- The configuration of the table of landed rows: what a run loads replaces what was held of it. A full
    refresh derives from this table and leaves it as it is, since the lake may have less by now; var
    load_lake_anew alone builds it anew. -#}
{% macro replacing_landed() %}
    {{- return(adapter.dispatch('replacing_landed', 'playhead')()) -}}
{% endmacro %}

{#- By arrival hour. -#}
{% macro default__replacing_landed() %}
    {{ return({
        'materialized': 'incremental',
        'full_refresh': var('load_lake_anew'),
        'incremental_strategy': 'insert_overwrite',
        'table_type': 'hive',
        'partitioned_by': ['landing_partition']
    }) }}
{% endmacro %}

{#- By file. The hooks share the model's transaction: rows and ledger are written both, or neither. -#}
{% macro duckdb__replacing_landed() %}
    {{ return({
        'materialized': 'incremental',
        'full_refresh': var('load_lake_anew'),
        'incremental_strategy': 'append',
        'pre_hook': ['{{ remove_what_is_not_kept() }}', '{{ forget_files_to_load() }}'],
        'post_hook': ['{{ keep_undecodable_lines() }}', '{{ expire_rejected_text() }}', '{{ write_file_ledger() }}']
    }) }}
{% endmacro %}
