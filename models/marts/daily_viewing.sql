{%- set dayparts = ['late_night', 'morning', 'midday', 'afternoon', 'prime_time', 'evening'] %}
{%- set longest = add_days('active_on', 28) %}

with

-- Until when this is the latest date on which the viewer was active, as far as any window looks.
viewer_days as (
    select
        *,
        row_number() over viewer = 1 as is_first,
        least(lead(active_on, 1, {{ longest }}) over viewer, {{ longest }}) as latest_until
    from {{ ref('int_viewer_days') }}
    where is_active
    window viewer as (partition by customer_id order by active_on)
),

summed as (
    select
        active_on,
        latest_until,
        count(*) as viewer_count,
        count(*) filter (where is_first) as new_viewer_count,
        sum(session_count) as session_count,
        sum(play_count) as play_count,
        sum(watch_seconds) as watch_seconds
    from viewer_days
    group by active_on, latest_until
),

-- Every date of the calendar is here.
concurrency as (
    select
        cast(minute_at as date) as viewed_on,
        {%- for daypart in dayparts %}
        cast(sum(played_seconds) filter (where daypart = '{{ daypart }}') as decimal(18, 3))
            as {{ daypart }}_played_seconds,
        max(peak_concurrent_plays) filter (where daypart = '{{ daypart }}')
            as {{ daypart }}_peak_concurrent_plays,
        {%- endfor %}
        cast(sum(played_seconds) as decimal(18, 3)) as played_seconds,
        max(peak_concurrent_plays) as peak_concurrent_plays,
        max(peak_concurrent_viewers) as peak_concurrent_viewers
    from {{ ref('viewing_concurrency') }}
    group by cast(minute_at as date)
),

seen as (
    select
        concurrency.viewed_on,
        summed.*,
        date_diff('day', summed.active_on, concurrency.viewed_on) as days_ago
    from concurrency
    left join summed
        on concurrency.viewed_on >= summed.active_on and concurrency.viewed_on < summed.latest_until
),

viewed as (
    select
        viewed_on,
        {%- for days in [1, 7, 28] %}
        sum(viewer_count) filter (where days_ago < {{ days }}) as viewer_count_{{ days }}d,
        {%- endfor %}
        sum(new_viewer_count) filter (where days_ago = 0) as new_viewer_count,
        sum(session_count) filter (where days_ago = 0) as session_count,
        sum(play_count) filter (where days_ago = 0) as play_count,
        sum(watch_seconds) filter (where days_ago = 0) as watch_seconds
    from seen
    group by viewed_on
),

rejected as (
    select
        landed_on,
        cast(sum(row_count) as bigint) as row_count
    from {{ ref('daily_intake') }}
    where outcome not in ('accepted', 'ignored')
    group by landed_on
),

final as (
    select
        concurrency.*,
        cast(coalesce(viewed.viewer_count_1d, 0) as bigint) as active_viewer_count,
        cast(coalesce(viewed.viewer_count_7d, 0) as bigint) as active_viewer_count_7d,
        cast(coalesce(viewed.viewer_count_28d, 0) as bigint) as active_viewer_count_28d,
        cast(coalesce(viewed.viewer_count_1d, 0) as double) / viewed.viewer_count_28d
            as stickiness,
        cast(coalesce(viewed.new_viewer_count, 0) as bigint) as new_viewer_count,
        cast(coalesce(viewed.viewer_count_1d - viewed.new_viewer_count, 0) as bigint)
            as returning_viewer_count,
        cast(coalesce(viewed.session_count, 0) as bigint) as session_count,
        cast(coalesce(viewed.play_count, 0) as bigint) as play_count,
        cast(coalesce(viewed.watch_seconds, 0) as decimal(18, 3)) as watch_seconds,
        cast(coalesce(viewed.watch_seconds, 0) as double) / 3600 as watch_hours,
        coalesce(rejected.row_count, 0) as rejected_row_count
    from viewed
    inner join concurrency
        on viewed.viewed_on = concurrency.viewed_on
    left join rejected
        on viewed.viewed_on = rejected.landed_on
)

select * from final
