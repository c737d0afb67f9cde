{#-
    Talis media-events-js: the segments that were played.
    Tried on: the log that its README prints, send times ours (tests/cases/players/talis_media_events).
    A segment is stamped at its end. Its seeks say again what two segments do.
    Cannot tell: stalls, the rate, a session, which ends with half an hour of silence.
-#}
{% macro preset_talis() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: user
  title_id: media
  session_id: {gap_seconds: 1800, within: [customer_id, title_id]}
  event_type: type
  event_timestamp: {from: sent, unit: ms, minus: {from: end, unit: ms}, plus: {from: start, unit: ms}}
  ended_at: {from: sent, unit: ms}
  position_seconds: {from: [start, time], unit: ms}
  end_position_seconds: {from: end, unit: ms}
event_type_aliases:
  segment: span
  pause: pause
  view: ignore
  seek: ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
