{#-
    Netflix: ViewingActivity.csv of a personal data export, a row a viewing.
    Tried on: rows of a public importer's tests (tests/cases/players/netflix_viewing_activity).
    Cannot tell: pauses, seeks, stalls. A row is a session, and states its length and where it ended.
    Trailers, hooks and recaps are ignored.
-#}
{% macro preset_netflix_activity() %}
    {% set yaml %}
telemetry_format: csv
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: Profile Name
  title_id: Title
  session_id: {join: [Profile Name, Title, Start Time]}
  event_type: Supplemental Video Type
  event_timestamp: Start Time
  watched_seconds: {from: Duration, unit: clock}
  end_position_seconds: {from: Bookmark, unit: clock}
  title_name: Title
  country: Country
event_type_aliases:
  "": play
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
