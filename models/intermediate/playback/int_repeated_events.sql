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

-- What a row states may have grown since it first landed. Deliveries of one hour that differ are
-- told apart by what they say, never by their order.
deliveries as (
    select
        *,
        -- A repeat touches its event, whichever of them stands.
        max(loaded_at) over (partition by {{ identity | join(', ') }}) as last_loaded_at,
        row_number() over (
            partition by {{ identity | join(', ') }}
            order by
                {%- for column in ['ended_at', 'watched_seconds', 'end_position_seconds'] %}
                case when event_type in ('span', 'play') then {{ column }} end desc nulls last,
                {%- endfor %}
                landed_at nulls last,
                watch_duration_seconds nulls first,
                position_seconds nulls last,
                {#- Compared above; engines write a timestamp as text each in its own way. #}
                {{ content_hash(fields | reject('in', ['event_timestamp', 'ended_at']) | list) }}
        ) as delivery_number
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
