{%- set sums = [
    'forward_skip_count', 'backward_skip_count', 'pause_change', 'stall_count', 'stall_seconds'
] %}
{%- set watched_sums = [
    'play_count', 'watch_seconds', 'unplaced_watch_seconds', 'observed_watch_seconds',
    'unique_watch_seconds', 'bandwidth_watch_seconds', 'bandwidth_megabits'
] %}

with

profiles as (
    select * from {{ ref('int_sessions_profiled') }}
),

measures as (
    select * from {{ ref('int_sessions_measured') }}
),

watched as (
    select * from {{ ref('int_sessions_watched') }}
),

starts as (
    select * from {{ ref('int_sessions_started') }}
),

titles as (
    select * from {{ ref('int_titles_enriched') }}
),

final as (
    select
        profiles.*,
        titles.title_name,
        titles.title_type,
        titles.duration_seconds,
        -- Over all titles of the session: what lands in one may change another.
        max(profiles.loaded_at) over (partition by profiles.customer_id, profiles.session_id)
            as session_loaded_at,
        greatest(
            coalesce(profiles.max_position_seconds, measures.max_stated_seconds),
            coalesce(measures.max_stated_seconds, profiles.max_position_seconds)
        ) as furthest_seconds,
        coalesce(measures.has_seek_evidence, false) as has_seek_evidence,
        {%- for column in sums %}
        coalesce(measures.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {%- for column in watched_sums %}
        coalesce(watched.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        watched.playback_started_at,
        watched.playback_ended_at,
        starts.startup_seconds
    from profiles
    inner join titles on profiles.title_id = titles.title_id
    {%- for relation in ['measures', 'watched', 'starts'] %}
    left join {{ relation }}
        on
            profiles.customer_id = {{ relation }}.customer_id
            and profiles.session_id = {{ relation }}.session_id
            and profiles.title_id = {{ relation }}.title_id
    {%- endfor %}
)

select * from final
