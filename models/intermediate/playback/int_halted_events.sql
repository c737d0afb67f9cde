{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}
{%- set words_of_intent = "kind in ('opening', 'pause', 'ending') or is_playing" %}

with

halted_titles as (
    select {{ title }}
    from {{ ref('int_playback_events') }}
    where kind in ('buffer_start', 'ad_start')
    group by {{ title }}
),

events as (
    select * from {{ ref('int_events_placed') }}
    where ({{ title }}) in (select {{ title }} from halted_titles)
),

sequenced as (
    {{ events_in_sequence('events') }}
),

corrected as (
    select
        *,
        case
            when {{ has_stale_position('', 'previous_') }} then previous_position_seconds
            else position_seconds
        end as after_seconds
    from sequenced
),

-- What is said of halts, whatever the positions say.
said as (
    select
        *,
        lag(after_seconds) over playback as previous_after_seconds,
        lag(kind) over playback as previous_kind,
        coalesce(playback_rate, rate_before) as rate,
        {%- for halt in ['buffer', 'ad'] %}
        coalesce({{ last_known(
            "case when kind = '" ~ halt ~ "_start' then true when kind = '" ~ halt ~ "_end' or "
            ~ words_of_intent ~ " then false end"
        ) }} over before, false) as is_said_{{ halt }},
        {%- endfor %}
        cast(
            {{ seconds_between('previous_event_timestamp', 'event_timestamp') }} as decimal(13, 3)
        ) as previous_wall_seconds
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
final as (
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
)

select * from final
