{#-
    xAPI Video Profile 1.0: statements of any learning record store.
    Tried on: rows written from its documentation (tests/cases/players/xapi_video).
    Cannot tell: stalls, advertisements, devices. `completed` says that the learner's threshold is
    reached, and playback goes on: it is a mark, as `is_completed` is. `interacted` needs the time, as
    the profile asks.
-#}
{% macro preset_xapi_video() %}
    {% set yaml %}
telemetry_columns:
  event_id: id
  customer_id: [actor.account.name, actor.mbox, actor.mbox_sha1sum, actor.openid, actor.name]
  title_id: object.id
  session_id:
    - context.extensions."https://w3id.org/xapi/video/extensions/session-id"
    - context.registration
  event_type: verb.id
  event_timestamp: timestamp
  position_seconds:
    - result.extensions."https://w3id.org/xapi/video/extensions/time-to"
    - result.extensions."https://w3id.org/xapi/video/extensions/time"
  seek_from_seconds: result.extensions."https://w3id.org/xapi/video/extensions/time-from"
  playback_rate:
    from:
      - result.extensions."https://w3id.org/xapi/video/extensions/speed"
      - context.extensions."https://w3id.org/xapi/video/extensions/speed"
    values:
      {0.25x: 0.25, 0.5x: 0.5, 0.75x: 0.75, 1x: 1, 1.0x: 1, 1.25x: 1.25, 1.5x: 1.5, 1.75x: 1.75,
       2x: 2, 2.0x: 2}
  is_completed: {from: verb.id, values: {"http://adlnet.gov/expapi/verbs/completed": true}}
  title_name: [object.definition.name.en-US, object.definition.name.en, object.definition.name.und]
  title_duration_seconds: context.extensions."https://w3id.org/xapi/video/extensions/length"
event_type_aliases:
  https://w3id.org/xapi/video/verbs/played: start
  https://w3id.org/xapi/video/verbs/paused: pause
  https://w3id.org/xapi/video/verbs/seeked: seek
  http://adlnet.gov/expapi/verbs/interacted: heartbeat
  http://adlnet.gov/expapi/verbs/completed: heartbeat
  http://adlnet.gov/expapi/verbs/terminated: stop
  http://adlnet.gov/expapi/verbs/initialized: ignore
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
