{%- set fields = telemetry_fields().keys() | list %}

with

events as (
    select * from {{ ref('stg_telemetry__events') }}
),

repeated_events as (
    select * from {{ ref('int_repeated_events') }}
),

final as (
    select
        {{ fields | join(',\n        ') }},
        landed_at,
        loaded_at
    from events
    where (event_id, event_timestamp) not in (
            select
                repeated_events.event_id,
                repeated_events.event_timestamp
            from repeated_events
        )

    union all

    select
        {{ fields | join(',\n        ') }},
        landed_at,
        loaded_at
    from repeated_events
    where delivery_number = 1
)

select * from final
