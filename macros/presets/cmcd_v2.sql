{#-
    CMCD version 2 (CTA-5004-A) in event mode: what a player reports to its collector, a report a row,
    keys as they are named there.
    Tried on: rows in the shape of the standard, values ours (tests/cases/players/cmcd_v2_events).
    Cannot tell: who watches; a session is a viewer. A report says the state from then on.
-#}
{% macro preset_cmcd_v2() %}
    {% set yaml %}
telemetry_columns:
  event_id: {row_hash: true}
  customer_id: sid
  title_id: cid
  session_id: sid
  event_type: {join: [e, sta]}
  event_timestamp: {from: ts, unit: ms}
  position_seconds: {from: pt, unit: ms}
  playback_rate: pr
  is_live: {from: st, values: {l: true, ll: true, v: false}}
  bandwidth_mbps: {from: ["mtp[0]", mtp], unit: kbps}
  buffering_events: ["bsa[0]", bsa]
  buffering_duration_seconds: {from: ["bsda[0]", bsda], unit: ms}
event_type_aliases:
  # The state changed, and is from now on …
  ps/s: ignore
  ps/d: ignore
  ps/p: start
  ps/k: seek_start
  ps/r: buffer_start
  ps/w: buffer_start
  ps/a: pause
  ps/q: stop
  ps/e: complete
  ps/f: error
  # … else a report of another kind says how far it is.
  t/*: heartbeat
  pr/*: heartbeat
  e/*: error
  abs/*: ad_start
  as/*: ad_start
  ae/*: ad_end
  abe/*: ad_end
  sk/*: ad_end
  "*": ignore
    {% endset %}
    {{ return(fromyaml(yaml)) }}
{% endmacro %}
