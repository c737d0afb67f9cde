{%- set identity = [
    'event_id', 'customer_id', 'session_id', 'title_id', 'event_type', 'event_timestamp'
] %}
{%- set fields = telemetry_fields().keys() | list %}

{{ config(materialized='incremental', unique_key=identity + ['delivery_number']) }}

with

-- Repeats are rare: one hash aggregate finds where to look, and only that is looked at again.
suspects as (
    select
        event_id,
        event_timestamp
    from {{ ref('stg_telemetry__events') }}
    {%- if settled_until() %}
    where (event_id, event_timestamp) in (
            select
                newly_loaded.event_id,
                newly_loaded.event_timestamp
            from {{ ref('stg_telemetry__events') }} as newly_loaded
            where {{ is_newly_loaded() }}
        )
    {%- endif %}
    group by event_id, event_timestamp
    having count(*) > 1
),

events as (
    select events.*
    from {{ ref('stg_telemetry__events') }} as events
    inner join suspects
        on
            events.event_id = suspects.event_id
            and events.event_timestamp = suspects.event_timestamp
),

deliveries as (
    select
        *,
        -- A repeat touches its event, whichever of them stands.
        max(loaded_at) over (partition by {{ identity | join(', ') }}) as last_loaded_at,
        {{ delivery_number() }} as delivery_number
    from events
),

final as (
    select
        {{ fields | join(',\n        ') }},
        landed_at,
        last_loaded_at as loaded_at,
        delivery_number
    from deliveries
)

select * from final
