{%- set audience = settings('audience') %}

with

viewers as (
    select * from {{ ref('int_viewers_described') }}
),

final as (
    select
        customer_id,
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
        end as segment,
        first_watched_at,
        last_watched_at,
        days_since_last_watched,
        active_days,
        recent_active_days,
        recent_watch_seconds,
        title_count,
        session_count,
        completed_title_count,
        cast(completed_title_count as double) / title_count as completion_rate,
        watch_seconds,
        unique_watch_seconds,
        cast(watch_seconds as double) / 3600 as watch_hours,
        avg_engagement_score,
        visit_count,
        binge_visit_count,
        preferred_device_type,
        preferred_daypart,
        cast(simultaneous_stream_seconds as decimal(18, 3)) as simultaneous_stream_seconds,
        peak_simultaneous_streams
    from viewers
)

select * from final
