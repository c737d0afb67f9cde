{#-
    Commanders Act, as the players of SRG SSR (Pillarbox) send its streaming events.
    Tried on: the events of Pillarbox's own tests, values and names of columns besides event_id and
    media_position ours (tests/cases/players/commanders_act_srg). A seek says where it leaves, the play
    after it where it went.
    Cannot tell: stalls, the rate, a seek while paused. Its `event_id` names the type.
-#}
{% macro preset_commanders_act() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: user
  title_id: media
  session_id: session
  event_type: event_id
  event_timestamp: {from: time, unit: ms}
  position_seconds: media_position
  playback_rate: media_playback_rate
event_type_aliases:
  play: start
  pos: heartbeat
  uptime: heartbeat
  seek: seek_start
  pause: pause
  stop: stop
  eof: complete
  buffer: buffer_start
  error: error
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
