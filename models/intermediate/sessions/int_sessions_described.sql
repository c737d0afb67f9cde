with

profiles as (
    select * from {{ ref('int_sessions_profiled') }}
),

measures as (
    select * from {{ ref('int_sessions_measured') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

-- A playhead past the end is clipped, and past it by more than clocks may disagree, marked.
final as (
    select
        measures.*,
        {%- for column in [
            'started_at', 'ended_at', 'event_count', 'pause_count', 'has_complete_event',
            'buffering_event_count', 'buffering_seconds', 'error_count', 'device_type', 'device_id',
            'device_os', 'app_version', 'quality', 'connection_type', 'isp', 'country', 'state', 'city'
        ] %}
        profiles.{{ column }},
        {%- endfor %}
        titles.title_name,
        titles.title_type,
        titles.duration_seconds,
        least(
            profiles.max_position_seconds,
            coalesce(titles.duration_seconds, profiles.max_position_seconds)
        ) as max_position_seconds,
        coalesce(
            profiles.max_position_seconds
            > titles.duration_seconds + {{ settings('playback').clock_tolerance_seconds }},
            false
        ) as has_position_beyond_duration
    from measures
    inner join profiles
        on
            measures.customer_id = profiles.customer_id
            and measures.session_id = profiles.session_id
            and measures.title_id = profiles.title_id
    inner join titles
        on measures.title_id = titles.title_id
)

select * from final
