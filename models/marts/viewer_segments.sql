{%- set audience = settings('audience') %}
{#- In the order of their names: of equals the first is preferred. -#}
{%- set dayparts = ['afternoon', 'evening', 'late_night', 'midday', 'morning', 'prime_time'] %}

with

viewers as (
    select * from {{ ref('int_viewers_summed') }}
),

viewer_days as (
    select * from {{ ref('int_viewer_days') }}
),

-- Recent is counted back from the last day that has data, not from today.
newest as (
    select
        max(active_on) as newest_on,
        {{ add_days('max(active_on)', -audience.recent_days) }} as recent_after
    from viewer_days
    where is_active
),

days as (
    select
        {%- for daypart in dayparts %}
        sum(viewer_days.{{ daypart }}_watch_seconds) as {{ daypart }},
        {%- endfor %}
        viewer_days.customer_id,
        newest.newest_on,
        count(*) filter (where viewer_days.event_count > 0) as active_days,
        count(*) filter (
            where viewer_days.is_active and viewer_days.active_on > newest.recent_after
        ) as recent_active_days,
        cast(coalesce(
            sum(viewer_days.watch_seconds) filter (
                where viewer_days.active_on > newest.recent_after
            ), 0
        ) as decimal(18, 3)) as recent_watch_seconds,
        max(viewer_days.peak_stream_count) as peak_simultaneous_streams,
        cast(sum(viewer_days.simultaneous_stream_seconds) as decimal(18, 3))
            as simultaneous_stream_seconds
    from viewer_days
    cross join newest
    group by viewer_days.customer_id, newest.newest_on
),

described as (
    select
        viewers.*,
        days.active_days,
        days.recent_active_days,
        days.recent_watch_seconds,
        days.peak_simultaneous_streams,
        days.simultaneous_stream_seconds,
        date_diff('day', cast(viewers.first_watched_at as date), days.newest_on)
            as days_since_first_watched,
        -- What a row states may last past the newest day with an event.
        greatest(date_diff('day', cast(viewers.last_watched_at as date), days.newest_on), 0)
            as days_since_last_watched,
        case greatest(days.{{ dayparts | join(', days.') }})
            when 0 then null
            {%- for daypart in dayparts %}
            when days.{{ daypart }} then '{{ daypart }}'
            {%- endfor %}
        end as preferred_daypart
    from viewers
    inner join days on viewers.customer_id = days.customer_id
),

final as (
    select
        *,
        cast(completed_title_count as double) / title_count as completion_rate,
        cast(watch_seconds as double) / 3600 as watch_hours,
        -- The first that holds: so every viewer has one, and only one.
        case
            when days_since_last_watched > {{ audience.at_risk_days }} then 'at_risk'
            when days_since_first_watched < {{ audience.new_viewer_days }} then 'new'
            when
                recent_active_days >= {{ audience.power_active_days }}
                and recent_watch_seconds >= 3600 * {{ audience.power_watch_hours }}
                then 'power'
            when
                recent_active_days >= {{ audience.engaged_active_days }}
                and recent_watch_seconds >= 3600 * {{ audience.engaged_watch_hours }}
                then 'engaged'
            else 'casual'
        end as segment
    from described
)

select * from final
