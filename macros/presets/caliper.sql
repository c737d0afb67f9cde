{#-
    IMS Caliper 1.1 and 1.2: media events, one a row (an envelope's `data`, taken apart).
    Tried on: rows written from its documentation (tests/cases/players/caliper).
    Cannot tell: stalls, advertisements, devices, the rate, where a seek left. An event without a target
    has no position: a start without one is rejected. Other events than media events are ignored.
-#}
{% macro preset_caliper() %}
    {% set yaml %}
telemetry_columns:
  event_id: id
  customer_id: [actor.id, actor]
  title_id: [object.id, object]
  session_id: [session.id, session, federatedSession.id, federatedSession]
  event_type: action
  event_timestamp: eventTime
  position_seconds: {from: target.currentTime, unit: iso8601}
  title_name: object.name
  title_duration_seconds: {from: object.duration, unit: iso8601}
  app_version: edApp.version
event_type_aliases:
  Started: start
  Restarted: start
  Resumed: resume
  Paused: pause
  Ended: complete
  JumpedTo: seek
  ForwardedTo: seek
  Rewound: seek
  ChangedSpeed: ignore
  ChangedVolume: ignore
  ChangedSize: ignore
  ChangedResolution: ignore
  Muted: ignore
  Unmuted: ignore
  EnteredFullScreen: ignore
  ExitedFullScreen: ignore
  OpenedPopout: ignore
  ClosedPopout: ignore
  EnabledClosedCaptioning: ignore
  DisabledClosedCaptioning: ignore
telemetry_rows:
  where: {type: MediaEvent}
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
