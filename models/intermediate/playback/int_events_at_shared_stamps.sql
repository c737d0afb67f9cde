{{ config(materialized='table') }}
-- depends_on: {{ ref('int_touched_sessions') }}
{%- set identity = [
    'event_id', 'customer_id', 'session_id', 'title_id', 'event_type', 'event_timestamp'
] | join(', ') %}

with

-- Deliveries of one event share session and time, and so do events whose order is not told by time
-- alone. Both are rare: two columns tell where to look, and all else passes by.
shared_stamps as (
    select
        session_id,
        event_timestamp
    from {{ ref('stg_telemetry__events') }}
    where {{ is_touched_session() }} and {{ may_be_touched() }}
    group by session_id, event_timestamp
    having count(*) > 1
),

deliveries as (
    select
        *,
        -- A repeat touches its event, whichever of them counts.
        max(loaded_at) over (partition by {{ identity }}) as last_loaded_at,
        {{ delivery_number() }} as delivery_number
    from {{ ref('stg_telemetry__events') }}
    where
        {{ is_touched_session() }} and {{ may_be_touched() }}
        and (session_id, event_timestamp) in (
            select
                shared_stamps.session_id,
                shared_stamps.event_timestamp
            from shared_stamps
        )
),

final as (
    select
        {{ telemetry_fields().keys() | join(',\n        ') }},
        landed_at,
        last_loaded_at as loaded_at
    from deliveries
    where delivery_number = 1
)

select * from final
