{%- set dimensions = [
    'isp', 'connection_type', 'device_type', 'device_os', 'app_version', 'quality'
] %}

with

sessions as (
    select * from {{ ref('viewing_sessions') }}
),

rated as (
    select
        cast(started_at as date) as started_on,
        {%- for dimension in dimensions %}
        {{ dimension }},
        {%- endfor %}
        play_count,
        watch_seconds,
        own_buffering_event_count as buffering_event_count,
        own_buffering_seconds as buffering_seconds,
        own_error_count as error_count,
        bandwidth_watch_seconds,
        bandwidth_megabits,
        is_opened,
        startup_seconds,
        is_exit_before_start,
        is_start_failure,
        coalesce(own_buffering_seconds, own_error_count) is not null as is_rated,
        -- No error, and stalled for less than a hundredth of the time.
        coalesce(own_error_count, 0) = 0
        and (
            coalesce(own_buffering_seconds, 0) = 0
            or 99 * own_buffering_seconds < watch_seconds
        ) as is_good
    from sessions
),

final as (
    select
        started_on,
        {{ dimensions | join(',\n        ') }},
        count(*) as session_count,
        cast(sum(play_count) as bigint) as play_count,
        cast(sum(watch_seconds) as decimal(18, 3)) as watch_seconds,
        cast(sum(buffering_event_count) as bigint) as buffering_event_count,
        cast(sum(buffering_seconds) as decimal(18, 3)) as buffering_seconds,
        -- A ratio is over the sessions that report what it counts.
        cast(
            sum(case when buffering_seconds is not null then watch_seconds else 0 end)
            as decimal(18, 3)
        ) as buffering_reported_watch_seconds,
        cast(
            sum(case when buffering_event_count is not null then watch_seconds else 0 end)
            as decimal(18, 3)
        ) as buffering_events_reported_watch_seconds,
        count(*) filter (where is_opened) as opened_session_count,
        count(startup_seconds) as startup_reported_session_count,
        cast(sum(startup_seconds) as decimal(18, 3)) as startup_seconds,
        count(*) filter (where is_exit_before_start) as exit_before_start_session_count,
        count(*) filter (where is_start_failure) as start_failure_session_count,
        cast(sum(error_count) as bigint) as error_count,
        count(*) filter (where error_count > 0) as error_session_count,
        count(error_count) as error_reported_session_count,
        count(*) filter (where is_rated) as rated_session_count,
        count(*) filter (where is_rated and is_good) as good_session_count,
        cast(sum(bandwidth_watch_seconds) as decimal(18, 3)) as bandwidth_watch_seconds,
        cast(sum(bandwidth_megabits) as decimal(30, 6)) as bandwidth_megabits
    from rated
    group by
        started_on,
        {{ dimensions | join(',\n        ') }}
)

select * from final
