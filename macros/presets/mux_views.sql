{#-
    Mux Data: its raw export of video views, a row a view.
    Tried on: rows in the shape of its documentation, values ours (tests/cases/players/mux_video_views).
    Cannot tell: which part of the title was watched, pauses, seeks, a play within a view.
-#}
{% macro preset_mux_views() %}
    {% set yaml %}
telemetry_columns:
  event_id: view_id
  customer_id: [viewer_user_id, mux_viewer_id]
  title_id: [video_id, video_title]
  session_id: view_id
  event_type: {constant: play}
  event_timestamp: view_start
  ended_at: view_end
  watched_seconds: {from: [playing_time, view_playing_time], unit: ms}
  max_position_seconds: {from: view_max_playhead_position, unit: ms}
  title_name: video_title
  title_duration_seconds: {from: [video_duration, video_source_duration], unit: ms, null_if: 0}
  is_live: {from: video_stream_type, values: {live: true, on-demand: false}}
  buffering_events: [rebuffer_count, view_rebuffer_count]
  buffering_duration_seconds: {from: [rebuffer_duration, view_rebuffer_duration], unit: ms}
  device_type:
    from: viewer_device_category
    values: {phone: mobile, desktop: web, console: tv, set top box: tv}
  device_os: [viewer_os_family, operating_system]
  app_version: viewer_application_version
  connection_type:
    from: viewer_connection_type
    values: {cellular: mobile, wired: cable}
  country: [country_code, country]
  state: region
  city: city
  isp: asn_name
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
