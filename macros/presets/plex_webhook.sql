{#-
    Plex: its webhooks, kept with when they came (`received`, in milliseconds since 1970).
    Tried on: its documented events, values ours (tests/cases/players/plex_webhook).
    Cannot tell: a session, seeks, stalls, the rate. A long film may be silent for hours and is one
    session, which ends with four hours of silence. `media.scrobble` is a mark at about 90 %.
-#}
{% macro preset_plex_webhook() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: Account.id
  title_id: Metadata.ratingKey
  session_id: {gap_seconds: 14400, within: [customer_id, title_id]}
  event_type: event
  event_timestamp: {from: received, unit: ms}
  position_seconds: {from: Metadata.viewOffset, unit: ms}
  is_completed: {from: event, values: {media.scrobble: true}}
  title_name: Metadata.title
  title_duration_seconds: {from: Metadata.duration, unit: ms}
  device_id: Player.uuid
event_type_aliases:
  media.play: start
  media.resume: resume
  media.pause: pause
  media.stop: stop
  media.scrobble: heartbeat
  media.rate: ignore
  playback.started: ignore
  library.new: ignore
  library.on.deck: ignore
  device.new: ignore
  admin.database.backup: ignore
  admin.database.corrupted: ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
