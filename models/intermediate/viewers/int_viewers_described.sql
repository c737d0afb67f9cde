with

viewers as (
    select * from {{ ref('int_viewers_summed') }}
),

recent as (
    select * from {{ ref('int_viewers_recent') }}
),

preferences as (
    select * from {{ ref('int_viewers_preferences') }}
),

visits as (
    select * from {{ ref('int_viewers_visits') }}
),

streams as (
    select * from {{ ref('int_viewers_streams') }}
),

final as (
    select
        viewers.*,
        recent.active_days,
        recent.recent_active_days,
        recent.recent_watch_seconds,
        date_diff('day', cast(viewers.first_watched_at as date), recent.newest_on)
            as days_since_first_watched,
        -- What a row states may last past the newest day with an event.
        greatest(date_diff('day', cast(viewers.last_watched_at as date), recent.newest_on), 0)
            as days_since_last_watched,
        preferences.session_count,
        preferences.preferred_device_type,
        preferences.preferred_daypart,
        coalesce(visits.visit_count, 0) as visit_count,
        coalesce(visits.binge_visit_count, 0) as binge_visit_count,
        streams.simultaneous_stream_seconds,
        streams.peak_simultaneous_streams
    from viewers
    inner join recent on viewers.customer_id = recent.customer_id
    inner join preferences on viewers.customer_id = preferences.customer_id
    left join visits on viewers.customer_id = visits.customer_id
    inner join streams on viewers.customer_id = streams.customer_id
)

select * from final
