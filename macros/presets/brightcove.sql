{#-
    Brightcove: the events of its Data Collection API version 2.
    Tried on: rows in the shape of its documentation, values ours
    (tests/cases/players/brightcove_engagement).
    Cannot tell: pauses, where stalls were, the rate. A video_engagement states which whole seconds were
    played, both ends counted, and is stamped at its end.
-#}
{% macro preset_brightcove() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [user, session]
  title_id: video
  session_id: session
  event_type: event
  event_timestamp: {from: time, unit: ms, minus: {from: video_seconds_viewed, unit: s}}
  ended_at: {from: time, unit: ms}
  position_seconds: {from: range, range: start}
  end_position_seconds: {from: range, range: end, plus: {constant: 1}}
  buffering_events: {from: rebuffering_count, per_row: true}
  buffering_duration_seconds: {from: rebuffering_seconds, per_row: true}
  title_name: video_name
  title_duration_seconds: {from: video_duration, null_if: 0}
  device_type:
    from: device_type
    values: {desktop: web}
  device_os: device_os
  app_version: player_version
event_type_aliases:
  video_engagement: span
  error: error
  player_load: ignore
  catalog_request: ignore
  catalog_response: ignore
  play_request: ignore
  video_impression: ignore
  video_view: ignore
  video_complete: ignore
  ad_mode_begin: ignore
  ad_mode_complete: ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
