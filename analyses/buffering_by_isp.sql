-- Which networks make viewers wait. rebuffer_ratio is the share of time spent waiting (above 0.01
-- viewers notice), rebuffer_frequency the stalls a watched minute; buffering_hours says where most
-- waiting is, and so what to mend first.
with

quality as (
    select * from {{ ref('playback_quality') }}
),

isps as (
    select
        coalesce(isp, 'not reported') as isp,
        sum(session_count) as session_count,
        sum(buffering_seconds) as buffering_seconds,
        sum(buffering_event_count) as buffering_event_count,
        sum(buffering_reported_watch_seconds) as buffering_reported_watch_seconds,
        sum(buffering_events_reported_watch_seconds) as buffering_events_reported_watch_seconds
    from quality
    group by coalesce(isp, 'not reported')
),

final as (
    select
        isp,
        session_count,
        cast(buffering_seconds as double) / 3600 as buffering_hours,
        cast(buffering_seconds as double)
        / nullif(cast(buffering_seconds + buffering_reported_watch_seconds as double), 0)
            as rebuffer_ratio,
        cast(60 * buffering_event_count as double)
        / nullif(cast(buffering_events_reported_watch_seconds as double), 0) as rebuffer_frequency
    from isps
)

select * from final
order by rebuffer_ratio desc nulls last, isp asc
