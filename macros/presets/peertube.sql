{#-
    PeerTube: the views that its player posts, each with where the playhead is.
    Tried on: the views of PeerTube's own tests of retention (tests/cases/players/peertube_views).
    Cannot tell: who watches (a session is a viewer), pauses, where a seek left, stalls, the rate.
-#}
{% macro preset_peertube() %}
    {% set yaml %}
telemetry_columns:
  event_id: id
  customer_id: sessionId
  title_id: videoId
  session_id: sessionId
  event_type: viewEvent
  event_timestamp: date
  position_seconds: currentTime
  device_type:
    from: device
    values: {desktop: web, smarttv: tv, console: tv}
  device_os: operatingSystem
  country: country
event_type_aliases:
  "": heartbeat
  watch: heartbeat
  seek: seek
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
