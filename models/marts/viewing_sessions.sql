{{ config(materialized='incremental', unique_key=['customer_id', 'session_id', 'title_id']) }}
{%- set engagement = settings('engagement') %}

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

final as (
    select
        profiles.customer_id,
        profiles.session_id,
        profiles.title_id,
        titles.title_name,
        titles.title_type,
        titles.duration_seconds as title_duration_seconds,
        profiles.started_at,
        profiles.ended_at,
        {{ seconds_between('profiles.started_at', 'profiles.ended_at') }} as session_seconds,
        profiles.event_count,
        cast(measures.watch_seconds as decimal(18, 3)) as watch_seconds,
        cast(measures.unique_watch_seconds as decimal(18, 3)) as unique_watch_seconds,
        cast(measures.observed_watch_seconds as decimal(18, 3)) as observed_watch_seconds,
        cast(measures.watch_seconds - measures.observed_watch_seconds as decimal(18, 3))
            as inferred_watch_seconds,
        cast(
            least(
                profiles.max_position_seconds,
                coalesce(titles.duration_seconds, profiles.max_position_seconds)
            ) as decimal(12, 3)
        ) as max_position_seconds,
        coalesce(
            profiles.max_position_seconds
            > titles.duration_seconds + {{ settings('playback').clock_tolerance_seconds }},
            false
        ) as has_position_beyond_duration,
        measures.play_count,
        profiles.pause_count,
        cast(measures.forward_skip_count as bigint) as forward_skip_count,
        cast(measures.backward_skip_count as bigint) as backward_skip_count,
        measures.has_seek_evidence,
        profiles.has_complete_event,
        measures.watch_seconds >= {{ engagement.engaged_session_seconds }} as is_engaged,
        profiles.buffering_event_count,
        profiles.buffering_seconds,
        cast(profiles.buffering_seconds as double)
        / nullif(cast(profiles.buffering_seconds + measures.watch_seconds as double), 0)
            as rebuffer_ratio,
        profiles.error_count,
        profiles.device_type,
        profiles.device_id,
        profiles.device_os,
        profiles.app_version,
        profiles.quality,
        profiles.connection_type,
        profiles.isp,
        profiles.country,
        profiles.state,
        profiles.city,
        measures.loaded_at
    from profiles
    inner join measures
        on
            profiles.customer_id = measures.customer_id
            and profiles.session_id = measures.session_id
            and profiles.title_id = measures.title_id
    inner join titles
        on profiles.title_id = titles.title_id
)

select * from final
