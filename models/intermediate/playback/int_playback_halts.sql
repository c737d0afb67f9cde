{{ config(materialized='table') }}
{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}
{%- set words_of_intent = "kind in ('opening', 'pause', 'ending') or is_playing" %}

with

halted_titles as (
    select {{ title }}
    from {{ ref('int_touched_events') }}
    where takes_part and kind in ('buffer_start', 'ad_start')
    group by {{ title }}
),

events as (
    {{ events_in_sequence(
        '(' ~ title ~ ') in (select ' ~ title ~ ' from halted_titles)'
    ) }}
),

corrected as (
    select
        *,
        coalesce(playback_rate, rate_before) as rate,
        cast(
            {{ seconds_between('previous_event_timestamp', 'event_timestamp') }} as decimal(13, 3)
        ) as previous_wall_seconds,
        case
            when {{ has_stale_position('', 'previous_') }} then previous_position_seconds
            else position_seconds
        end as after_seconds
    from events
),

-- What is said of halts, whatever the positions say.
said as (
    select
        *,
        {%- for halt in ['buffer', 'ad'] %}
        coalesce({{ last_known(
            "case when kind = '" ~ halt ~ "_start' then true when kind = '" ~ halt ~ "_end' or "
            ~ words_of_intent ~ " then false end"
        ) }} over before, false) as is_said_{{ halt }},
        {%- endfor %}
        lag(after_seconds) over playback as previous_after_seconds,
        lag(kind) over playback as previous_kind
    from corrected
    window
        playback as (partition by {{ title }} order by event_number),
        before as (
            partition by {{ title }} order by event_number
            rows between unbounded preceding and 1 preceding
        )
),

-- "Not playing" within a halt is the halt's, and no word of intent. A heartbeat that has moved on
-- plausibly says that the halt's end was lost.
heard as (
    select
        *,
        case when word = 'idle' and (is_said_buffer or is_said_ad) then null else word end
            as heard_word,
        {{ words_of_intent }}
        or (
            kind = 'heartbeat' and is_playing is null and previous_kind <> 'seek_start'
            and {{ is_plausible(
                '(after_seconds - previous_after_seconds)', 'previous_wall_seconds', 'rate_before',
                'rate'
            ) }}
        ) as is_lift
    from said
),

changes as (
    select
        *,
        {%- for halt in ['buffer', 'ad'] %}
        case
            when kind = '{{ halt }}_start' then true
            when kind = '{{ halt }}_end' or is_lift then false
        end as {{ halt }}_change,
        {%- endfor %}
        case when kind = 'buffer_end' or is_lift then event_timestamp end as lifted_at
    from heard
),

states as (
    select
        *,
        {{ last_known('heard_word') }} over so_far as intent_word,
        {{ last_known('heard_word') }} over before as intent_word_before,
        coalesce({{ last_known('buffer_change') }} over so_far, false) as is_buffering,
        coalesce({{ last_known('buffer_change') }} over before, false) as was_buffering,
        coalesce({{ last_known('ad_change') }} over so_far, false) as is_in_ad,
        min(lifted_at) over later as next_lifted_at
    from changes
    window
        so_far as (
            partition by {{ title }} order by event_number
            rows between unbounded preceding and current row
        ),
        before as (
            partition by {{ title }} order by event_number
            rows between unbounded preceding and 1 preceding
        ),
        later as (
            partition by {{ title }} order by event_number
            rows between 1 following and unbounded following
        )
),

final as (
    select
        {{ title }},
        event_number,
        intent_word,
        intent_word_before,
        is_buffering or is_in_ad as is_halted,
        kind = 'buffer_start' and not was_buffering as begins_stall,
        {{ seconds_between('event_timestamp', 'next_lifted_at') }} as stall_seconds
    from states
)

select * from final
