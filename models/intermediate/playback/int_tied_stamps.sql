{{ config(materialized='table') }}
{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

-- A closing event, and another to weigh it against.
tied_stamps as (
    select
        {{ title }},
        event_timestamp
    from {{ ref('int_playback_events') }}
    where is_at_shared_stamp
    group by {{ title }}, event_timestamp
    having
        min(kind) <> max(kind) and count(*) filter (where kind in ('pause', 'ending')) > 0
),

events_of_titles as (
    select
        *,
        coalesce(watch_seconds, -1) as reported_seconds
    from {{ ref('int_playback_events') }}
    where ({{ title }}) in (select {{ title }} from tied_stamps)
),

-- What each stamp of such a session says, whatever its own order.
stamps as (
    select
        {{ title }},
        event_timestamp,
        count(*) filter (where kind = 'opening') as opening_count,
        count(*) filter (where kind = 'pause') as pause_count,
        least(count(*) filter (where kind = 'ending'), 1) as ending_count,
        count(*) filter (where kind = 'heartbeat') as heartbeat_count,
        max_by(is_playing, row(reported_seconds, event_type, event_id))
        filter (where is_playing is not null) as is_said_playing
    from events_of_titles
    group by {{ title }}, event_timestamp
),

known as (
    select
        *,
        opening_count - pause_count - ending_count as surplus,
        coalesce(max(opening_count + pause_count + ending_count + heartbeat_count) over (
            partition by {{ title }}
            order by event_timestamp rows between unbounded preceding and 1 preceding
        ), 0) > 0 as is_known_before
    from stamps
),

-- NULL: as before.
spoken as (
    select
        *,
        case
            when opening_count + pause_count + ending_count = 0
                then coalesce(
                        is_said_playing,
                        case when heartbeat_count > 0 and not is_known_before then true end
                    )
            when not is_known_before then surplus > 0
            when opening_count = pause_count and ending_count = 0 then null
            else surplus >= 0 and opening_count > pause_count
        end as is_playing_after
    from known
),

final as (
    select
        *,
        {{ last_known('is_playing_after') }} over (
            partition by {{ title }}
            order by event_timestamp rows between unbounded preceding and 1 preceding
        ) as is_playing_before
    from spoken
)

select * from final
