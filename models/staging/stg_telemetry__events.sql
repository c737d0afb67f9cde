with

events as (
    select * from {{ ref('base_telemetry__events') }}
),

final as (
    select
        coalesce(cast(event_uuid as varchar), event_text) as event_id,
        {% for field in telemetry_fields() if field != 'event_id' -%}
        {{ field }},
        {% endfor -%}
        landed_at,
        loaded_at
    from events
    where outcome = 'accepted'
)

select * from final
