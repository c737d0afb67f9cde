{#-
    Tautulli: its history of a Plex server (get_history), a row a play, not grouped.
    Tried on: rows written from its documentation (tests/cases/players/tautulli).
    Cannot tell: which part of the title was watched, seeks, stalls. `percent_complete` is whole
    percents of where the play ended: it says how far the viewer came, and no more. A row is a session.
    Music and photographs are ignored.
-#}
{% macro preset_tautulli() %}
    {% set yaml %}
telemetry_columns:
  event_id: [row_id, id, reference_id]
  customer_id: [user_id, user]
  title_id: rating_key
  session_id: [row_id, id, reference_id]
  event_type: {constant: play}
  event_timestamp: {from: started, unit: s}
  ended_at: {from: stopped, unit: s}
  watched_seconds: [play_duration, duration]
  max_position_seconds: {from: percent_complete, unit: percent}
  is_completed: {from: watched_status, values: {"1.0": true, "0.0": false}}
  is_live: live
  title_name: full_title
  device_id: machine_id
  device_os: platform
telemetry_rows:
  where: {media_type: {not: [track, photo]}}
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
