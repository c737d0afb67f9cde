{{ config(**kept_if_sequenced()) }}

with

judged_rows as (
    {{ judged_rows() | indent }}
),

final as (
    select
        coalesce(cast(event_uuid as varchar), event_text) as event_id,
        {% for field in telemetry_fields() if field != 'event_id' -%}
        {{ field }},
        {% endfor -%}
        landed_at,
        loaded_at
    from judged_rows
    where outcome = 'accepted'
)

select * from final
