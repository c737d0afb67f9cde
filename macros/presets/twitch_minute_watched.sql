{#-
    Twitch: minute-watched, a row at the end of each minute watched.
    Tried on: rows in the shape of public clients' events, values ours
    (tests/cases/players/twitch_minute_watched).
    Cannot tell: positions, pauses, stalls, a session, which ends with half an hour of silence. Other
    events are ignored.
-#}
{% macro preset_twitch_minute_watched() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: properties.user_id
  title_id: [properties.vod_id, properties.channel_id]
  session_id: {gap_seconds: 1800, within: [customer_id, title_id]}
  event_type: event
  event_timestamp: {from: received, unit: ms, minus: {constant: 60}}
  ended_at: {from: received, unit: ms}
  watched_seconds: {constant: 60}
  is_live: {from: properties.live, default: true}
  title_name: properties.channel
event_type_aliases:
  minute-watched: play
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
