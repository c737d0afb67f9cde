-- Rolled up by date and ISP, playback_quality says what the sessions say; and the counters of each
-- session count once.
{%- set sources = {
    'buffering_event_count': 'buffering_source', 'buffering_seconds': 'buffering_source',
    'error_count': 'error_source'
} %}

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
        {%- for counter, source in sources.items() %}
        max(case when {{ source }} = 'counter' then {{ counter }} end) as counted_{{ counter }},
        sum(case when {{ source }} = 'events' then {{ counter }} end) as told_{{ counter }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('viewing_sessions') }}
    group by customer_id, session_id
),

session_totals as (
    select
        {%- for counter in sources %}
        coalesce(sum(counted_{{ counter }}), 0) + coalesce(sum(told_{{ counter }}), 0)
            as {{ counter }}{{ ',' if not loop.last }}
        {%- endfor %}
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
