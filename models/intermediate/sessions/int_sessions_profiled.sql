{%- set attributes = [
    'device_type', 'device_id', 'device_os', 'app_version', 'quality', 'connection_type', 'isp',
    'country', 'state', 'city'
] %}

with

events as (
    select * from {{ ref('int_touched_events') }}
),

-- Attributes hardly ever change within a session: to group by them first leaves few rows to order.
profiles as (
    select
        customer_id,
        session_id,
        title_id,
        {{ attributes | join(',\n        ') }},
        min(event_timestamp) as started_at,
        max(event_timestamp) as ended_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'pause') as pause_count,
        count(*) filter (where event_type = 'complete') as complete_count,
        max(position_seconds) as max_position_seconds,
        max(buffering_events) filter (where buffering_events >= 0) as buffering_event_count,
        max(buffering_duration_seconds) filter (where buffering_duration_seconds >= 0)
            as buffering_seconds,
        max(error_count) filter (where error_count >= 0) as error_count
    from events
    group by
        customer_id,
        session_id,
        title_id,
        {{ attributes | join(',\n        ') }}
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(pause_count) as bigint) as pause_count,
        sum(complete_count) > 0 as has_complete_event,
        max(max_position_seconds) as max_position_seconds,
        -- Counters are cumulative in the session: its value is the greatest, never the sum.
        max(buffering_event_count) as buffering_event_count,
        max(buffering_seconds) as buffering_seconds,
        max(error_count) as error_count,
        -- Of what may change in a session, the earliest that an event reports; of equals the first
        -- by name.
    {%- for column in attributes %}
    min_by({{ column }}, row(started_at, {{ column }})) filter (where {{ column }} is not null)
        as {{ column }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from profiles
    group by customer_id, session_id, title_id
)

select * from final
