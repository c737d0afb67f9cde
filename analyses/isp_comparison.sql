-- ISPs side by side, the worst good_session_ratio first. Low bandwidth explains rebuffering;
-- rebuffering at a bandwidth like the others' points at peering or routes instead. Mind
-- session_count: a ratio of few sessions says little.
with

quality as (
    select * from {{ ref('playback_quality') }}
),

isps as (
    select
        coalesce(isp, 'not reported') as isp,
        sum(session_count) as session_count,
        sum(watch_seconds) as watch_seconds,
        sum(good_session_count) as good_session_count,
        sum(rated_session_count) as rated_session_count,
        sum(buffering_seconds) as buffering_seconds,
        sum(buffering_reported_watch_seconds) as buffering_reported_watch_seconds,
        sum(error_session_count) as error_session_count,
        sum(error_reported_session_count) as error_reported_session_count,
        sum(bandwidth_megabits) as bandwidth_megabits,
        sum(bandwidth_watch_seconds) as bandwidth_watch_seconds
    from quality
    group by coalesce(isp, 'not reported')
),

final as (
    select
        isp,
        session_count,
        cast(watch_seconds as double) / 3600 as watch_hours,
        cast(good_session_count as double) / nullif(rated_session_count, 0) as good_session_ratio,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + buffering_reported_watch_seconds as double), 0)
            as rebuffer_ratio,
        cast(error_session_count as double) / nullif(error_reported_session_count, 0)
            as error_rate,
        cast(bandwidth_megabits as double)
        / nullif(cast(bandwidth_watch_seconds as double), 0) as time_weighted_bandwidth_mbps
    from isps
)

select * from final
order by good_session_ratio asc nulls last, isp asc
