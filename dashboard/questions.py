"""Questions that a page and the report both ask of the marts, in SQL."""

# Of some dates (`is_now`) and of those before them, in one pass.
TOTALS = """
    select {is_now} as is_now, count(distinct hash(customer_id)) as viewers,
        cast(coalesce(sum(watch_seconds), 0) as double) / 3600 as hours,
        count(*) filter (where watch_seconds > 0) as views, count(*) as sessions
    from marts.viewing_sessions where {where} group by is_now
"""
NEW = """
    select cast(coalesce(sum(new_viewer_count), 0) as bigint) as viewers
    from marts.daily_viewing where {where}
"""
# Viewers of a lake with more sessions are sampled: a page has two seconds.
MOST_SESSIONS, SAMPLE = 2_000_000, 10
COHORTS = """
    with weeks as (
        select customer_id, date_trunc('week', started_at) as week
        from marts.viewing_sessions where hash(customer_id) % {sample} = 0 group by all
    ),

    first_weeks as (
        select customer_id, min(week) as cohort from weeks group by customer_id
    ),

    counted as (
        select cohort, date_diff('week', cohort, week) as age, count(*) as viewers
        from weeks join first_weeks using (customer_id) group by all
    )

    select cast(cohort as date) as cohort, age, viewers,
        first_value(viewers) over (partition by cohort order by age) as size,
        viewers / first_value(viewers) over (partition by cohort order by age) as share
    from counted order by cohort, age
"""
# Ratios of sums, each by its own denominator: docs/marts.md.
SUMS = """
    cast(sum(buffering_seconds) as double) as stalled,
    cast(sum(case when buffering_seconds is not null
        then buffering_seconds + buffering_reported_watch_seconds end) as double) as stall_base,
    cast(sum(error_session_count) as double) as failed,
    cast(sum(error_reported_session_count) as double) as error_base,
    cast(coalesce(sum(session_count), 0) as bigint) as sessions
"""
# One pass over the cube: every value of every dimension, and the whole.
CAUSES = f"""
    select case when grouping(isp) = 0 then 'isp' when grouping(device_type) = 0 then 'device_type'
            when grouping(app_version) = 0 then 'app_version'
            when grouping(connection_type) = 0 then 'connection_type' else 'quality'
        end as dimension,
        coalesce(isp, device_type, app_version, connection_type, quality) as name, {SUMS}
    from marts.playback_quality where {{where}}
    group by grouping sets ((isp), (device_type), (app_version), (connection_type), (quality))
    having name is not null
"""
DIMENSIONS = {
    "isp": "ISP",
    "device_type": "Device",
    "app_version": "App version",
    "connection_type": "Connection",
    "quality": "Picture quality",
}
# Of a title without known parts nobody knows who finished.
COMPLETION = """
    case when unplaced_watch_seconds = 0 or average_viewer_retention is not null
        then completion_rate end
"""
