{#- The query, for a CTE's body, of the events of playback for which `condition` holds, beside the event before and
    after each in its session and title, with what had been said before it: docs/method.md §3.1. It is the one
    sort of the events: twice only for those whose state hangs on positions (int_playback_halts). The order is
    total: what follows from it depends on the set of events alone. -#}
{% macro events_in_sequence(condition='true') %}
{%- set title = 'session_id, customer_id, title_id' -%}
{%- set columns = [
    'customer_id', 'session_id', 'title_id', 'event_timestamp', 'kind', 'word', 'is_silent_heartbeat',
    'is_clocked', 'left_seconds', 'playback_rate', 'watch_seconds', 'bandwidth_mbps',
    'playhead_seconds as position_seconds', 'says_playing as is_playing', 'is_live_title as is_live'
] -%}
with

placed as (
    select
        {{ columns | join(',\n        ') }},
        0 as place
    from {{ ref('int_touched_events') }}
    where takes_part and not is_at_shared_stamp and {{ condition }}

    union all

    select
        {{ columns | join(',\n        ') }},
        place
    from {{ ref('int_tied_events') }}
    where {{ condition }}
)

select
    {%- for column in columns %}
    {{ column.split(' ')[-1] }},
    {%- endfor %}
    row_number() over playback as event_number,
    count(case when kind in ('opening', 'pause', 'ending') then 1 end) over before as border_count_before,
    count(case when is_silent_heartbeat then 1 end) over before as silent_heartbeat_count_before,
    {{ last_known('word') }} over before as word_before,
    {{ last_known('playback_rate') }} over before as rate_before,
    {{ last_known('watch_seconds') }} over before as watch_seconds_before,
    lag(event_timestamp) over playback as previous_event_timestamp,
    lag(left_seconds) over playback as previous_left_seconds,
    lag(case when left_seconds is not null then position_seconds end) over playback
        as previous_position_seconds,
    lead(kind) over playback as next_kind,
    lead(event_timestamp) over playback as next_event_timestamp,
    lead(position_seconds) over playback as next_position_seconds,
    lead(is_clocked) over playback as next_is_clocked,
    lead(left_seconds) over playback as next_left_seconds,
    lead(playback_rate) over playback as next_rate,
    lead(is_playing) over playback as next_is_playing,
    lead(watch_seconds) over playback as next_watch_seconds
from placed
window
    playback as (partition by {{ title }} order by event_timestamp, place),
    before as (
        partition by {{ title }} order by event_timestamp, place
        rows between unbounded preceding and 1 preceding
    )
{%- endmacro %}
