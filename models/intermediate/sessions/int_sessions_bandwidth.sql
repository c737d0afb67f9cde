with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
),

bandwidths as (
    select
        event_id,
        bandwidth_mbps
    from {{ ref('int_events_deduplicated') }}
    where bandwidth_mbps >= 0
),

-- Each interval at the bandwidth that its event reports; Mbps × seconds are megabits.
final as (
    select
        intervals.customer_id,
        intervals.session_id,
        intervals.title_id,
        sum(intervals.watch_seconds) as bandwidth_watch_seconds,
        sum(cast(intervals.watch_seconds * bandwidths.bandwidth_mbps as decimal(30, 6)))
            as bandwidth_megabits
    from intervals
    inner join bandwidths
        on intervals.event_id = bandwidths.event_id
    group by intervals.customer_id, intervals.session_id, intervals.title_id
)

select * from final
