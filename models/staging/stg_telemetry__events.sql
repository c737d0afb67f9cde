with

events as (
    select * from {{ ref('base_telemetry__events') }}
),

final as (
    select
        {{ telemetry_fields().keys() | join(',\n        ') }},
        landed_at,
        loaded_at
    from events
    where outcome = 'accepted'
)

select * from final
