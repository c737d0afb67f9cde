{#-
    Snowplow media tracking, version 1 of its schemas: the HTML5 and YouTube plug-ins.
    Tried on: page views of its dbt package's fixtures (tests/cases/players/snowplow_media_v1_youtube).
    Names of columns as in preset snowplow_media.
    Cannot tell: where a seek left, a seek from a time update, stalls of YouTube, `paused` but of
    heartbeats. A pause may carry the place that was jumped to. Events besides media are ignored.
-#}
{% macro preset_snowplow_media_v1() %}
    {% set yaml %}
telemetry_columns:
  event_id: event_id
  customer_id: [user_id, domain_userid, network_userid]
  title_id:
    - unstruct_event_com_snowplowanalytics_snowplow_media_player_event_1_0_0.label
    - unstruct_event_com_snowplowanalytics_snowplow_media_player_event_1.label
    - contexts_org_whatwg_media_element_1_0_0[0].currentSrc
    - contexts_com_youtube_youtube_1_0_0[0].url
  session_id:
    - contexts_com_snowplowanalytics_snowplow_web_page_1_0_0[0].id
    - contexts_com_snowplowanalytics_snowplow_web_page_1[0].id
    - domain_sessionid
  event_type:
    - unstruct_event_com_snowplowanalytics_snowplow_media_player_event_1_0_0.type
    - unstruct_event_com_snowplowanalytics_snowplow_media_player_event_1.type
  event_timestamp: [derived_tstamp, collector_tstamp]
  position_seconds:
    - contexts_com_snowplowanalytics_snowplow_media_player_1_0_0[0].currentTime
    - contexts_com_snowplowanalytics_snowplow_media_player_1[0].currentTime
  playback_rate:
    - contexts_com_snowplowanalytics_snowplow_media_player_1_0_0[0].playbackRate
    - contexts_com_snowplowanalytics_snowplow_media_player_1[0].playbackRate
  is_playing:
    from:
      - contexts_com_snowplowanalytics_snowplow_media_player_1_0_0[0].paused
      - contexts_com_snowplowanalytics_snowplow_media_player_1[0].paused
    not: true
    only_for: [heartbeat]
  title_duration_seconds:
    from:
      - contexts_com_snowplowanalytics_snowplow_media_player_1_0_0[0].duration
      - contexts_com_snowplowanalytics_snowplow_media_player_1[0].duration
    null_if: 0
  device_type:
    from:
      - contexts_nl_basjes_yauaa_context_1_0_0[0].deviceClass
      - contexts_nl_basjes_yauaa_context_1[0].deviceClass
      - dvce_type
    values:
      {Phone: mobile, Mobile: mobile, Tablet: tablet, Desktop: web, Computer: web, TV: tv,
       Set-top box: tv, Game Console: tv}
  device_os: os_family
  country: geo_country
  state: geo_region_name
  city: geo_city
  isp: ip_isp
event_type_aliases:
  play: start
  playing: start
  pause: pause
  ended: complete
  seek: seek
  seeked: seek
  percentprogress: heartbeat
  timeupdate: heartbeat
  ratechange: heartbeat
  playbackratechange: heartbeat
  waiting: buffer_start
  buffering: buffer_start
  error: error
  # As it buffers the other quality: where it is then, the next play takes back.
  playbackqualitychange: ignore
  # Its position is already where the seek went.
  seeking: ignore
  ready: ignore
  unstarted: ignore
  cued: ignore
  apichange: ignore
  abort: ignore
  canplay: ignore
  canplaythrough: ignore
  durationchange: ignore
  emptied: ignore
  loadeddata: ignore
  loadedmetadata: ignore
  loadstart: ignore
  progress: ignore
  stalled: ignore
  suspend: ignore
  resize: ignore
  volumechange: ignore
  cuechange: ignore
  fullscreenchange: ignore
  enterpictureinpicture: ignore
  leavepictureinpicture: ignore
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
