{{ config(materialized='incremental', unique_key=['event_id', 'delivery_number']) }}

{%- set fields = telemetry_fields() %}

with

-- Repeats are rare: one hash aggregate finds them, and only they are looked at again.
repeated_ids as (
    select
        event_id,
        min(event_timestamp) as earliest_timestamp,
        max(event_timestamp) as latest_timestamp
    from {{ ref('stg_telemetry__events') }}
    {%- if settled_until() %}
    where event_id in (
            select newly_loaded.event_id
            from {{ ref('stg_telemetry__events') }} as newly_loaded
            where {{ is_newly_loaded() }}
        )
    {%- endif %}
    group by event_id
    having count(*) > 1
),

-- The times say no more than the ids, but where to look: of all other row groups nothing is read.
repeats as (
    select events.*
    from {{ ref('stg_telemetry__events') }} as events
    inner join repeated_ids
        on
            events.event_id = repeated_ids.event_id
            and events.event_timestamp
            between repeated_ids.earliest_timestamp and repeated_ids.latest_timestamp
),

-- Deliveries of one hour that differ are told apart by what they say, never by their order.
deliveries as (
    select
        *,
        -- A repeat touches its event, whichever of them stands.
        max(loaded_at) over (partition by event_id) as last_loaded_at,
        row_number() over (
            partition by event_id
            order by
                landed_at nulls last,
                event_timestamp,
                watch_duration_seconds nulls first,
                {{ event_type_order('event_type') }},
                position_seconds,
                {#- Compared above; engines write a timestamp as text each in its own way. #}
                {{ content_hash(fields | reject('equalto', 'event_timestamp') | list) }}
        ) as delivery_number
    from repeats
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
