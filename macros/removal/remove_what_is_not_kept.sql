{#- Hook, before anything is loaded: removes what is held of viewers who were erased since, and what is older than var
    retention_days. Their sessions are listed as those of a run that did not end: so this one derives them anew, with all
    that rests on them, of what is left. -#}
{% macro remove_what_is_not_kept() %}
    {% set erases = erasure_salt() and first_value(
        "select count(*) from " ~ erased_customers() ~ " where not is_removed"
    ) %}
    {% set cutoff = retention_cutoff() %}
    {% if is_incremental() and (erases or cutoff) %}
        {{ adapter.dispatch('remove_held', 'playhead')(erases, cutoff) }}
    {% endif %}
{% endmacro %}

{% macro duckdb__remove_held(erases, cutoff) %}
    {% set sessions, list = held_relation('viewing_sessions'), held_relation('int_touched_sessions') %}
    {% if sessions and list and settled_until() %}
    insert into {{ list }} by name
    select
        customer_id,
        session_id,
        title_id,
        -- No event is over a day ahead of its landing, or staging rejects it.
        started_at - interval '1' day as landed_from,
        least(started_at, coalesce(playback_started_at, started_at)) as held_from,
        greatest(ended_at, coalesce(playback_ended_at, ended_at)) as held_until,
        {{ derivation_stamp() }} as derived_at
    from {{ sessions }}
    where {{ is_erased_customer() if erases else 'false' }}
        or {{ "started_at < " ~ cutoff if cutoff else 'false' }};
    {% endif %}
    {% for events in ['base_telemetry__events', 'stg_telemetry__events'] if held_relation(events) %}
    delete from {{ held_relation(events) }}
    where {{ is_erased_customer() if erases else 'false' }}
        {#- What is rejected has no time but that of its landing. #}
        or {{ "coalesce(event_timestamp, landed_at, loaded_at) < " ~ cutoff if cutoff else 'false' }};
    {% endfor %}
    {% if erases %}
    {#- What is rejected has no viewer, but a text; of nobody's rows the text alone goes. #}
    delete from {{ this }}
    where outcome not in ('unparseable', 'missing_customer_id') and {{ mentions_erased('raw_text') }};
    update {{ this }} set raw_text = null where {{ mentions_erased('raw_text') }};
    update {{ erased_customers() }} set is_removed = true;
    {% endif %}
{% endmacro %}

{% macro default__remove_held(erases, cutoff) %}
    {{ return('') }}
{% endmacro %}
