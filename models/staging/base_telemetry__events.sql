{{ config(**replacing_landed()) }}
{%- set is_kept = 'is_readable' if is_sequenced() else "outcome = 'accepted'" %}
{%- set possible = {'ended_at': 'ended_at between event_timestamp and last_possible_at'} %}
{%- do possible.update({'event_timestamp': 'is_timely'} if is_sequenced() else {}) %}
{#- A position that is carried forward may be one that cannot be. #}
{%- set places = ['position_seconds', 'end_position_seconds'] | select('in', carried_fields()) %}
{%- set of_no_interest = "('ignored')" if places | list else "('accepted', 'ignored')" %}

with

typed_rows as (
    select * from {{ ref('base_telemetry__typed_rows') }}
    where {{ is_to_keep() }}{% if is_incremental() %} and {{ is_to_load('source_file') }}{% endif %}
),

-- Where nobody knows when a row landed, it has by now. What a run reads again counts on the day.
landed as (
    select
        *,
        coalesce(landed_at, {{ run_started() }}) + interval '1' day as last_possible_at
    from typed_rows
),

timed as (
    select
        *,
        coalesce(
            event_timestamp between timestamp '2000-01-01 00:00:00' and last_possible_at, false
        ) as is_timely,
        has_unreadable_position or (has_unreadable_end and event_type in ('span', 'play'))
            as is_unreadable
    from landed
),

described as (
    {{ with_titles('timed') | indent }}
),

judged as (
    select
        *,
        {{ event_uuid('event_id') }} as event_uuid,
        {{ outcome() | indent(8) }} as outcome
    from described
),

-- Of what is no event, fields are of no use; of a rejected row its text alone is. Where other rows
-- may yet change that, all that can be read keeps its fields: macro judged_rows.
final as (
    select
        case when {{ is_kept }} then event_uuid end as event_uuid,
        case when {{ is_kept }} and event_uuid is null then event_id end as event_text,
        {{- kept_fields(is_kept, possible, not is_sequenced()) | indent }}
        is_unreadable,
        {%- if mapping().rows.each %}
        element_number,
        {%- endif %}
        landed_at,
        {{ load_stamp('loaded_at') }} as loaded_at,
        source_file,
        outcome,
        case when outcome not in {{ of_no_interest }} then {{ raw_text('raw_row') }} end
            as raw_text
    from judged
)

select *{{ landing_partition('source_file', 'landed_at') }} from final
