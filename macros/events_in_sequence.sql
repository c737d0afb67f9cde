{#- The query, for a CTE's body, of placed events beside the event before and after each in its session and
    title, with what has been said so far: docs/method.md §3.1. It is the one sort of the events: twice
    only for those whose state hangs on positions (int_playback_halts). The order is total: what follows
    from it depends on the set of events alone. -#}
{% macro events_in_sequence(relation) %}
{%- set title = 'session_id, customer_id, title_id' -%}
{%- set ordered = 'event_timestamp, place, watch_seconds nulls first, event_type, event_id' -%}
{%- set word -%}
    case
        when kind = 'opening' or is_playing then 'play'
        when kind in ('pause', 'ending') then 'close'
        when not is_playing then 'idle'
    end
{%- endset -%}
{%- set silent_heartbeat = "case when kind = 'heartbeat' and is_playing is null then 1 end" %}
select
    customer_id,
    session_id,
    title_id,
    event_timestamp,
    kind,
    position_seconds,
    is_clocked,
    left_seconds,
    is_playing,
    watch_seconds,
    bandwidth_mbps,
    row_number() over playback as event_number,
    max(case when kind = 'opening' then 1 else 0 end) over so_far as has_opened,
    sum(case when kind in ('opening', 'pause', 'ending') then 1 else 0 end) over so_far
        as play_number,
    {{ last_known(word) }} over so_far as last_word,
    {{ last_known(word) }} over before as word_before,
    max({{ silent_heartbeat }}) over so_far as has_silent_heartbeat,
    max({{ silent_heartbeat }}) over before as had_silent_heartbeat,
    {{ last_known('playback_rate') }} over so_far as rate,
    {{ last_known('watch_seconds') }} over so_far as known_watch_seconds,
    {{ last_known('watch_seconds') }} over before as known_watch_seconds_before,
    lag(kind) over playback as previous_kind,
    lag(event_timestamp) over playback as previous_event_timestamp,
    lag(position_seconds) over playback as previous_position_seconds,
    lag(left_seconds) over playback as previous_left_seconds,
    lead(kind) over playback as next_kind,
    lead(event_timestamp) over playback as next_event_timestamp,
    lead(position_seconds) over playback as next_position_seconds,
    lead(is_clocked) over playback as next_is_clocked,
    lead(left_seconds) over playback as next_left_seconds,
    lead(playback_rate) over playback as next_rate,
    lead(is_playing) over playback as next_is_playing,
    lead(watch_seconds) over playback as next_watch_seconds
from {{ relation }}
window
    playback as (partition by {{ title }} order by {{ ordered }}),
    so_far as (
        partition by {{ title }} order by {{ ordered }}
        rows between unbounded preceding and current row
    ),
    before as (
        partition by {{ title }} order by {{ ordered }}
        rows between unbounded preceding and 1 preceding
    )
{%- endmacro %}
