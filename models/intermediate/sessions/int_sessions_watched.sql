with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where {{ is_derived_anew() }}
),

-- Up to where the title has been seen by then.
in_order as (
    select
        *,
        coalesce(
            max(end_seconds) over (
                partition by session_id, customer_id, title_id order by start_seconds
                rows between unbounded preceding and 1 preceding
            ), start_seconds
        ) as seen_until_seconds
    from intervals
),

final as (
    select
        customer_id,
        session_id,
        title_id,
        sum(play_count) as play_count,
        sum(watch_seconds) as watch_seconds,
        sum(unplaced_seconds) as unplaced_watch_seconds,
        sum(watch_seconds) filter (where evidence in ('observed', 'stated'))
            as observed_watch_seconds,
        -- What each adds to those before it: together, the measure of their union.
        sum(greatest(end_seconds - greatest(start_seconds, seen_until_seconds), 0))
            as unique_watch_seconds,
        min(wall_started_at) as playback_started_at,
        max(wall_ended_at) as playback_ended_at,
        sum(bandwidth_watch_seconds) as bandwidth_watch_seconds,
        sum(bandwidth_megabits) as bandwidth_megabits
    from in_order
    group by customer_id, session_id, title_id
)

select * from final
