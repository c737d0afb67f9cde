{#-
    Google Analytics 4, as BigQuery exports it: enhanced measurement of embedded YouTube videos.
    Tried on: rows written from its documentation (tests/cases/players/ga4_bigquery).
    Cannot tell: pauses, seeks, stalls, the rate. It reports at the start, at 10, 25, 50 and 75 %, and
    at the end: what is watched after the last of these is lost. Events besides video_… are ignored.
-#}
{% macro preset_ga4_bigquery() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [user_id, user_pseudo_id]
  title_id: "event_params[key=video_url].value.string_value"
  # A session's number is the viewer's own.
  session_id: {join: [user_pseudo_id, "event_params[key=ga_session_id].value.int_value"]}
  event_type: event_name
  event_timestamp: {from: event_timestamp, unit: us}
  position_seconds:
    - "event_params[key=video_current_time].value.int_value"
    - "event_params[key=video_current_time].value.double_value"
    - "event_params[key=video_current_time].value.float_value"
    - "event_params[key=video_current_time].value.string_value"
  completion_percentage:
    - "event_params[key=video_percent].value.int_value"
    - "event_params[key=video_percent].value.double_value"
    - "event_params[key=video_percent].value.float_value"
    - "event_params[key=video_percent].value.string_value"
  title_name: "event_params[key=video_title].value.string_value"
  title_duration_seconds:
    from:
      - "event_params[key=video_duration].value.int_value"
      - "event_params[key=video_duration].value.double_value"
      - "event_params[key=video_duration].value.float_value"
      - "event_params[key=video_duration].value.string_value"
    null_if: 0
  device_type:
    from: device.category
    values: {desktop: web, smart tv: tv}
  device_os: device.operating_system
  app_version: app_info.version
  country: geo.country
  state: geo.region
  city: geo.city
event_type_aliases:
  video_start: start
  video_progress: heartbeat
  video_complete: complete
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
