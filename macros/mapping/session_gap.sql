{#- After how many seconds of silence a session ends, where none other tells its sessions; else none. -#}
{% macro session_gap() %}
    {{ return(mapped_rules().get('session_id', {}).get('gap_seconds')) }}
{% endmacro %}

{#- Whether what a row is hangs on other rows: on those before it in its session, or on the silence before it. -#}
{% macro is_sequenced() %}
    {{ return(session_gap() is not none or carried_fields() | length > 0) }}
{% endmacro %}
