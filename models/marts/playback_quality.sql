{%- set dimensions = [
    'isp', 'connection_type', 'device_type', 'device_os', 'app_version', 'quality'
] | join(',\n        ') %}

with

sessions as (
    select
        *,
        cast(started_at as date) as started_on,
        coalesce(own_buffering_seconds, own_error_count) is not null as is_rated,
        -- No error, and stalled for less than a hundredth of the time.
        coalesce(own_error_count, 0) = 0
        and (
            coalesce(own_buffering_seconds, 0) = 0
            or 99 * own_buffering_seconds < watch_seconds
        ) as is_good
    from {{ ref('viewing_sessions') }}
),

summed as (
    select
        started_on,
        {{ dimensions }},
        count(*) as session_count,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds,
        cast(sum(own_buffering_event_count) as bigint) as buffering_event_count,
        cast(sum(own_buffering_seconds) as decimal(18, 3)) as buffering_seconds,
        -- A ratio is over the sessions that report what it counts.
        cast(
            sum(case when own_buffering_seconds is not null then watch_seconds else 0 end)
            as decimal(18, 3)
        ) as buffering_reported_watch_seconds,
        cast(
            sum(case when own_buffering_event_count is not null then watch_seconds else 0 end)
            as decimal(18, 3)
        ) as buffering_events_reported_watch_seconds,
        count(*) filter (where is_opened) as opened_session_count,
        count(startup_seconds) as startup_reported_session_count,
        cast(sum(startup_seconds) as decimal(18, 3)) as startup_seconds,
        count(*) filter (where is_exit_before_start) as exit_before_start_session_count,
        count(*) filter (where is_start_failure) as start_failure_session_count,
        cast(sum(own_error_count) as bigint) as error_count,
        count(*) filter (where own_error_count > 0) as error_session_count,
        count(own_error_count) as error_reported_session_count,
        count(*) filter (where is_rated) as rated_session_count,
        count(*) filter (where is_rated and is_good) as good_session_count,
        cast(sum(bandwidth_watch_seconds) as decimal(18, 3)) as bandwidth_watch_seconds,
        cast(sum(bandwidth_megabits) as decimal(30, 6)) as bandwidth_megabits
    from sessions
    group by
        started_on,
        {{ dimensions }}
),

final as (
    select
        *,
        cast(watch_seconds as double) / nullif(
            cast(
                sum(watch_seconds) over (
                    partition by
                        started_on, isp, connection_type, device_type, device_os, app_version
                ) as double
            ), 0
        ) as watch_time_share,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + buffering_reported_watch_seconds as double), 0)
            as rebuffer_ratio,
        cast(60 * buffering_event_count as double)
        / nullif(cast(buffering_events_reported_watch_seconds as double), 0)
            as rebuffer_frequency,
        cast(startup_seconds as double) / nullif(startup_reported_session_count, 0)
            as avg_startup_seconds,
        cast(exit_before_start_session_count as double) / nullif(opened_session_count, 0)
            as exit_before_start_rate,
        cast(start_failure_session_count as double) / nullif(opened_session_count, 0)
            as start_failure_rate,
        cast(error_session_count as double) / nullif(error_reported_session_count, 0)
            as error_rate,
        cast(good_session_count as double) / nullif(rated_session_count, 0) as good_session_ratio,
        cast(bandwidth_megabits as double)
        / nullif(cast(bandwidth_watch_seconds as double), 0) as time_weighted_bandwidth_mbps
    from summed
)

select * from final
