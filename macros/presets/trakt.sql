{#-
    Trakt: scrobbles of its API, kept with who sent them and when.
    Tried on: rows in the shape of its documentation, values ours (tests/cases/players/trakt_scrobble).
    Positions are percents of the title, so they need its duration: a catalogue, or `runtime`, which
    Trakt's full objects have.
    Cannot tell: a session, seeks, stalls, the rate. A session ends with half an hour of silence.
-#}
{% macro preset_trakt() %}
    {% set yaml %}
telemetry_columns:
  event_id: id
  customer_id: user
  title_id: [movie.ids.slug, movie.ids.trakt, {join: [show.ids.slug, episode.season, episode.number]}]
  session_id: {gap_seconds: 1800, within: [customer_id, title_id]}
  event_type: action
  event_timestamp: timestamp
  position_seconds: {from: progress, unit: percent}
  is_completed: {from: action, values: {scrobble: true}}
  title_name: [movie.title, episode.title]
  title_duration_seconds: {from: [movie.runtime, episode.runtime], unit: min}
event_type_aliases:
  start: start
  pause: pause
  stop: stop
  scrobble: stop
  watch: ignore
  checkin: ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
