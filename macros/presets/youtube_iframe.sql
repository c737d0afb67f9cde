{#-
    YouTube's IFrame player: the states of onStateChange, kept with the player's time and rate.
    Tried on: rows of these states, values and names of columns ours
    (tests/cases/players/youtube_iframe_states): set your own over them.
    Cannot tell: a seek, which is a pause, a stall and a play elsewhere.
-#}
{% macro preset_youtube_iframe() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: uid
  title_id: videoId
  session_id: sessionId
  event_type: state
  event_timestamp: {from: ts, unit: ms}
  position_seconds: currentTime
  playback_rate: playbackRate
  title_name: title
  title_duration_seconds: {from: duration, null_if: 0}
event_type_aliases:
  "-1": ignore        # unstarted
  "0": complete       # ended
  "1": start          # playing
  "2": pause          # paused
  "3": buffer_start   # buffering
  "5": ignore         # cued
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
