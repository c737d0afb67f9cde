-- When people watch, by hour of the UTC day over all days. Plan capacity by peak_concurrent_plays,
-- the most there ever were in that hour, and releases by the hours where average_concurrent_plays
-- is low.
with

minutes as (
    select
        extract(hour from minute_at) as hour_of_day,
        daypart,
        played_seconds,
        peak_concurrent_plays
    from {{ ref('viewing_concurrency') }}
),

final as (
    select
        hour_of_day,
        min(daypart) as daypart,
        cast(sum(played_seconds) as double) / 3600 as played_hours,
        cast(sum(played_seconds) as double) / (60 * count(*)) as average_concurrent_plays,
        max(peak_concurrent_plays) as peak_concurrent_plays
    from minutes
    group by hour_of_day
)

select * from final
order by hour_of_day
