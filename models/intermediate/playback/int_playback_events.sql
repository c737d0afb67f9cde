with

events as (
    select * from {{ ref('int_touched_events') }}
    where event_type not in ('error', 'span', 'play')
),

live_titles as (
    select title_id
    from {{ ref('int_titles_enriched') }}
    where is_live
),

-- What of an event the rules of playback need, and no more: all of it goes through the one sort.
described as (
    select
        events.customer_id,
        events.session_id,
        events.title_id,
        events.event_id,
        events.event_type,
        events.event_timestamp,
        events.is_at_shared_stamp,
        case
            when events.event_type in ('start', 'resume') then 'opening'
            when events.event_type in ('stop', 'complete') then 'ending'
            else events.event_type
        end as kind,
        case
            when events.position_seconds is null and live_titles.title_id is not null
                then cast({{ epoch_seconds('events.event_timestamp') }} as decimal(13, 3))
            else events.position_seconds
        end as position_seconds,
        events.position_seconds is null and live_titles.title_id is not null as is_clocked,
        live_titles.title_id is not null as is_live,
        events.seek_from_seconds,
        events.playback_rate,
        case when events.event_type = 'heartbeat' then events.is_playing end as is_playing,
        -- A negative counter is no report.
        case when events.watch_duration_seconds >= 0 then events.watch_duration_seconds end
            as watch_seconds,
        events.bandwidth_mbps
    from events
    left join live_titles
        on events.title_id = live_titles.title_id
),

final as (
    select
        *,
        case
            when kind = 'opening' or is_playing then 'play'
            when kind in ('pause', 'ending') then 'close'
            when not is_playing then 'idle'
        end as word,
        kind = 'heartbeat' and is_playing is null as is_silent_heartbeat,
        -- A seek that left where it went says nothing.
        case
            when kind = 'seek' and seek_from_seconds <> position_seconds then seek_from_seconds
        end as left_seconds,
        -- The order within a stamp, where nothing depends on the state before it.
        case kind
            when 'heartbeat' then 0
            when 'ending' then 1000
            when 'pause' then 2000
            when 'seek_start' then 3000
            when 'seek' then 4000
            when 'opening' then 5000
            when 'buffer_start' then 6000
            when 'ad_start' then 7000
            when 'ad_end' then 8000
            when 'buffer_end' then 9000
        end as type_place
    from described
    where position_seconds is not null or kind in ('pause', 'ending')
)

select * from final
