with

minutes as (
    select * from {{ ref('int_audience_minutes') }}
),

days as (
    select * from {{ ref('int_days') }}
),

-- Who was watching when the minute began: all that had begun less all that had ended.
carried as (
    select
        *,
        coalesce(sum(play_change) over earlier, 0) as plays_before,
        coalesce(sum(viewer_change) over earlier, 0) as viewers_before
    from minutes
    window earlier as (order by minute_at rows between unbounded preceding and 1 preceding)
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
        measured.minute_at,
        {{ daypart('measured.minute_at') }} as daypart,
        cast(measured.played_seconds as decimal(18, 3)) as played_seconds,
        cast(measured.present_seconds as decimal(18, 3)) as viewer_seconds,
        cast(measured.played_seconds as double) / 60 as average_concurrent_plays,
        cast(measured.plays_before + measured.peak_plays as bigint) as peak_concurrent_plays,
        cast(measured.present_seconds as double) / 60 as average_concurrent_viewers,
        cast(measured.viewers_before + measured.peak_viewers as bigint) as peak_concurrent_viewers,
        cast(measured.played_seconds - measured.present_seconds as double) / 60
            as simultaneous_streams,
        cast(measured.plays_before - measured.viewers_before + measured.peak_streams as bigint)
            as peak_simultaneous_streams
    from measured
    -- What ends with the last day ends in a minute of the next.
    inner join days
        on cast(measured.minute_at as date) = days.day_on
)

select * from final
