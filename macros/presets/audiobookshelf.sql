{#-
    Audiobookshelf: its playback sessions, saved again as they grow, a row a session.
    Tried on: rows in the shape of its source, values ours
    (tests/cases/players/audiobookshelf_sessions).
    Cannot tell: pauses, seeks, the rate. What was listened to is in clock seconds.
-#}
{% macro preset_audiobookshelf() %}
    {% set yaml %}
telemetry_columns:
  event_id: id
  customer_id: userId
  title_id: [episodeId, libraryItemId]
  session_id: id
  event_type: {constant: play}
  event_timestamp: {from: startedAt, unit: ms}
  ended_at: {from: updatedAt, unit: ms}
  position_seconds: startTime
  end_position_seconds: currentTime
  watched_seconds: timeListening
  is_completed: isFinished
  title_name: displayTitle
  title_duration_seconds: {from: duration, null_if: 0}
  device_id: deviceInfo.deviceId
  device_os: deviceInfo.osName
  app_version: deviceInfo.clientVersion
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
