{#-
    Odysee's Watchman: a report each half minute, of what played in it.
    Tried on: rows in the shape of its source, values ours (tests/cases/players/odysee_watchman). Its
    length holds its own stalls.
    Cannot tell: where in it the playhead moved, pauses, a session, which ends with half an hour of
    silence.
-#}
{% macro preset_odysee_watchman() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: user_id
  title_id: url
  session_id: {gap_seconds: 1800, within: [customer_id, title_id]}
  event_type: {constant: play}
  event_timestamp: {from: received_at, unit: ms, minus: {from: duration, unit: ms}}
  ended_at: {from: received_at, unit: ms}
  end_position_seconds: {from: position, unit: ms}
  watched_seconds: {from: duration, unit: ms, minus: {from: rebuf_duration, unit: ms}}
  buffering_events: {from: rebuf_count, per_row: true}
  buffering_duration_seconds: {from: rebuf_duration, unit: ms, per_row: true}
  device_type:
    from: device
    values: {ios: mobile, adr: mobile, dsk: web, stb: tv}
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
