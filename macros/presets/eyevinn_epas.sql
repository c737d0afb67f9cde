{#-
    Eyevinn Player Analytics Specification (EPAS) 0.2, a row an event.
    Tried on: events with the known faults of its Android client, values ours
    (tests/cases/players/eyevinn_epas). Only the first row of a session names viewer and title.
    Cannot tell: the rate; of some rows, where the playhead is: -1.
-#}
{% macro preset_eyevinn_epas() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: {from: payload.userId, carry_forward: true}
  title_id: {from: payload.contentId, carry_forward: true}
  session_id: sessionId
  event_type: event
  event_timestamp: {from: timestamp, unit: ms}
  position_seconds: {from: playhead, null_if: -1, unit: ms}
  title_name: payload.contentTitle
  title_duration_seconds: {from: duration, null_if: [-1, 0], unit: ms}
  is_live: {from: payload.live, carry_forward: true}
  is_completed: {from: payload.reason, values: {ended: true}}
  device_id: {from: payload.deviceId, carry_forward: true}
event_type_aliases:
  init: ignore
  loading: ignore
  loaded: ignore
  metadata: ignore
  bitrate_changed: ignore
  warning: ignore
  playing: start
  resume: resume
  heartbeat: heartbeat
  paused: pause
  seeking: seek_start
  seeked: seek
  buffering: buffer_start
  buffered: buffer_end
  stopped: stop
  error: error
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
