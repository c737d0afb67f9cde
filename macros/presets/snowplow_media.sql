{#-
    Snowplow media tracking, version 2 of its schemas: any player's plug-in, web and mobile.
    Tried on: a session of its dbt package's fixtures and the cases of its tracker's tests
    (tests/cases/players/snowplow_media_v2). Names of columns are those of Redshift and Postgres
    (…_2_0_0) and of the lake, Snowflake and Databricks (…_2); where BigQuery writes snake_case, set the
    paths over these.
    Cannot tell: whether it played where the playhead moved on a little through a pause. Events besides
    media are ignored.
-#}
{% macro preset_snowplow_media() %}
    {% set yaml %}
telemetry_columns:
  event_id: event_id
  customer_id: [user_id, domain_userid, network_userid]
  title_id:
    - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].label
    - contexts_com_snowplowanalytics_snowplow_media_player_2[0].label
  session_id:
    - contexts_com_snowplowanalytics_snowplow_media_session_1_0_0[0].mediaSessionId
    - contexts_com_snowplowanalytics_snowplow_media_session_1[0].mediaSessionId
    - domain_sessionid
  event_type: event_name
  event_timestamp: [derived_tstamp, collector_tstamp]
  position_seconds:
    - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].currentTime
    - contexts_com_snowplowanalytics_snowplow_media_player_2[0].currentTime
  playback_rate:
    - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].playbackRate
    - contexts_com_snowplowanalytics_snowplow_media_player_2[0].playbackRate
  is_playing:
    from:
      - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].paused
      - contexts_com_snowplowanalytics_snowplow_media_player_2[0].paused
    not: true
    only_for: [heartbeat]
  title_duration_seconds:
    from:
      - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].duration
      - contexts_com_snowplowanalytics_snowplow_media_player_2[0].duration
    null_if: 0
  is_live:
    - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].livestream
    - contexts_com_snowplowanalytics_snowplow_media_player_2[0].livestream
  quality:
    - contexts_com_snowplowanalytics_snowplow_media_player_2_0_0[0].quality
    - contexts_com_snowplowanalytics_snowplow_media_player_2[0].quality
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
  play_event: start
  pause_event: pause
  end_event: complete
  ping_event: heartbeat
  percent_progress_event: heartbeat
  playback_rate_change_event: heartbeat
  seek_start_event: seek_start
  seek_end_event: seek
  buffer_start_event: buffer_start
  buffer_end_event: buffer_end
  ad_break_start_event: ad_start
  ad_start_event: ad_start
  ad_complete_event: ad_end
  ad_skip_event: ad_end
  ad_break_end_event: ad_end
  error_event: error
  ready_event: ignore
  ad_click_event: ignore
  ad_pause_event: ignore
  ad_resume_event: ignore
  ad_first_quartile_event: ignore
  ad_midpoint_event: ignore
  ad_third_quartile_event: ignore
  quality_change_event: ignore
  volume_change_event: ignore
  fullscreen_change_event: ignore
  picture_in_picture_change_event: ignore
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
