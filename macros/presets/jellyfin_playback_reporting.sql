{#-
    Jellyfin's Playback Reporting plug-in: its table PlaybackActivity, a row a play.
    Tried on: a public fixture of that table (tests/cases/players/jellyfin_playback_reporting).
    DateCreated is the server's local time: set `telemetry_columns: {event_timestamp: {from:
    DateCreated, time_zone: Europe/Berlin}}` to yours; without, it is read as UTC.
    Cannot tell: which part of the title, pauses, seeks, stalls. A row is a session.
-#}
{% macro preset_jellyfin_playback_reporting() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: UserId
  title_id: ItemId
  session_id: {join: [UserId, ItemId, DateCreated]}
  event_type: {constant: play}
  event_timestamp: DateCreated
  watched_seconds: PlayDuration
  title_name: ItemName
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
