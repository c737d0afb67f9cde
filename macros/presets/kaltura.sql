{#-
    Kaltura Player 7: the beacons of its analytics plug-in (KAVA), as a collector of one's own keeps
    them.
    Tried on: rows written from its documentation (tests/cases/players/kaltura). A beacon has no time of
    its own: `received_at` is the collector's, in milliseconds since 1970; set event_timestamp to what
    yours has. A session is a page view; without a `userId` it is the viewer.
    Cannot tell: advertisements, devices; of live streams where the playhead is, since `position` is the
    distance to the edge.
-#}
{% macro preset_kaltura() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: [userId, persistentSessionId, sessionId]
  title_id: entryId
  session_id: sessionId
  event_type: eventType
  event_timestamp: {from: received_at, unit: ms}
  # targetPosition is of seeks alone.
  position_seconds: [targetPosition, position]
  seek_from_seconds: {from: position, only_for: [seek]}
  playback_rate: playbackSpeed
  is_live: {from: playbackType, values: {live: true, dvr: true, vod: false}}
  bandwidth_mbps: {from: bandwidth, unit: kbps}
  app_version: clientVer
event_type_aliases:
  "3": start        # PLAY
  "4": resume       # RESUME
  "34": start       # REPLAY
  "33": pause       # PAUSE
  "14": complete    # PLAY_REACHED_100_PERCENT
  "11": heartbeat   # PLAY_REACHED_25_PERCENT
  "12": heartbeat   # PLAY_REACHED_50_PERCENT
  "13": heartbeat   # PLAY_REACHED_75_PERCENT
  "41": heartbeat   # SPEED
  "99": heartbeat   # VIEW, each ten seconds of playback
  "35": seek        # SEEK
  "45": buffer_start
  "46": buffer_end
  "98": error
  "1": ignore       # IMPRESSION
  "2": ignore       # PLAY_REQUEST
  "21": ignore      # SHARE_CLICKED
  "22": ignore      # SHARE_NETWORK
  "23": ignore      # DOWNLOAD
  "24": ignore      # REPORT_CLICKED
  "25": ignore      # REPORT_SUBMITTED
  "31": ignore      # ENTER_FULLSCREEN
  "32": ignore      # EXIT_FULLSCREEN
  "36": ignore      # RELATED_OPEN
  "37": ignore      # RELATED_SELECTED
  "38": ignore      # CAPTIONS
  "39": ignore      # SOURCE_SELECTED
  "40": ignore      # INFO
  "42": ignore      # AUDIO_SELECTED
  "43": ignore      # FLAVOR_SWITCH
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
