{{ config(materialized='incremental', unique_key=['event_id', 'delivery_number']) }}

{%- set fields = telemetry_fields() %}
{%- set settled_until = settled_until() %}

with

-- Repeats are rare: one hash aggregate finds them, and only they are looked at again.
repeated_ids as (
    select event_id
    from {{ ref('stg_telemetry__events') }}
    {%- if settled_until %}
    where event_id in (
            select newly_loaded.event_id
            from {{ ref('stg_telemetry__events') }} as newly_loaded
            where newly_loaded.loaded_at > timestamp '{{ settled_until }}'
        )
    {%- endif %}
    group by event_id
    having count(*) > 1
),

events as (
    select * from {{ ref('stg_telemetry__events') }}
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
    from events
    where event_id in (select repeated_ids.event_id from repeated_ids)
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
