{%- set rules = settings('playback') %}

with

events as (
    {{ events_in_sequence() }}
),

halts as (
    select * from {{ ref('int_playback_halts') }}
),

-- Of a session that knows halts, what they make of its words counts.
told as (
    select
        events.*,
        coalesce(events.playback_rate, events.rate_before) as rate,
        events.border_count_before
        + case when events.kind in ('opening', 'pause', 'ending') then 1 else 0 end as play_number,
        case when {{ has_stale_position('events.', 'events.previous_') }}
                then events.previous_position_seconds
            else events.position_seconds
        end as after_seconds,
        case when halts.event_number is not null then halts.intent_word
            else coalesce(events.word, events.word_before) end
            as intent_word,
        case
            when halts.event_number is not null then halts.intent_word_before
            else events.word_before
        end as intent_word_before,
        coalesce(halts.is_halted, false) as is_halted,
        halts.begins_stall,
        halts.stall_seconds
    from events
    left join halts
        on
            events.customer_id = halts.customer_id
            and events.session_id = halts.session_id
            and events.title_id = halts.title_id
            and events.event_number = halts.event_number
),

-- NULL: nothing is known yet. A heartbeat that says nothing is then taken to play.
meant as (
    select
        *,
        case
            when intent_word is not null then intent_word = 'play'
            when silent_heartbeat_count_before > 0 or is_silent_heartbeat then true
        end as is_meant,
        case
            when intent_word_before is not null then intent_word_before = 'play'
            when silent_heartbeat_count_before > 0 then true
        end as was_meant
    from told
),

final as (
    select
        *,
        coalesce(is_meant, false) and not is_halted and kind <> 'seek_start'
        and coalesce(rate between 0 and {{ rules.trick_play_rate }}, true) as plays_after,
        -- Beside pause events: a heartbeat that has paused, and no pause event for it once more.
        case
            when kind = 'heartbeat' and not is_playing and intent_word = 'idle' and was_meant then 1
            when kind = 'pause' and intent_word_before = 'idle' then -1
            else 0
        end as pause_change,
        coalesce(begins_stall and is_meant, false) as is_stall
    from meant
)

select * from final
