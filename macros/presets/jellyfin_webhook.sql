{#-
    Jellyfin's webhook plug-in: the generic destination that sends all properties.
    Tried on: rows written from its documentation (tests/cases/players/jellyfin_webhook).
    Cannot tell: a session, seeks, stalls, the rate, the device's kind. A session ends with half an hour
    of silence.
-#}
{% macro preset_jellyfin_webhook() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [UserId, NotificationUsername]
  title_id: ItemId
  session_id: {gap_seconds: 1800, within: [customer_id, title_id, device_id]}
  event_type: NotificationType
  event_timestamp: [UtcTimestamp, Timestamp]
  position_seconds: {from: PlaybackPositionTicks, unit: ticks}
  is_playing: {from: IsPaused, not: true, only_for: [heartbeat]}
  is_completed: PlayedToCompletion
  title_name: Name
  title_duration_seconds: {from: RunTimeTicks, unit: ticks, null_if: 0}
  device_id: DeviceId
event_type_aliases:
  PlaybackStart: start
  PlaybackProgress: heartbeat
  PlaybackStop: stop
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
