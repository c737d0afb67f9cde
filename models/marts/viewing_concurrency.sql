with

minutes as (
    select * from {{ ref('int_minutes') }}
),

audience as (
    select * from {{ ref('int_audience_minutes') }}
),

-- Who was watching when the minute began: of its date, all that had begun less all that had
-- ended. On a date without data nobody was.
carried as (
    select
        minutes.minute_at,
        coalesce(audience.peak_plays, 0) as peak_plays,
        coalesce(audience.peak_viewers, 0) as peak_viewers,
        coalesce(audience.peak_streams, 0) as peak_streams,
        coalesce(audience.play_seconds, 0) as play_seconds,
        coalesce(audience.viewer_seconds, 0) as viewer_seconds,
        coalesce(sum(audience.play_change) over earlier, 0) as plays_before,
        coalesce(sum(audience.viewer_change) over earlier, 0) as viewers_before
    from minutes
    left join audience
        on minutes.minute_at = audience.minute_at
    window earlier as (
        partition by cast(minutes.minute_at as date)
        order by minutes.minute_at rows between unbounded preceding and 1 preceding
    )
),

measured as (
    select
        *,
        60 * plays_before + play_seconds as played_seconds,
        60 * viewers_before + viewer_seconds as present_seconds
    from carried
),

final as (
    select
        minute_at,
        {{ daypart('minute_at') }} as daypart,
        cast(played_seconds as decimal(18, 3)) as played_seconds,
        cast(present_seconds as decimal(18, 3)) as viewer_seconds,
        cast(played_seconds as double) / 60 as average_concurrent_plays,
        cast(plays_before + peak_plays as bigint) as peak_concurrent_plays,
        cast(present_seconds as double) / 60 as average_concurrent_viewers,
        cast(viewers_before + peak_viewers as bigint) as peak_concurrent_viewers,
        cast(played_seconds - present_seconds as double) / 60
            as simultaneous_streams,
        cast(plays_before - viewers_before + peak_streams as bigint)
            as peak_simultaneous_streams
    from measured
)

select * from final
