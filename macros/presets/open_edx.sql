{#-
    Open edX: tracking logs of the video player, in browsers and in its mobile apps.
    Tried on: the acceptance fixture of edX's own analytics pipeline
    (tests/cases/players/openedx_tracking_log).
    Cannot tell: stalls, advertisements, devices in browsers; the rate, but where it changes. A play
    just after a seek has a stale position. All other events of a tracking log are ignored.
-#}
{% macro preset_open_edx() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [context.user_id, username]
  title_id: json(event).id
  session_id: [session, context.session]
  event_type: [event_type, name]
  event_timestamp: time
  position_seconds: [json(event).new_time, json(event).currentTime, json(event).current_time]
  seek_from_seconds: {from: json(event).old_time, only_for: [seek]}
  playback_rate: json(event).new_speed
  title_duration_seconds: {from: json(event).duration, null_if: 0}
  device_os: context.client.os.name
  app_version: [context.application.version, context.client.app.version]
event_type_aliases:
  play_video: start
  edx.video.played: start
  pause_video: pause
  edx.video.paused: pause
  stop_video: stop
  edx.video.stopped: stop
  complete_video: complete
  edx.video.completed: complete
  seek_video: seek
  edx.video.position.changed: seek
  speed_change_video: heartbeat
  edx.video.speed.changed: heartbeat
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
