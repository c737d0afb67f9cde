with

summed as (
    select * from {{ ref('int_quality_summed') }}
),

final as (
    select
        started_on,
        isp,
        connection_type,
        device_type,
        device_os,
        app_version,
        quality,
        session_count,
        play_count,
        watch_seconds,
        cast(watch_seconds as double)
        / nullif(
            cast(
                sum(watch_seconds) over (
                    partition by
                        started_on, isp, connection_type, device_type, device_os, app_version
                ) as double
            ), 0
        ) as watch_time_share,
        buffering_event_count,
        buffering_seconds,
        buffering_reported_watch_seconds,
        buffering_events_reported_watch_seconds,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + buffering_reported_watch_seconds as double), 0)
            as rebuffer_ratio,
        cast(60 * buffering_event_count as double)
        / nullif(cast(buffering_events_reported_watch_seconds as double), 0)
            as rebuffer_frequency,
        opened_session_count,
        startup_reported_session_count,
        startup_seconds,
        cast(startup_seconds as double) / nullif(startup_reported_session_count, 0)
            as avg_startup_seconds,
        exit_before_start_session_count,
        cast(exit_before_start_session_count as double) / nullif(opened_session_count, 0)
            as exit_before_start_rate,
        start_failure_session_count,
        cast(start_failure_session_count as double) / nullif(opened_session_count, 0)
            as start_failure_rate,
        error_count,
        error_session_count,
        error_reported_session_count,
        cast(error_session_count as double) / nullif(error_reported_session_count, 0)
            as error_rate,
        rated_session_count,
        good_session_count,
        cast(good_session_count as double) / nullif(rated_session_count, 0) as good_session_ratio,
        bandwidth_watch_seconds,
        bandwidth_megabits,
        cast(bandwidth_megabits as double)
        / nullif(cast(bandwidth_watch_seconds as double), 0) as time_weighted_bandwidth_mbps
    from summed
)

select * from final
