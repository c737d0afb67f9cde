-- The viewers who watch most, most hours of late first. Those with several streams at once may
-- share an account; a days_since_last_watched that grows is the first sign of leaving.
with

viewers as (
    select * from {{ ref('viewer_segments') }}
    where segment = 'power'
),

final as (
    select
        customer_id,
        cast(recent_watch_seconds as double) / 3600 as recent_watch_hours,
        recent_active_days,
        days_since_last_watched,
        title_count,
        completion_rate,
        binge_visit_count,
        preferred_device_type,
        preferred_daypart,
        peak_simultaneous_streams
    from viewers
)

select * from final
order by recent_watch_hours desc, customer_id asc
limit 50
