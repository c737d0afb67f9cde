{%- set attributes = [
    'device_type', 'device_id', 'device_os', 'app_version', 'quality', 'connection_type', 'isp',
    'country', 'state', 'city'
] %}

with

events as (
    select
        *,
        row(event_timestamp, event_id) as moment
    from {{ ref('int_events_deduplicated') }}
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        min(event_timestamp) as started_at,
        max(event_timestamp) as ended_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'pause') as pause_count,
        count(*) filter (where event_type = 'complete') > 0 as has_complete_event,
        max(position_seconds) as max_position_seconds,
        -- Counters are cumulative in the session: its value is the greatest, never the sum.
        max(buffering_events) filter (where buffering_events >= 0) as buffering_event_count,
        max(buffering_duration_seconds) filter (where buffering_duration_seconds >= 0)
            as buffering_seconds,
        max(error_count) filter (where error_count >= 0) as error_count,
        -- Of what may change in a session, the earliest that an event reports.
    {%- for column in attributes %}
    min_by({{ column }}, moment) filter (where {{ column }} is not null) as {{ column }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from events
    group by customer_id, session_id, title_id
)

select * from final
