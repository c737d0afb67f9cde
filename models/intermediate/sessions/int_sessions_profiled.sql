{%- set attributes = [
    'device_type', 'device_id', 'device_os', 'app_version', 'quality', 'connection_type', 'isp',
    'country', 'state', 'city'
] %}
{%- set per_row = per_row_fields() %}
{%- set counters = {
    'watch_duration_seconds': 'counted_watch_seconds',
    'buffering_events': 'counted_buffering_events',
    'buffering_duration_seconds': 'counted_buffering_seconds',
    'error_count': 'counted_errors'
} %}

with

events as (
    select * from {{ ref('int_touched_events') }}
),

-- The furthest position that a row reports, and how long it lasts: of a stated one, its end.
rows_read as (
    select
        *,
        case
            when event_type in ('span', 'play')
                then greatest(
                        coalesce(position_seconds, end_position_seconds, max_position_seconds),
                        coalesce(end_position_seconds, position_seconds, max_position_seconds),
                        coalesce(max_position_seconds, end_position_seconds, position_seconds)
                    )
            when
                event_type = 'seek'
                and seek_from_seconds > coalesce(position_seconds, seek_from_seconds - 1)
                then seek_from_seconds
            else position_seconds
        end as furthest_seconds,
        coalesce(case when event_type in ('span', 'play') then ended_at end, event_timestamp)
            as lasts_until
    from events
),

-- Attributes hardly ever change within a session: to group by them first leaves few rows to order.
profiles as (
    select
        customer_id,
        session_id,
        title_id,
        {{ attributes | join(',\n        ') }},
        min(event_timestamp) as started_at,
        max(lasts_until) as ended_at,
        min(event_timestamp) filter (where event_type in ('start', 'resume')) as first_opened_at,
        count(*) as event_count,
        count(*) filter (where event_type = 'pause') as pause_count,
        count(*) filter (where event_type = 'complete' or is_completed) as complete_count,
        count(*) filter (where event_type = 'error') as error_event_count,
        count(*) filter (where event_type in ('buffer_start', 'buffer_end')) as buffer_event_count,
        max(furthest_seconds) as max_position_seconds,
        min(watch_duration_seconds) filter (where watch_duration_seconds >= 0)
            as least_reported_seconds,
        {%- for field, counted_field in counters.items() %}
        {{ counted(field, per_row) }} filter (where {{ field }} >= 0) as {{ counted_field }},
        {%- endfor %}
        max(loaded_at) as loaded_at
    from rows_read
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
        min(first_opened_at) as first_opened_at,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(pause_count) as bigint) as pause_count,
        sum(complete_count) > 0 as has_complete_event,
        cast(sum(error_event_count) as bigint) as error_event_count,
        sum(buffer_event_count) > 0 as has_buffer_event,
        max(max_position_seconds) as max_position_seconds,
        {{ reported_growth(
            counted('watch_duration_seconds', per_row, 'counted_watch_seconds'),
            'min(least_reported_seconds)', per_row
        ) }} as reported_growth_seconds,
        cast({{ counted('buffering_events', per_row, 'counted_buffering_events') }} as bigint)
            as counted_buffering_events,
        -- A sum past twelve digits is no report, and must not stop the run.
        try_cast(
            {{ counted('buffering_duration_seconds', per_row, 'counted_buffering_seconds') }}
            as decimal(12, 3)
        ) as counted_buffering_seconds,
        cast({{ counted('error_count', per_row, 'counted_errors') }} as bigint) as counted_errors,
        coalesce(max(counted_buffering_events), max(counted_buffering_seconds)) is not null
            as counts_buffering,
        max(loaded_at) as loaded_at,
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
