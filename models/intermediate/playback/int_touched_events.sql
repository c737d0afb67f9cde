{{ config(materialized=read_again()) }}
-- depends_on: {{ ref('int_touched_sessions') }}
{%- set fields = telemetry_fields().keys() | join(',\n        ') %}

with

live_titles as (
    select title_id
    from {{ ref('int_titles_enriched') }}
    where is_live
    group by title_id
),

events as (
    select
        {{ fields }},
        landed_at,
        loaded_at,
        false as is_at_shared_stamp
    from {{ ref('stg_telemetry__events') }}
    where
        {{ is_touched_session() }} and {{ may_be_touched() }}
        and (session_id, event_timestamp) not in (
            select
                shared.session_id,
                shared.event_timestamp
            from {{ ref('int_events_at_shared_stamps') }} as shared
        )

    union all

    select
        {{ fields }},
        landed_at,
        loaded_at,
        true as is_at_shared_stamp
    from {{ ref('int_events_at_shared_stamps') }}
),

-- What the rules of playback need of an event, beside what it says.
described as (
    select
        events.*,
        live_titles.title_id is not null as is_live_title,
        case
            when events.event_type in ('start', 'resume') then 'opening'
            when events.event_type in ('stop', 'complete') then 'ending'
            else events.event_type
        end as kind,
        events.position_seconds is null and live_titles.title_id is not null as is_clocked,
        case
            when events.position_seconds is null and live_titles.title_id is not null
                then cast({{ epoch_seconds('events.event_timestamp') }} as decimal(13, 3))
            else events.position_seconds
        end as playhead_seconds,
        case when events.event_type = 'heartbeat' then events.is_playing end as says_playing,
        -- A negative counter is no report.
        case when events.watch_duration_seconds >= 0 then events.watch_duration_seconds end
            as watch_seconds
    from events
    left join live_titles
        on events.title_id = live_titles.title_id
),

final as (
    select
        *,
        -- Of those that take part in the sequence of its session and title.
        kind not in ('error', 'span', 'play')
        and (playhead_seconds is not null or kind in ('pause', 'ending'))
            as takes_part,
        case
            when kind = 'opening' or says_playing then 'play'
            when kind in ('pause', 'ending') then 'close'
            when not says_playing then 'idle'
        end as word,
        kind = 'heartbeat' and says_playing is null as is_silent_heartbeat,
        -- A seek that left where it went says nothing.
        case
            when kind = 'seek' and seek_from_seconds <> playhead_seconds then seek_from_seconds
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
)

select * from final
