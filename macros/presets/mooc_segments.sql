{#-
    Watched segments of courses (MOOCCubeX's user-video records and the like): a row a learner and
    video, a list of segments in it.
    Tried on: rows written from its documentation (tests/cases/players/mooc_segments). Where videos are
    themselves a list within the learner's row, write its elements as rows first.
    Cannot tell: a session, which ends with half an hour of silence; pauses, stalls; when a segment
    ended, which is taken to be its length after it began.
-#}
{% macro preset_mooc_segments() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [user_id, user]
  title_id: [video_id, video]
  session_id: {gap_seconds: 1800, within: [customer_id, title_id]}
  event_type: {constant: span}
  event_timestamp: {from: segment.local_start_time, unit: s}
  ended_at:
    from: segment.local_start_time
    unit: s
    plus: segment.end_point
    minus: segment.start_point
  position_seconds: segment.start_point
  end_position_seconds: segment.end_point
  playback_rate: segment.speed
telemetry_rows:
  each: segment
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
