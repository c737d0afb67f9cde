{#-
    Adobe Streaming Media through the Edge Network: the XDM of the Media Edge API, also as it lies in an
    Experience Platform dataset (without `xdm`).
    Tried on: rows written from its documentation (tests/cases/players/adobe_media_edge).
    Cannot tell: a seek, which is a pause and a play elsewhere; the end of a stall but by the play after
    it; the rate. Viewer and title stand in `media.sessionStart` alone, whose request has no session id,
    since the answer gives it: keep it with that row, as `mediaCollection.sessionID`. Live playheads
    count from midnight.
-#}
{% macro preset_adobe_media_edge() %}
    {% set yaml %}
telemetry_columns:
  event_id: _id
  customer_id:
    from:
      - xdm.identityMap.ECID[0].id
      - identityMap.ECID[0].id
      - xdm.identityMap.FPID[0].id
      - identityMap.FPID[0].id
    carry_forward: true
  title_id:
    from:
      - xdm.mediaCollection.sessionDetails.name
      - mediaCollection.sessionDetails.name
      - mediaReporting.sessionDetails.name
    carry_forward: true
  session_id: [xdm.mediaCollection.sessionID, mediaCollection.sessionID, mediaReporting.sessionDetails.ID]
  event_type: [xdm.eventType, eventType]
  event_timestamp: [xdm.timestamp, timestamp]
  position_seconds: [xdm.mediaCollection.playhead, mediaCollection.playhead, mediaReporting.playhead]
  title_name: [xdm.mediaCollection.sessionDetails.friendlyName, mediaCollection.sessionDetails.friendlyName]
  title_duration_seconds: [xdm.mediaCollection.sessionDetails.length, mediaCollection.sessionDetails.length]
  is_live:
    from: [xdm.mediaCollection.sessionDetails.contentType, mediaCollection.sessionDetails.contentType]
    values: {live: true, Live: true, linear: true, Linear: true, VOD: false, vod: false}
    carry_forward: true
  app_version:
    from: [xdm.mediaCollection.sessionDetails.appVersion, mediaCollection.sessionDetails.appVersion]
    carry_forward: true
  device_type:
    from: [xdm.device.type, device.type]
    values: {desktop: web, television: tv, settop: tv, mediaplayer: tv, gaming: tv}
  device_os: [xdm.environment.operatingSystem, environment.operatingSystem]
  country: [xdm.placeContext.geo.countryCode, placeContext.geo.countryCode]
  state: [xdm.placeContext.geo.stateProvince, placeContext.geo.stateProvince]
  city: [xdm.placeContext.geo.city, placeContext.geo.city]
event_type_aliases:
  # It is asked for; what plays says media.play.
  media.sessionStart: ignore
  media.play: start
  media.ping: heartbeat
  media.pauseStart: pause
  media.bufferStart: buffer_start
  media.adBreakStart: ad_start
  media.adStart: ad_start
  media.adComplete: ad_end
  media.adSkip: ad_end
  media.adBreakComplete: ad_end
  media.sessionComplete: complete
  media.sessionEnd: stop
  media.error: error
  media.bitrateChange: ignore
  media.chapterStart: ignore
  media.chapterSkip: ignore
  media.chapterComplete: ignore
  media.statesUpdate: ignore
  media.downloaded: ignore
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
