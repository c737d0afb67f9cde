{{ config(materialized='table') }}
{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}
{%- set before = 'partition by ' ~ title
    ~ ' order by event_timestamp rows between unbounded preceding and 1 preceding' %}

with

-- A closing event, and another to weigh it against: only there the order hangs on the state before.
tied_titles as (
    select {{ title }}
    from {{ ref('int_touched_events') }}
    where takes_part and is_at_shared_stamp
    group by {{ title }}, event_timestamp
    having
        min(kind) <> max(kind) and count(*) filter (where kind in ('pause', 'ending')) > 0
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
        max_by(says_playing, row(coalesce(watch_seconds, -1), event_type, event_id))
        filter (where says_playing is not null) as is_said_playing,
        coalesce(
            max(count(*) filter (where kind in ('opening', 'pause', 'ending', 'heartbeat')))
                over ({{ before }}), 0
        ) > 0 as is_known_before
    from {{ ref('int_touched_events') }}
    where takes_part and ({{ title }}) in (select {{ title }} from tied_titles)
    group by {{ title }}, event_timestamp
),

-- The state after a stamp hangs on how many of each kind it holds, not on their order. NULL: as
-- before it.
spoken as (
    select
        *,
        case
            when opening_count + pause_count + ending_count = 0
                then coalesce(
                        is_said_playing,
                        case when heartbeat_count > 0 and not is_known_before then true end
                    )
            when not is_known_before then opening_count > pause_count + ending_count
            when opening_count = pause_count and ending_count = 0 then null
            else opening_count > pause_count
        end as is_playing_after
    from stamps
),

states as (
    select
        *,
        {{ last_known('is_playing_after') }} over ({{ before }}) as is_playing_before
    from spoken
),

-- In turn: the n-th opening stands beside the n-th closing. All endings of a stamp are one closing,
-- and the first of a playing stamp.
numbered as (
    select
        events.*,
        states.is_playing_before,
        states.session_id is not null and events.kind in ('opening', 'pause', 'ending') as is_tied,
        case events.kind
            when 'ending' then case when states.is_playing_before then 0 else states.pause_count end
            else
                row_number() over (
                    partition by
                        events.customer_id, events.session_id, events.title_id,
                        events.event_timestamp, events.kind
                    order by coalesce(events.watch_seconds, -1), events.event_type, events.event_id
                ) - 1
                + case
                    when events.kind = 'pause' and states.is_playing_before
                        then states.ending_count
                    else 0
                end
        end as turn
    from {{ ref('int_touched_events') }} as events
    left join states
        on
            events.customer_id = states.customer_id
            and events.session_id = states.session_id
            and events.title_id = states.title_id
            and events.event_timestamp = states.event_timestamp
    where events.takes_part and events.is_at_shared_stamp
),

ranked as (
    select
        *,
        case
            when not is_tied then type_place
            when is_playing_before = false and kind = 'ending' then 1000
            when is_playing_before and kind <> 'opening' and turn = 0 then 2000
            else
                5000 + 2 * turn
                + case
                    when coalesce(is_playing_before, false) = (kind = 'opening') then 1 else 0
                end
        end as rank_in_stamp
    from numbered
),

-- Among equals: reported watch time, type, id.
final as (
    select
        *,
        row_number() over (
            partition by {{ title }}, event_timestamp
            order by rank_in_stamp, watch_seconds nulls first, event_type, event_id
        ) as place
    from ranked
)

select * from final
