{{ config(**replacing_touched('is_touched_session')) }}
{%- set engagement = settings('engagement') %}

with

sessions as (
    select * from {{ ref('int_sessions_judged') }}
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        title_name,
        title_type,
        duration_seconds as title_duration_seconds,
        started_at,
        ended_at,
        {{ seconds_between('started_at', 'ended_at') }} as session_seconds,
        event_count,
        playback_started_at,
        playback_ended_at,
        cast(watch_seconds as decimal(18, 3)) as watch_seconds,
        cast(unplaced_watch_seconds as decimal(18, 3)) as unplaced_watch_seconds,
        cast(known_unique_watch_seconds as decimal(18, 3)) as unique_watch_seconds,
        cast(observed_watch_seconds as decimal(18, 3)) as observed_watch_seconds,
        cast(watch_seconds - observed_watch_seconds as decimal(18, 3))
            as inferred_watch_seconds,
        cast(reached_seconds as decimal(13, 3)) as max_position_seconds,
        has_position_beyond_duration,
        cast(play_count as bigint) as play_count,
        cast(pause_count + pause_change as bigint) as pause_count,
        cast(forward_skip_count as bigint) as forward_skip_count,
        cast(backward_skip_count as bigint) as backward_skip_count,
        has_seek_evidence,
        has_uncredited_report,
        has_complete_event,
        watch_seconds >= {{ engagement.engaged_session_seconds }} as is_engaged,
        first_opened_at is not null as is_opened,
        cast(startup_seconds as decimal(12, 3)) as startup_seconds,
        is_unplayed and coalesce(error_count, 0) = 0 as is_exit_before_start,
        is_unplayed and coalesce(error_count, 0) > 0 as is_start_failure,
        buffering_source,
        buffering_event_count,
        cast(buffering_seconds as decimal(12, 3)) as buffering_seconds,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + watch_seconds as double), 0)
            as rebuffer_ratio,
        error_source,
        error_count,
        own_buffering_event_count,
        cast(own_buffering_seconds as decimal(12, 3)) as own_buffering_seconds,
        own_error_count,
        cast(bandwidth_watch_seconds as decimal(18, 3)) as bandwidth_watch_seconds,
        cast(bandwidth_megabits as decimal(30, 6)) as bandwidth_megabits,
        device_type,
        device_id,
        device_os,
        app_version,
        quality,
        connection_type,
        isp,
        country,
        state,
        city,
        session_loaded_at as loaded_at
    from sessions
)

select * from final
