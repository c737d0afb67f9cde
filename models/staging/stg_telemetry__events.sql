{{ config(**kept_if_sequenced()) }}

with

judged_rows as (
    {{ judged_rows(of_new_roots=is_incremental()) | indent }}
),

final as (
    select
        coalesce(cast(event_uuid as varchar), event_text) as event_id,
        {% for field in telemetry_fields() if field != 'event_id' -%}
        {{ field }},
        {% endfor -%}
        landed_at,
        {{ 'changed_at as ' if is_sequenced() }}loaded_at
    from judged_rows
    where outcome = 'accepted'
)

select * from final
