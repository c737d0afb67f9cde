-- How fast a release of the app spreads, and what it breaks: a version whose session_share rises
-- while its error_rate lies above that of the others on the same date should be held back.
with

quality as (
    select * from {{ ref('playback_quality') }}
),

versions as (
    select
        started_on,
        coalesce(app_version, 'not reported') as app_version,
        sum(session_count) as session_count,
        sum(error_session_count) as error_session_count,
        sum(error_reported_session_count) as error_reported_session_count
    from quality
    group by started_on, coalesce(app_version, 'not reported')
),

final as (
    select
        started_on,
        app_version,
        session_count,
        cast(session_count as double)
        / sum(session_count) over (partition by started_on) as session_share,
        cast(error_session_count as double)
        / nullif(error_reported_session_count, 0) as error_rate
    from versions
)

select * from final
order by started_on, app_version
