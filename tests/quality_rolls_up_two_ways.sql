-- Rolled up by date and ISP, playback_quality says what the sessions say; and the counters of each
-- session count once.
with

quality as (
    select
        started_on,
        isp,
        sum(session_count) as session_count,
        sum(watch_seconds) as watch_seconds
    from {{ ref('playback_quality') }}
    group by started_on, isp
),

sessions as (
    select
        cast(started_at as date) as started_on,
        isp,
        count(*) as session_count,
        sum(watch_seconds) as watch_seconds
    from {{ ref('viewing_sessions') }}
    group by cast(started_at as date), isp
),

-- A counter goes on over the session; what events tell is each title's own.
counted_once as (
    select
        max(case when buffering_source = 'counter' then buffering_event_count end)
            as counted_event_count,
        sum(case when buffering_source = 'events' then buffering_event_count end)
            as told_event_count,
        max(case when buffering_source = 'counter' then buffering_seconds end) as counted_seconds,
        sum(case when buffering_source = 'events' then buffering_seconds end) as told_seconds,
        max(case when error_source = 'counter' then error_count end) as counted_error_count,
        sum(case when error_source = 'events' then error_count end) as told_error_count
    from {{ ref('viewing_sessions') }}
    group by customer_id, session_id
),

session_totals as (
    select
        coalesce(sum(counted_event_count), 0) + coalesce(sum(told_event_count), 0)
            as buffering_event_count,
        coalesce(sum(counted_seconds), 0) + coalesce(sum(told_seconds), 0) as buffering_seconds,
        coalesce(sum(counted_error_count), 0) + coalesce(sum(told_error_count), 0) as error_count
    from counted_once
),

quality_totals as (
    select
        coalesce(sum(buffering_event_count), 0) as buffering_event_count,
        coalesce(sum(buffering_seconds), 0) as buffering_seconds,
        coalesce(sum(error_count), 0) as error_count
    from {{ ref('playback_quality') }}
)

select 'sessions and watch time' as what_differs
from quality
full outer join sessions
    on
        quality.started_on = sessions.started_on
        and coalesce(quality.isp, '') = coalesce(sessions.isp, '')
where
    not coalesce(
        quality.session_count = sessions.session_count
        and quality.watch_seconds = sessions.watch_seconds,
        false
    )

union all

select 'counters' as what_differs
from quality_totals
cross join session_totals
where
    quality_totals.buffering_event_count <> session_totals.buffering_event_count
    or quality_totals.buffering_seconds <> session_totals.buffering_seconds
    or quality_totals.error_count <> session_totals.error_count
