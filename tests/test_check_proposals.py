"""What `make check` proposes, told from rows alone: paths, units, types, sessions, presets."""

import json
from typing import Any

import pytest
import yaml
from checker.event_types import NAMES, event_type_of
from checker.fields import FIELDS
from checker.matching import candidates
from checker.paths import Path, Table
from checker.presets import find_preset, read_presets, with_preset
from checker.proposal import Proposal, propose
from checker.rules import seconds_of, time_of
from checker.safe import as_yaml
from checker.units import as_seconds, as_time, epoch_unit
from hypothesis import given, settings
from hypothesis import strategies as st

Row = dict[str, Any]
# A start, a pause, a resume and an end: 110 s of the clock, 100 s of the title.
PLAYED = [("play", 0, 0), ("paused", 60, 60), ("unpause", 70, 60), ("ended", 110, 100)]
STARTED_AT = 1_741_000_000_000


def events(unit: float = 1, sessions: int = 12) -> list[Row]:
    """Sessions of a player that tells milliseconds since 1970; `unit`: what makes a second."""
    return [
        {
            "viewer_id": f"u{session % 5}",
            "media_id": f"m{session % 3}",
            "sid": f"s{session}",
            "action": action,
            "ts": STARTED_AT + 1000 * (1_000 * session + second),
            "playhead_position": position * unit,
        }
        for session in range(sessions)
        for action, second, position in PLAYED
    ]


def proposed(rows: list[Row], **said: Any) -> Proposal:
    return propose(Table.of(rows), **said)


def rules(rows: list[Row]) -> dict[str, Any]:
    """What is proposed for each field."""
    return {name: found.rule for name, found in proposed(rows).columns.items()}


def types(rows: list[Row]) -> dict[str, str | None]:
    """What is proposed for each name of an event."""
    return {name: told.event_type for name, told in proposed(rows).names.items()}


def recognised(rows: list[Row]) -> str | None:
    likeness = find_preset(read_presets(), rows)
    return likeness.preset.name if likeness else None


# ---------------------------------------------------------------------------------- paths


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4), st.integers(0, 3))
def test_a_path_reads_what_it_was_found_at(keys, depth):
    """Whatever the keys hold, written and parsed again; `depth`: how often it is JSON in text."""
    inner: Any = 7
    for key in reversed(keys):
        inner = {key: inner}
    row = inner
    for _ in range(depth):
        row = {"text": json.dumps(row)}
    (path,) = Table.of([row]).columns
    assert Path.parse(str(path)) == path
    assert path.read(row) == 7


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "player.currentTime": 1,
        "Profile Name": "P1",
        'context."https://w3id.org/x".id': "c",
        "list[0].id": "first",
        "event_params[key=video_url].value.string_value": "u",
        'event_params[key="video_url"].value.string_value': "u",
        "json(event).currentTime": 2,
        "json(json(outer).inner)[0]": 5,
        "player.nothing.at.all": None,
    }.items(),
)
def test_paths_of_the_docs(text, value):
    row = {
        "player": {"currentTime": 1},
        "Profile Name": "P1",
        "context": {"https://w3id.org/x": {"id": "c"}},
        "list": [{"id": "first"}, {"id": "second"}],
        "event_params": [{"key": "video_url", "value": {"string_value": "u"}}],
        "event": '{"currentTime": 2}',
        "outer": json.dumps({"inner": json.dumps([5])}),
    }
    path = Path.parse(text)
    assert path.read(row) == value
    assert value is None or path in Table.of([row]).columns


def test_what_would_never_end_ends():
    """Deep and wide rows: what is read of them is bounded."""
    deep: Any = 1
    for _ in range(500):
        deep = {"a": deep}
    assert Table.of([deep]).columns == {}
    assert len(Table.of([{f"k{n}": n for n in range(10_000)}]).columns) == 3_000


# ---------------------------------------------------------------------------------- names


def test_names_of_many_players():
    told_by = {
        "customer_id": ("customerId", "userId", "user_id", "viewerId", "customer", "CUSTOMER_ID"),
        "title_id": ("videoId", "contentId", "assetId", "media_id", "entryId", "video_url", "cid"),
        "session_id": (
            "sessionId",
            "media_session_id",
            "page_view_id",
            "playback_session_id",
            "sid",
        ),
        "event_type": ("eventName", "event", "type", "action", "sta", "viewEvent"),
        "event_timestamp": ("ts", "timestamp", "eventTime", "created_at", "collector_tstamp"),
        "position_seconds": ("currentTime", "playhead", "playhead_position", "pt", "viewOffset"),
        "watch_duration_seconds": ("watch_time", "secondsWatched"),
        "device_type": ("deviceType", "formFactor"),
        "device_os": ("os", "osName", "viewer_os_family"),
        "playback_rate": ("playbackRate", "playback_rate", "rate", "speed", "pr"),
        "seek_from_seconds": ("from", "oldTime", "previous_position", "seekFrom", "time-from"),
        "is_playing": ("isPlaying", "playing", "paused"),
        "is_completed": ("completed", "isFinished"),
        "is_live": ("isLive", "live"),
        "title_name": ("videoTitle", "contentName", "title_name"),
        "title_duration_seconds": ("duration", "videoDuration", "total_length"),
    }
    values = {"event_type": "play", "event_timestamp": "2025-03-03", "position_seconds": 1}
    values |= dict.fromkeys(("is_playing", "is_completed", "is_live"), False)
    for name, columns in told_by.items():
        for column in columns:
            table = Table.of([{column: values.get(name, "1")}])
            assert [each.text for each in candidates(name, table)] == [column], (name, column)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"verb": {"id": "http://adlnet.gov/expapi/verbs/completed"}}, "event_type"),
        ({"actor": {"account": {"name": "ann"}}}, "customer_id"),
        ({"Account": {"id": 7}}, "customer_id"),
        ({"viewer": {"key": 7}}, "customer_id"),
        ({"movie": {"ids": {"slug": "film"}}}, "title_id"),
        ({"payload": {"contentId": "film"}}, "title_id"),
        ({"contexts_web_page_1_0_0": [{"id": "p"}]}, "session_id"),
        ({"event_params": [{"key": "video_url", "value": {"string_value": "u"}}]}, "title_id"),
        ({"target": {"currentTime": "PT30S"}}, "position_seconds"),
    ],
)
def test_names_within_objects(row, field):
    (path,) = Table.of([row]).columns
    assert [each.path for each in candidates(field, Table.of([row]))] == [path]


def test_a_name_that_means_nothing_alone_is_no_field_within_an_object():
    """`object.definition.type` is no event type, nor is the `id` of a page an event's."""
    row = {"object": {"definition": {"type": "https://w3id.org/xapi/video/activity-type/video"}}}
    assert candidates("event_type", Table.of([row])) == []
    assert candidates("event_id", Table.of([{"page": {"id": "p"}}])) == []


def test_a_title_s_name_and_duration_are_the_same_in_all_its_rows():
    """Else they are something else: a duration that changes is the viewing's, not the title's."""
    rows = [row | {"title": f"Title {row['media_id']}", "duration": 100} for row in events()]
    told = rules(rows)
    assert (told["title_id"], told["title_name"]) == ("media_id", "title")
    assert told["title_duration_seconds"] == "duration"
    for number, row in enumerate(rows):
        row |= {"title": f"Clip {number}", "duration": number}
    assert not {"title_name", "title_duration_seconds"} & set(rules(rows))


def test_the_catalogue_tells_which_path_is_the_title():
    rows = [row | {"film": f"film-{row['media_id']}"} for row in events()]
    assert rules(rows)["title_id"] == "media_id"
    found = proposed(rows, titles=frozenset({"film-m0", "film-m1"})).columns["title_id"]
    assert (found.rule, found.why) == ("film", "the catalogue has its values")


def test_an_id_beside_the_position_is_the_title_where_nothing_is_called_one():
    rows = [
        {key: row[key] for key in ("viewer_id", "sid", "action", "ts")}
        | {"event": json.dumps({"id": row["media_id"], "currentTime": row["playhead_position"]})}
        for row in events()
    ]
    told = rules(rows)
    assert told["title_id"] == "json(event).id"
    assert told["position_seconds"] == "json(event).currentTime"
    assert "event_id" not in told


# ---------------------------------------------------------------------------------- types


@pytest.mark.parametrize(
    "event_type, names",
    {
        "start": "Video Playback Started, onPlay, STATE_PLAYING, html5_play, edx.video.played, "
        "https://w3id.org/xapi/video/verbs/played, firstFrame, PlaybackStart, play_video, Started",
        "pause": "pause, paused, videoPause, media.pauseStart, pause_video",
        "resume": "resume, unpause, video_resume, media.pauseEnd, Video Playback Resumed",
        "complete": "ended, complete, finish, video_ended, VIDEO_COMPLETE, eof, end_event, "
        "http://adlnet.gov/expapi/verbs/completed",
        "stop": "stop, exit, close, playback-exited, playbackAborted, viewend, session_end, "
        "Video Playback Interrupted, http://adlnet.gov/expapi/verbs/terminated",
        "heartbeat": "heartbeat, ping, ping_event, timeupdate, Video Content Playing, progress, "
        "video_progress, play_progress, playback heartbeat, play_heartbeat, firstQuartile, "
        "midpoint, video_25, 25%, Video 25% Complete, minute-watched, pos, ratechange",
        "seek": "seek, seeked, seek_end_event, onSeek, Video Playback Seek Completed, seek_video, "
        "rewind, fast_forward, JumpedTo, https://w3id.org/xapi/video/verbs/seeked",
        "seek_start": "seeking, seek_start_event, seekStart, Video Playback Seek Started",
        "buffer_start": "waiting, buffering, stalled, rebufferstart, STATE_BUFFERING, "
        "media.bufferStart, Video Playback Buffer Started",
        "buffer_end": "buffer_end, buffered, rebufferEnd, BufferingFinished, StallEnded, "
        "Video Playback Buffer Completed",
        "ad_start": "adStart, ad_break, adbreakstart, media.adBreakStart, Video Ad Started",
        "ad_end": "ad_end, adEnded, ad_skip, skip_ad, media.adComplete, ad_break_end_event, "
        "Video Ad Completed",
        "error": "error, playback_error, onError, playbackFailed",
        "ignore": "volumechange, volume, fullscreen_change_event, init, player_ready, "
        "loadedmetadata, quality_change, Video Quality Updated, ad_click, adFirstQuartile, "
        "media.chapterStart, http://adlnet.gov/expapi/verbs/initialized",
        None: "EVT_01, 7, 25, ad, added, page_view, purchase, library.new, -1, HE",
    }.items(),
)
def test_events_of_many_players(event_type, names):
    assert {name: event_type_of(name) for name in names.split(", ")} == dict.fromkeys(
        names.split(", "), event_type
    )


def test_canonical_names_are_themselves_but_for_play():
    told = {name: event_type_of(name) for name in NAMES}
    assert told == {name: name for name in NAMES} | {"play": "start"}
    assert event_type_of("") is event_type_of(7) is None


def test_states_by_code_are_known_where_all_are():
    rows = [row | {"state": code} for row, code in zip(events(), [1, 2, 1, 0] * 12, strict=True)]
    for row in rows:
        del row["action"]
    told = proposed(rows)
    assert told.rule("event_type") == "state"
    assert types(rows) == {"1": "start", "2": "pause", "0": "complete"}
    # `state` is a place too, and would be read as one.
    assert told.variables["telemetry_columns"]["state"] is None
    # What is no code of a known player is left to the user, and is no heartbeat.
    rows[0]["state"] = 77
    assert proposed(rows).rule("event_type") == "state"
    assert set(types(rows).values()) == {None}


def test_a_column_called_event_id_may_name_the_type():
    rows = [row | {"event_id": row["action"]} for row in events()]
    for row in rows:
        del row["action"]
    told = rules(rows)
    assert (told["event_type"], told["event_id"]) == ("event_id", {"row_hash": True})


def test_an_unknown_name_says_what_it_looks_like_and_costs():
    rows = events()
    for row in rows:
        row["action"] = {"paused": "EVT_01"}.get(row["action"], row["action"])
    rows += [row | {"action": "EVT_02", "playhead_position": None} for row in rows[:4]]
    names = proposed(rows).names
    assert names["EVT_01"].event_type is None
    assert "moves on with the clock, as at a heartbeat" in names["EVT_01"].why
    assert "lost ends" in names["EVT_01"].why
    assert names["EVT_02"].event_type == "ignore"
    assert "no row of it says where the playhead is" in names["EVT_02"].why
    for row in rows:
        if row["action"] == "EVT_01":
            row["playhead_position"] = 5000
    assert "has jumped, as at a seek. Rejected, that costs" in proposed(rows).names["EVT_01"].why
    for row in rows:
        row["action"] = row["action"].replace("ended", "EVT_03")
    assert "nothing follows it, as at a stop" in proposed(rows).names["EVT_03"].why


def test_a_seek_that_the_next_event_has_left_is_the_start_of_one():
    """By what follows: where it leaves and where it goes are told by the clock."""
    told = [("play", 0, 0), ("seek", 42, 42), ("play", 44, 300), ("pause", 84, 340)]
    rows = [
        {"user": f"u{n}", "session": f"s{n}", "event": name, "media": "v"}
        | {"time": STARTED_AT + 1000 * second, "position": position}
        for n in range(3)
        for name, second, position in told
    ]
    assert types(rows)["seek"] == "seek_start"
    for row in rows:
        if row["event"] == "seek":
            row["position"] = 300
    assert types(rows)["seek"] == "seek"


def test_a_state_told_again_and_again_is_a_heartbeat():
    told = [("PLAYING", 0, 0), ("PLAYING", 10, 10), ("PAUSED", 20, 14), ("PAUSED", 30, 14)]
    told += [("PLAYING", 40, 14), ("PLAYING", 50, 24), ("IDLE", 60, -1)]
    rows = [
        {"uid": "u", "asset": "v", "sid": "s", "ts": STARTED_AT + 1000 * second}
        | {"player": {"state": state, "pos": position}}
        for state, second, position in told
    ]
    assert types(rows) == {"PLAYING": "heartbeat", "PAUSED": "heartbeat", "IDLE": "ignore"}
    assert rules(rows)["is_playing"] == {
        "from": "player.state",
        "values": {"PLAYING": True, "PAUSED": False},
        "only_for": ["heartbeat"],
    }
    assert types(events())["play"] == "start"


@pytest.mark.parametrize("name", ["scrobble", "completed"])
def test_a_mark_after_which_it_plays_on_is_no_end(name):
    told = [("play", 0, 0), (name, 90, 90), ("stop", 99, 99)]
    rows = [
        {"user": "u", "session": "s", "event": event, "media": "v"}
        | {"time": STARTED_AT + 1000 * second, "position": position}
        for event, second, position in told
    ]
    assert types(rows)[name] == "heartbeat"
    assert rules(rows)["is_completed"] == {"from": "event", "values": {name: True}}
    del rows[-1]
    assert types(rows)[name] == {"scrobble": "stop", "completed": "complete"}[name]


def test_an_advertisement_with_a_title_of_its_own_is_left_out():
    rows = events()
    ad = rows[0] | {"action": "ad_start", "ts": STARTED_AT + 5000}
    assert types([*rows, ad])["ad_start"] == "ad_start"
    assert types([*rows, ad | {"media_id": "ad-9"}])["ad_start"] == "ignore"


def test_what_few_rows_lack_they_lack_by_mishap():
    """They are rejected, and no rule is made for them."""
    rows = [*events(), events()[0] | {"action": None}, events()[1] | {"viewer_id": None}]
    assert "" not in types(rows)
    assert rules(rows)["customer_id"] == "viewer_id"


def test_rows_without_a_type_beside_rows_with_one():
    rows = [
        row | {"action": None if row["action"] == "paused" else row["action"]} for row in events()
    ]
    assert types(rows)[""] == "heartbeat"
    for row in rows:
        if row["action"] is None:
            row["playhead_position"] = None
    assert types(rows)[""] == "ignore"


def test_rows_beside_a_viewing_are_left_out():
    rows = [row | {"ad": 0, "media_type": "movie"} for row in events()]
    rows += [rows[0] | {"ad": 1}, rows[0] | {"media_type": "track"}]
    assert proposed(rows).rows == {
        "where": {"ad": {"not": [1]}, "media_type": {"not": ["track"]}},
    }
    assert proposed(rows[:-2]).rows == {}


def test_trailers_are_no_viewing():
    rows = [row | {"kind": "TRAILER" if number == 3 else ""} for number, row in enumerate(events())]
    assert proposed(rows).rows == {"where": {"kind": None}}


# ---------------------------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("unit", "a_second"), {"s": 1, "ms": 1000, "us": 10**6, "ticks": 10**7}.items()
)
def test_the_unit_of_a_position_is_told_by_the_clock(unit, a_second):
    """Ticks are no milliseconds, nor are milliseconds below 48 h seconds."""
    rule = rules(events(a_second))["position_seconds"]
    assert rule == (
        "playhead_position" if unit == "s" else {"from": "playhead_position", "unit": unit}
    )


def test_what_moves_on_with_the_clock_is_the_position_whatever_it_is_called():
    rows = [
        {("p" if key == "playhead_position" else key): row[key] for key in row}
        for row in events(1000)
    ]
    told = proposed(rows).columns["position_seconds"]
    assert (told.rule, told.is_sure) == ({"from": "p", "unit": "ms"}, False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["PT3M14S", "PT1H", "PT0.5S"], "iso8601"),
        (["0:01:02", "1:00:00", "59:59.5"], "clock"),
        ([16.667, 33.333, 83.333], "percent"),
    ],
)
def test_positions_that_are_no_numbers_of_seconds(values, expected):
    name = "progress" if expected == "percent" else "pos"
    rows = [
        {"user": "u", "event": "play", "media": "v", "session": "s", name: value}
        | {"ts": STARTED_AT + 600_000 * number}
        for number, value in enumerate(values)
    ]
    assert rules(rows)["position_seconds"] == {"from": name, "unit": expected}


def test_lengths_of_time():
    assert as_seconds("PT3M14S", "iso8601") == 194
    assert as_seconds("1:00:01.5", "clock") == 3601.5
    assert as_seconds(30_000_000, "ticks") == 3
    assert as_seconds("three", "s") is as_seconds("3", "clock") is as_seconds(50, "percent") is None
    assert epoch_unit(1_741_000_000) == "s"
    assert epoch_unit("1741000000123") == "ms"
    assert epoch_unit("2025") is None
    assert (
        as_time(1_741_000_000) == as_time("2025-03-03T11:06:40Z") == as_time("2025-03-03 11:06:40")
    )


@pytest.mark.parametrize(("unit", "a_second"), {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}.items())
def test_times_since_1970(unit, a_second):
    rows = [row | {"ts": int(row["ts"] / 1000 * a_second)} for row in events()]
    told = proposed(rows)
    assert told.rule("event_timestamp") == {"from": "ts", "unit": unit}
    assert time_of(told.rule("event_timestamp"), told.table, 1) == STARTED_AT / 1000 + 60


def test_a_time_without_offset_is_said_to_be_read_as_utc():
    rows = [row | {"ts": "2025-03-03 12:00:00"} for row in events()]
    (note,) = proposed(rows).notes
    assert "ts has no offset and is read as UTC" in note and "time_zone" in note


def test_what_stands_for_no_position():
    rows = [
        row | {"playhead_position": -1 if row["action"] == "ended" else row["playhead_position"]}
        for row in events()
    ]
    assert rules(rows)["position_seconds"] == {"from": "playhead_position", "null_if": -1}


def test_a_title_s_duration_is_in_the_unit_in_which_it_holds_the_positions():
    milliseconds = [row | {"duration": 300_000} for row in events(1000)]
    assert rules(milliseconds)["title_duration_seconds"] == {"from": "duration", "unit": "ms"}
    seconds = [row | {"duration": 300} for row in events(1000)]
    assert rules(seconds)["title_duration_seconds"] == "duration"
    unknown = [row | {"duration": 0 if row["media_id"] == "m0" else 300} for row in events()]
    assert rules(unknown)["title_duration_seconds"] == {"from": "duration", "null_if": [0]}


# ------------------------------------------------------------------- who, what, which session


def test_the_learner_s_id_is_no_event_s():
    """It would stand for many events of one session; a number within a session stands for one."""
    rows = [{"id": row["viewer_id"]} | row for row in events()]
    told = proposed(rows)
    assert told.rule("event_id") is None
    assert told.shared_ids is not None and told.shared_ids.are_none
    numbered = [row | {"event_id": number % 4} for number, row in enumerate(events())]
    told = proposed(numbered)
    assert told.rule("event_id") == "event_id"
    assert told.shared_ids is not None and told.shared_ids.are_of_session


def test_deliveries_of_one_event_share_its_id_rightly():
    """A repeat makes no second event of it, nor does what is no event."""
    rows = [row | {"event_id": f"e{number}"} for number, row in enumerate(events())]
    again = [rows[0] | {"playhead_position": 7}, rows[1] | {"action": "volume"}]
    assert proposed([*rows, *again]).shared_ids is None
    shared = proposed([*rows, rows[0] | {"action": "paused"}]).shared_ids
    assert shared is not None
    assert (shared.shared_count, shared.event_count) == (1, 2)
    assert shared.differences == {"event_type": ("pause", "start")}


def test_a_session_counts_as_the_viewer_where_none_is_named():
    rows = [{key: value for key, value in row.items() if key != "viewer_id"} for row in events()]
    assert rules(rows)["customer_id"] == rules(rows)["session_id"] == "sid"


def test_a_session_counts_as_the_viewer_where_one_is_not_logged_in():
    rows = [
        row | {"viewer_id": None if row["sid"] == "s3" else row["viewer_id"]} for row in events()
    ]
    assert rules(rows)["customer_id"] == ["viewer_id", "sid"]


def test_an_object_in_some_rows_is_its_id_in_others():
    rows = [
        row | {"actor": row["viewer_id"] if number % 2 else {"id": row["viewer_id"]}}
        for number, row in enumerate(events())
    ]
    for row in rows:
        del row["viewer_id"]
    assert rules(rows)["customer_id"] == ["actor.id", "actor"]


def test_a_session_of_an_app_is_not_a_viewer_s():
    rows = [row | {"session_id": "app", "mediaSessionId": row["sid"]} for row in events()]
    for row in rows:
        del row["sid"]
    assert rules(rows)["session_id"] == "mediaSessionId"


@pytest.mark.parametrize(("heartbeats", "seconds"), [(True, 1800), (False, 14400)])
def test_a_gap_ends_a_session_where_none_is_named(heartbeats, seconds):
    rows = [{key: value for key, value in row.items() if key != "sid"} for row in events()]
    if heartbeats:
        rows.append(rows[0] | {"action": "ping", "ts": STARTED_AT + 9000, "playhead_position": 9})
    assert rules(rows)["session_id"] == {"gap_seconds": seconds}


def test_what_only_the_first_row_names_is_carried_forward():
    rows = events()
    for row in rows:
        if row["action"] != "play":
            row["payload"] = {}
        else:
            row["payload"] = {"contentId": row["media_id"], "userId": row["viewer_id"]}
        del row["media_id"], row["viewer_id"]
    told = rules(rows)
    assert told["customer_id"] == {"from": "payload.userId", "carry_forward": True}
    assert told["title_id"] == {"from": "payload.contentId", "carry_forward": True}
    assert told["session_id"] == "sid"


# ------------------------------------------------------------------------- spans and plays


def test_a_range_that_was_played_is_a_span():
    rows = [
        {"event": "engaged", "user": "u", "video": "v", "session": "s", "time": STARTED_AT + at}
        | {"range": f"{start}..{end}", "viewed": end - start + 1}
        for at, start, end in [(10_000, 0, 9), (20_000, 10, 19), (24_000, 20, 23), (39_000, 0, 9)]
    ]
    rows.insert(0, rows[0] | {"event": "video_view", "range": None, "time": STARTED_AT})
    told = rules(rows)
    assert types(rows) == {"engaged": "span", "video_view": "ignore"}
    assert told["position_seconds"] == {"from": "range", "range": "start"}
    assert told["end_position_seconds"]["range"] == "end"
    # A row comes at the end of what it says.
    assert told["ended_at"] == {"from": "time", "unit": "ms"}
    assert told["event_timestamp"]["unit"] == "ms" and "minus" in told["event_timestamp"]


def test_segments_are_spans_and_the_seeks_between_them_say_nothing_new():
    rows = [
        {
            "user": "u",
            "media": "v",
            "type": kind,
            "sent": STARTED_AT + at,
            "start": start,
            "end": end,
        }
        for kind, at, start, end in [
            ("segment", 10_000, 0, 10_000),
            ("segment", 12_486, 10_000, 12_486),
            ("seek", 12_486, 12_486, 3_977),
            ("segment", 13_800, 3_977, 5_291),
        ]
    ]
    assert types(rows) == {"segment": "span", "seek": "ignore"}
    told = proposed(rows)
    assert told.rule("end_position_seconds") == {"from": "end", "unit": "ms"}
    assert time_of(told.rule("event_timestamp"), told.table, 0) == STARTED_AT / 1000


def test_rows_of_a_viewing_each_are_plays():
    rows = [
        {"user": "u", "title": "v", "view_start": "2025-03-04T10:00:00Z", "playing_time": 530_000}
        | {"view_end": "2025-03-04T10:10:00Z", "rebuffer_duration": 10_000, "rebuffer_count": 2},
    ]
    told = rules(rows)
    assert told["event_type"] == {"constant": "play"}
    assert (told["event_timestamp"], told["ended_at"]) == ("view_start", "view_end")
    assert told["watched_seconds"] == {"from": "playing_time", "unit": "ms"}
    assert told["buffering_duration_seconds"] == {"from": "rebuffer_duration", "unit": "ms"}
    assert "position_seconds" not in proposed(rows).missing


def test_play_is_a_start_unless_it_alone_says_what_was_watched():
    rows = [row | {"watched_seconds": 60 if row["action"] == "play" else None} for row in events()]
    assert types(rows)["play"] == "play"
    for row in rows:
        row["watched_seconds"] = 60
    assert types(rows)["play"] == "start"


def test_a_list_in_a_row_whose_elements_were_played():
    segments = [{"start_point": 0, "end_point": 60, "at": STARTED_AT}]
    segments.append({"start_point": 40, "end_point": 100, "at": STARTED_AT + 100_000})
    rows = [
        {"user": "u", "video": "v", "watched": segments},
        {"user": "w", "video": "v", "watched": []},
    ]
    told = proposed([*rows, rows[0] | {"user": "x"}])
    assert told.rows == {"each": "watched"}
    assert told.rule("event_type") == {"constant": "span"}
    assert told.rule("position_seconds") == "watched.start_point"
    assert told.rule("event_timestamp") == {"from": "watched.at", "unit": "ms"}


def test_reports_of_what_played_since_the_one_before():
    """Stamped at their end, with their own stalls in their length; counters are a row's own."""
    rows = [
        {"user_id": "u", "url": "v", "duration": 30_000, "position": position, "rebuf_count": count}
        | {"rebuf_duration": stall, "received_at": STARTED_AT + 30_000 * number}
        for number, (position, count, stall) in enumerate(
            [(30_000, 0, 0), (56_000, 2, 4000), (80_000, 1, 6000), (110_000, 0, 0)]
        )
    ]
    told = proposed(rows)
    assert told.rule("event_type") == {"constant": "play"}
    assert seconds_of(told.rule("watched_seconds"), told.table, 1) == 26
    assert time_of(told.rule("event_timestamp"), told.table, 1) == STARTED_AT / 1000
    assert told.rule("ended_at") == {"from": "received_at", "unit": "ms"}
    assert told.rule("buffering_events") == {"from": "rebuf_count", "per_row": True}


def test_a_counter_that_goes_on_and_on_is_no_row_s_own():
    rows = [row | {"rebufferCount": number % 4} for number, row in enumerate(events())]
    assert rules(rows)["buffering_events"] == "rebufferCount"


# -------------------------------------------------------------------------- what may be missing


def test_paused_is_the_negation_of_is_playing_and_counts_of_heartbeats():
    rows = [row | {"isPaused": row["action"] == "paused"} for row in events()]
    assert "is_playing" not in rules(rows)
    rows.append(rows[0] | {"action": "ping", "ts": STARTED_AT + 9000, "playhead_position": 9})
    told = rules(rows)["is_playing"]
    assert told == {"from": "isPaused", "only_for": ["heartbeat"], "not": True}


def test_devices_outside_the_four_are_mapped_or_said():
    devices = ["Desktop", "iPhone", "Smart TV", "Fridge"] * 12
    rows = [row | {"deviceType": each} for row, each in zip(events(), devices, strict=True)]
    told = proposed(rows)
    assert told.rule("device_type") == {
        "from": "deviceType",
        "values": {"Desktop": "web", "Smart TV": "tv", "iPhone": "mobile"},
    }
    assert any("Fridge is none of mobile, tablet, tv, web" in note for note in told.notes)


def test_where_a_seek_left_counts_of_seeks():
    rows = events()
    for row in rows:
        if row["action"] == "unpause":
            row |= {"action": "seeked", "oldTime": 60, "playhead_position": 10}
    assert rules(rows)["seek_from_seconds"] == "oldTime"
    for row in rows:
        row["oldTime"] = 60
    assert rules(rows)["seek_from_seconds"] == {"from": "oldTime", "only_for": ["seek"]}


def test_shares_and_rates_have_units():
    rows = [row | {"completion": row["playhead_position"] / 100} for row in events()]
    assert rules(rows)["completion_percentage"] == {"from": "completion", "unit": "ratio"}
    rows = [row | {"bandwidth": 5_000_000, "speed": "1.5x"} for row in events()]
    assert rules(rows)["bandwidth_mbps"] == {"from": "bandwidth", "unit": "bps"}
    assert rules(rows)["playback_rate"] == {"from": "speed", "values": {"1.5x": 1.5}}


# -------------------------------------------------------------------------------- presets


def test_every_preset_is_read():
    presets = read_presets()
    assert len(presets) > 20
    assert all(preset.columns for preset in presets)


def test_names_of_columns_alone_make_no_preset():
    assert recognised(events()) is None
    rows = [{"user": 1, "media": 2, "session": 3, "event_id": "play", "time": 4}]
    assert recognised(rows * 5) is None


def test_an_event_that_a_preset_does_not_know_is_mapped_over_it():
    rows = [
        {
            "type": "track",
            "userId": "u",
            "event": name,
            "timestamp": f"2025-03-04T10:00:{second:02}Z",
        }
        | {"properties": {"session_id": "s", "position": second, "asset_id": "v"}}
        for second, name in enumerate(["Video Playback Started", "Video Content Playing"] * 5)
    ]
    likeness = find_preset(read_presets(), rows)
    assert likeness is not None
    told = with_preset(likeness, proposed(rows), {}, {})
    assert told.variables == {"preset": "segment_video"}
    assert any("2 of the 2 names of events" in why for why in told.preset_why)
    told = with_preset(likeness, proposed(rows), {"title_id": "x"}, {"App Opened": "ignore"})
    assert told.variables == {
        "preset": "segment_video",
        "telemetry_columns": {"title_id": "x"},
        "event_type_aliases": {"App Opened": "ignore"},
    }


# ------------------------------------------------------------------------------- any rows

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["play", "pause", "PT1M", "0:01", "10..19", "2025-03-04T10:00:00Z", "-1"])
    | st.sampled_from([1_741_082_400, 1_741_082_400_000, "{}", '{"id": 1}', "[1, 2]"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "start", "end", "key", "value"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
COLUMNS = sorted({name for each in FIELDS for name in each.also.split()} | {"", "a.b", "segments"})
ROWS = st.lists(st.dictionaries(st.sampled_from(COLUMNS), VALUES, max_size=8), max_size=6)


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_whatever_rows_hold_something_is_proposed(rows):
    told = proposed(rows)
    assert yaml.safe_load(as_yaml(told.variables)) == json.loads(json.dumps(told.variables))
    recognised(rows)
