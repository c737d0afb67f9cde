-- depends_on: {{ ref('int_touched_sessions') }}
{%- set fields = telemetry_fields().keys() | join(',\n        ') %}

with

events_at_shared_stamps as (
    select * from {{ ref('int_events_at_shared_stamps') }}
),

final as (
    select
        {{ fields }},
        landed_at,
        loaded_at,
        false as is_at_shared_stamp
    from {{ ref('stg_telemetry__events') }}
    where
        {{ is_touched_session() }} and {{ may_be_touched() }}
        and (session_id, event_timestamp) not in (
            select
                events_at_shared_stamps.session_id,
                events_at_shared_stamps.event_timestamp
            from events_at_shared_stamps
        )

    union all

    select
        {{ fields }},
        landed_at,
        loaded_at,
        true as is_at_shared_stamp
    from events_at_shared_stamps
)

select * from final
