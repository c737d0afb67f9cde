{#-
    Bitmovin Analytics: its export of samples, a row for each stretch in one state.
    Tried on: rows written from its documentation (tests/cases/players/bitmovin). A sample is stamped at
    its end.
    Cannot tell: the rate. Advertisements are samples of their own and are ignored.
-#}
{% macro preset_bitmovin() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [custom_user_id, user_id]
  title_id: [video_id, video_title, path]
  session_id: impression_id
  event_type: state
  event_timestamp: {from: time, unit: ms, minus: {from: duration, unit: ms}}
  ended_at: {from: time, unit: ms}
  position_seconds: {from: videotime_start, unit: ms}
  end_position_seconds: {from: videotime_end, unit: ms}
  watched_seconds: {from: played, unit: ms, only_for: [play]}
  buffering_events: {from: state, values: {rebuffering: 1}, per_row: true}
  buffering_duration_seconds: {from: buffered, unit: ms, per_row: true}
  title_name: video_title
  title_duration_seconds: {from: video_duration, unit: ms, null_if: 0}
  is_live: is_live
  bandwidth_mbps: {from: download_speed, unit: bps, null_if: 0}
  device_type:
    from: device_class
    values: {Phone: mobile, Tablet: tablet, Desktop: web, TV: tv, Set-top box: tv, Game Console: tv}
  device_os: operatingsystem
  app_version: player_version
  country: country
  state: region
  city: city
  isp: isp
event_type_aliases:
  playing: span
  # It played nothing, and has the stall.
  rebuffering: play
  paused: pause
  error: error
  "*": ignore
telemetry_rows:
  where: {ad: {not: [1, 2, true]}}
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
