"""The five-minute path: any files, one command, variables that build."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import check_data
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from checker import trial
from checker.event_types import NAMES, event_type_of
from checker.fields import FIELDS
from checker.files import InputError, take_sample
from checker.ids import find_shared_ids
from checker.names import Columns, propose_columns
from checker.proposal import Proposal, propose
from checker.trial import Rejection, Verdict, try_out
from checker.units import as_time, epoch_unit, find_repairs, flattened
from conftest import ROOT, run_forked, write_ndjson
from foreign import foreign_rows, readme_variables, write_foreign
from typer.testing import CliRunner

APP = check_data.typer.Typer()
APP.command()(check_data.main)
# A start, a pause, a resume and an end: 160 s of the clock, 100 s of the title.
PLAYED = [("play", 0, 0), ("paused", 60, 60), ("unpause", 70, 60), ("ended", 110, 100)]


def told(*arguments: Any) -> tuple[int, str]:
    """The exit code and what was printed, stdout before stderr."""
    done = CliRunner().invoke(APP, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    if isinstance(done.exception, SystemExit) and isinstance(done.exception.code, str):
        return 1, done.exception.code
    return done.exit_code, done.output


def variables_of(printed: str) -> dict[str, Any]:
    """The YAML between the heading and what comes next."""
    return yaml.safe_load(printed.split("under vars:")[1].split("Next\n")[0])


def events(milliseconds: bool = False) -> list[dict[str, Any]]:
    """Twelve sessions of a player that tells epochs, its positions in seconds or milliseconds."""
    unit = 1000 if milliseconds else 1
    return [
        {
            "viewer_id": f"u{session % 5}",
            "media_id": f"m{session % 3}",
            "sid": f"s{session}",
            "action": action,
            "ts": 1_741_000_000_000 + 1000 * (1_000 * session + second),
            "playhead_position": position * unit,
        }
        for session in range(12)
        for action, second, position in PLAYED
    ]


def numbered(sessions: int = 3, rows: int = 4) -> list[dict[str, Any]]:
    """Sessions of a player that numbers its events, each from 1."""
    return [
        row | {"event_id": 1 + number % 4, "ts": f"2025-03-03T12:{number:02}:00Z"}
        for number, row in enumerate(events()[: 4 * sessions])
        if number % 4 < rows
    ]


def proposed(rows: list[dict[str, Any]], **types: str) -> Proposal:
    return propose(rows, Columns.of(rows), {}, types)


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial's dbt is forked, as every test's."""
    monkeypatch.setattr(trial, "subprocess", SimpleNamespace(run=run_forked))


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check without its trial, which takes seconds."""
    monkeypatch.setattr(check_data, "try_out", lambda *_: Verdict(1, 0, [], 0, 0, 1))


def write_lines(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_foreign_schema_is_mapped_and_tried(builds):
    """The README's source as Parquet; as NDJSON it is in the test of docs/your-data.md."""
    path = write_foreign(builds("foreign"), "parquet")
    code, printed = told(path)
    assert code == 0, printed
    assert "would accept 8 of these 8 rows (100.0%)" in printed
    source = {"telemetry_path": str(path), "telemetry_format": "parquet", "titles_path": ""}
    # With these, test_inputs builds every mart.
    assert variables_of(printed) == readme_variables() | source


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, with what `make` sets up."""
    names = ("models", "macros", "seeds", "tests", "analyses", "scripts", "docs")
    for name in names:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def test_the_five_minutes_of_the_docs(project):
    """Each command of docs/your-data.md, on a foreign schema, in a fresh project."""
    rows = foreign_rows()
    landed = [(datetime(2025, 3, 3, 12 + n % 2), json.dumps(row)) for n, row in enumerate(rows)]
    write_ndjson(project / "path/to/events", landed)
    text = (project / "docs/your-data.md").read_text()
    steps = [block.split("```")[0] for block in text.split("```bash\n")[1:]]
    assert [step.split()[0] for step in steps] == ["make", ".venv/bin/dbt", ".venv/bin/python"]
    check = steps[0].replace("make check DATA=", ".venv/bin/python scripts/check_data.py ")
    environment = {name: value for name, value in os.environ.items() if name[:4] != "DBT_"}
    environment |= {"PLAYHEAD_DUCKDB_PATH": "playhead.duckdb"}
    # They know no lake, and test_pipeline.py runs them.
    environment |= {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"}

    def run(step: str) -> str:
        return subprocess.run(
            ["bash", "-ec", step],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    printed = run(check)
    assert printed.rstrip().endswith(steps[1].strip())
    # Pasted as the heading says: over the lines of the same names, under `vars:`.
    path = project / "dbt_project.yml"
    pasted = printed.split("under vars:\n\n")[1].split("\nNext")[0]
    for name in variables_of(printed):
        replaced, count = re.subn(rf"(?m)^  {name}:.*\n", "", path.read_text())
        assert count == 1
        path.write_text(replaced)
    path.write_text(path.read_text().replace("\nvars:\n", f"\nvars:\n{pasted}\n"))
    assert "Completed successfully" in run(steps[1])
    assert "310.000" in run(steps[2])


def test_units_and_objects_are_said_and_the_printed_command_mends_them(tmp_path, monkeypatch):
    """Epoch times, milliseconds and nested fields, in the lake layout: rewritten, then fine."""
    rows = [
        {"userId": row["viewer_id"], "event": row["action"], "timestamp": row["ts"]}
        | {
            "properties": {
                "position": row["playhead_position"],
                "content_asset_id": row["media_id"],
            }
        }
        | {"context": {"session_id": row["sid"]}}
        for row in events(milliseconds=True)
    ]
    landed = [(datetime(2025, 3, 3, 11 + n % 2), json.dumps(row)) for n, row in enumerate(rows)]
    lake = write_ndjson(tmp_path / "lake", landed)
    code, printed = told(lake)
    assert code == 1
    assert "Required, and not found: title_id, session_id, position_seconds" in printed
    assert "timestamp holds epoch milliseconds" in printed
    assert "it advances by 1,000 a second" in printed
    assert "properties.content_asset_id is inside an object" in printed
    assert "Paste over" not in printed
    command = printed.split("reads as it is:\n")[1].split("\nThen:")[0]
    command = command.replace(".venv/bin/python", sys.executable)
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    code, printed = told("data/rewritten")
    assert code == 0, printed
    assert "would accept 48 of these 48 rows (100.0%)" in printed
    assert "late events" not in printed, "the partitions were lost"
    (table,) = [pq.read_table(path) for path in list(Path("data/rewritten").rglob("*.parquet"))[:1]]
    assert max(table["position_seconds"].to_pylist()) == 100


@pytest.mark.parametrize("milliseconds", [False, True])
def test_milliseconds_are_told_by_the_clock_even_below_48_hours(milliseconds):
    rows = events(milliseconds)
    matches = propose_columns(Columns.of(rows), {})
    columns = {name: match.column for name, match in matches.items()}
    fields = [repair.field for repair in find_repairs(rows, columns, {})]
    assert ("position_seconds" in fields) == milliseconds
    assert "event_timestamp" in fields


def test_garbage_costs_itself(tmp_path):
    """Lines that are nothing, files that are empty: counted by the pipeline's own rule."""
    rows = [row | {"ts": "2025-03-03T11:06:40Z"} for row in events()]
    rows[0] = rows[0] | {"playhead_position": -1}
    rows[1] = rows[1] | {"ts": "yesterday"}
    rows[2] = rows[2] | {"viewer_id": None}
    path = write_lines(tmp_path / "a.json", [*rows, [1], 7, "text", None])
    with path.open("ab") as file:
        file.write(b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\n")
        file.write(b'{"cut": \n\xff\xfe\x00\n\n{"viewer_id": "[red]"}\n')
    (tmp_path / "empty.json").write_text("")
    code, printed = told(tmp_path)
    assert code == 0, printed
    assert "would accept 45 of these 56 rows" in printed
    for line in (
        "6 × unparseable",
        "1 × invalid_position",
        "1 × invalid_timestamp",
        "2 × missing_customer_id",
        "1 × missing_title_id",
        'playhead_position -1 in {"viewer_id"',
        'ts "yesterday" in {"viewer_id"',
    ):
        assert line in printed


def test_the_user_has_the_last_word(tmp_path, monkeypatch):
    """--columns and --events over the proposal; ambiguity is shown; all rejected is not fine."""
    rejections = [Rejection("invalid_timestamp", 8, "a [line]", "a.json")]
    monkeypatch.setattr(check_data, "try_out", lambda *_: Verdict(40, 2, rejections, 0, 0, 1))
    rows = [row | {"created_at": "2025-03-03T11:06:40Z", "ts": "never"} for row in events()]
    rows = [row | {"account_id": "a"} for row in rows]
    path = write_lines(tmp_path / "more events.jsonl", rows)
    saved = tmp_path / "vars.yml"
    code, printed = told(
        path, "--columns", "customer_id=account_id", "--events", "ended=stop", "--save", saved
    )
    assert code == 0, printed
    variables = yaml.safe_load(saved.read_text())
    assert variables == variables_of(printed)
    assert variables["telemetry_columns"] == {
        "customer_id": "account_id",
        "title_id": "media_id",
        "session_id": "sid",
        "event_type": "action",
        "event_timestamp": "created_at",
        "position_seconds": "playhead_position",
    }
    assert variables["event_type_aliases"]["ended"] == "stop"
    assert "you said so; or" in printed
    assert "viewer_id?" in printed
    assert "would accept 40 of these 50 rows (80.0%)" in printed
    assert "2 × ignored: neither events nor rejected" in printed
    assert "8 × invalid_timestamp: created_at is missing, not ISO 8601" in printed
    monkeypatch.setattr(check_data, "try_out", lambda *_: Verdict(0, 0, rejections, 0, 0, 1))
    code, printed = told(path, "--columns", "event_timestamp=ts")
    assert code == 1
    assert "would accept 0 of these 8 rows (0.0%)" in printed


def test_what_is_wrong_is_one_line(tmp_path):
    rows = events()
    write_lines(tmp_path / "good" / "a.json", rows)
    (tmp_path / "array.json").write_text(json.dumps(rows, indent=1))
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "plain.json.gz").write_text(json.dumps(rows[0]))
    (tmp_path / "broken.parquet").write_text("not Parquet")
    (tmp_path / "empty.json").write_text("\n")
    (tmp_path / "other.log").write_text("x")
    for arguments, words in {
        ("nowhere",): "nowhere: give a folder, a file or a glob such as",
        ("array.json",): "array.json is a JSON array, and Playhead reads an object a line; make",
        ("a.csv",): "a.csv is CSV, which Playhead does not read; make Parquet of it",
        ("plain.json.gz",): "plain.json.gz cannot be read (Not a gzipped file",
        ("broken.parquet",): "broken.parquet cannot be read (Parquet magic bytes not found",
        ("empty.json",): "hold no rows",
        ("other.log",): "only files that end with .log: give --format and a glob",
        ("good", "--columns", "title=media_id"): "--columns has an unknown key, title; use one of",
        ("good", "--columns", "title_id=mediaId"): "from mediaId, which no sampled row has; there",
        ("good", "--columns", "title_id"): "--columns has 'title_id': give key=value",
        ("good", "--events", "play=begin"): "--events maps play to 'begin': map it to one of start",
    }.items():
        code, printed = told(tmp_path / arguments[0], *arguments[1:])
        assert code == 1, arguments
        assert words in printed, (arguments, printed)
        assert len(printed.strip().splitlines()) == 1, printed


def test_what_dbt_stops_at_is_one_line_too(tmp_path):
    """The pipeline's own check of the catalogue, in its own words."""
    path = write_lines(tmp_path / "a.json", foreign_rows())
    (tmp_path / "titles.csv").write_text("title_id,title_name\nv-1,One\n")
    code, printed = told(path, "--titles", tmp_path / "titles.csv")
    assert code == 1
    assert "titles.csv has no column duration_seconds: give it title_id and" in printed
    assert len(printed.strip().splitlines()) == 1, printed


def test_the_sample_is_spread_over_the_lake(tmp_path):
    """First and last file are in it, rows come in shares, partitions are kept."""
    lake = tmp_path / "lake"
    hours = [datetime(2025, 3, day, hour) for day in range(1, 11) for hour in range(24)]
    row = events()[0]
    write_ndjson(lake, [(hour, json.dumps(row)) for hour in hours for _ in range(30)])
    sample = take_sample(str(lake), None, 100, tmp_path / "sample")
    assert sample.line_count == 100
    files = sorted(sample.origins.values())
    assert "day=01/hour=00" in files[0]
    assert "day=10/hour=23" in files[-1]
    assert len(files) == 20
    assert all(re.search(r"day=\d\d/hour=\d\d/", copy) for copy in sample.origins)
    with pytest.raises(InputError, match="hold no rows"):
        take_sample(str(write_lines(tmp_path / "none.json", [])), None, 9, tmp_path / "none")


def test_names_of_many_players():
    told_by = {
        "customer_id": ("customerId", "userId", "user_id", "viewerId", "customer", "CUSTOMER_ID"),
        "title_id": ("videoId", "contentId", "assetId", "media_id", "title", "TitleID"),
        "session_id": ("sessionId", "session", "playback_session_id", "sid"),
        "event_type": ("eventName", "event", "type", "action"),
        "event_timestamp": ("ts", "timestamp", "eventTime", "created_at", "collector_tstamp"),
        "position_seconds": ("currentTime", "playhead", "playhead_position", "position", "pos"),
        "watch_duration_seconds": ("watch_time", "secondsWatched"),
        "device_type": ("deviceType", "platform"),
        "device_os": ("os", "osName"),
        "playback_rate": ("playbackRate", "playback_rate", "rate", "speed", "playbackSpeed"),
        "seek_from_seconds": ("from", "oldTime", "previous_position", "seekFrom", "time-from"),
        "is_playing": ("isPlaying", "playing"),
        "is_completed": ("completed", "isFinished"),
        "is_live": ("isLive", "live"),
        "title_name": ("videoTitle", "contentName", "title_name"),
        "title_duration_seconds": ("duration", "videoDuration", "total_length"),
    }
    values = {"event_type": "play", "event_timestamp": "2025-03-03", "position_seconds": 1}
    values |= dict.fromkeys(("is_playing", "is_completed", "is_live"), False)
    for name, columns in told_by.items():
        for column in columns:
            rows = [{column: values.get(name, "1")}]
            assert propose_columns(Columns.of(rows), {})[name].column == column, column
    names = Counter(
        event_type_of(name)
        for name in ("video_play", "play", "playing", "start", "Video Playback Started", "onPlay")
    )
    assert names == {"start": 6}


@pytest.mark.parametrize(
    "event_type, names",
    {
        "start": "Video Playback Started, onPlay, STATE_PLAYING, html5_play, edx.video.played, "
        "https://w3id.org/xapi/video/verbs/played, firstFrame",
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
        "rewind, fast_forward, https://w3id.org/xapi/video/verbs/seeked",
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


def test_a_title_s_name_and_duration_are_the_same_in_all_its_rows():
    """Else they are something else: a duration that changes is the viewing's, not the title's."""
    rows = [row | {"title": f"Title {row['media_id']}", "duration": 100} for row in events()]
    matches = proposed(rows).matches
    assert matches["title_id"].column == "media_id"
    assert matches["title_name"].column == "title"
    assert matches["title_duration_seconds"].column == "duration"
    for number, row in enumerate(rows):
        row |= {"title": f"Clip {number}", "duration": number}
    assert not {"title_name", "title_duration_seconds"} & set(proposed(rows).matches)
    assert propose_columns(Columns.of([{"title": "T"}]), {})["title_id"].column == "title"


def test_a_duration_in_milliseconds_is_said_and_not_read(tmp_path, untried):
    rows = [row | {"ts": "2025-03-03T12:00:00Z", "duration": 300_000} for row in events()]
    code, printed = told(write_lines(tmp_path / "a.json", rows))
    assert code == 0, printed
    assert "title_duration_seconds: duration looks like milliseconds" in printed
    assert "title_duration_seconds" not in variables_of(printed)["telemetry_columns"]


def test_rows_that_state_what_was_played():
    """`play` is such a row where it alone has seconds watched; then their columns count."""
    start = {"type": "play", "endTime": "2025-03-03T12:00:00Z", "end": 9}
    assert proposed([start]).event_types == {"play": "start"}
    assert "ended_at" not in proposed([start]).matches
    rows = [start | {"watched_seconds": 60}, {"type": "pause"}]
    told_by = {name: match.column for name, match in proposed(rows).matches.items()}
    assert proposed(rows).event_types == {"play": "play", "pause": "pause"}
    assert told_by["watched_seconds"] == "watched_seconds"
    assert told_by["ended_at"] == "endTime"
    assert told_by["end_position_seconds"] == "end"
    rows[1]["watched_seconds"] = 60
    assert proposed(rows).event_types["play"] == "start", "a counter of all rows"
    assert "watched_seconds" in {match.column for match in proposed(rows).matches.values()}
    assert proposed([{"type": "view", "playDuration": 60}], view="play").matches["watched_seconds"]


def test_what_a_rejected_event_costs_is_said(tmp_path, untried):
    rows = [row | {"ts": "2025-03-03T12:00:00Z"} for row in events()]
    path = write_lines(tmp_path / "a.json", rows)
    _, printed = told(path)
    assert "What a rejected event costs" not in printed
    path = write_lines(path, [*rows, rows[0] | {"action": "EVT_01"}])
    _, printed = told(path)
    printed = " ".join(re.sub("[│─]", " ", printed).split())
    assert "EVT_01 – 1 rejected as unknown_event_type" in printed
    costs = printed.split("What a rejected event costs")[1].split("Missing, and")[0]
    for words in ("heartbeat lost ends:", "replays, and what was watched before a jump back"):
        assert words in costs
    assert set(re.findall(r"\w+", costs)) >= {*NAMES} - {"span", "play", "ignore"}
    _, printed = told(path, "--events", "EVT_01=ignore")
    assert "What a rejected event costs" not in printed
    assert "neither an event nor rejected" in printed


def test_events_of_every_type_are_tried(tmp_path):
    """Accepted, ignored and rejected are all that was read."""
    names = [
        *["play", "timeupdate", "seeking", "seeked", "waiting", "buffer_end"],
        *["ad_break", "ad_skip", "videoError", "paused", "resume", "playbackAborted", "ended"],
        *["volume", "fullscreenchange", "EVT_01"],
    ]
    rows = [
        events()[0]
        | {"action": name, "ts": f"2025-03-03T12:00:{second:02}Z", "playbackRate": 1.5}
        | {"oldTime": 7, "playing": "true"}
        for second, name in enumerate(names)
    ]
    rows.append(rows[1] | {"playhead_position": None})
    del rows[8]["playhead_position"]
    path = write_lines(tmp_path / "a.json", rows)
    code, printed = told(path)
    assert code == 0, printed
    assert "would accept 13 of these 17 rows (76.5%)" in printed
    assert "2 × ignored: neither events nor rejected" in printed
    assert "1 × unknown_event_type: action is no event that is mapped" in printed
    assert 'action "EVT_01" in {"viewer_id"' in printed
    assert f"in {path}" in printed
    assert "1 × invalid_position: playhead_position is missing where the event needs one" in printed
    variables = variables_of(printed)
    assert variables["event_type_aliases"]["volume"] == "ignore"
    assert variables["event_type_aliases"]["timeupdate"] == "heartbeat"
    columns = variables["telemetry_columns"]
    assert columns["playback_rate"] == "playbackRate"
    assert columns["seek_from_seconds"] == "oldTime"
    assert columns["is_playing"] == "playing"


@pytest.mark.parametrize("telemetry_format", ["ndjson", "parquet"])
def test_an_id_may_be_left_out(tmp_path, untried, telemetry_format):
    """Rows of one id, one of them repeated: the pipeline then has a hash of each."""
    path = tmp_path / f"a.{telemetry_format.replace('nd', '')}"
    rows = numbered(1, 1) * 3
    rows[1] = rows[1] | {"playhead_position": 7}
    if telemetry_format == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        write_lines(path, rows)
    code, printed = told(path, "--columns", "event_id=none")
    assert code == 0, printed
    try_out(variables_of(printed), tmp_path)
    with duckdb.connect(str(tmp_path / "playhead.duckdb"), read_only=True) as connection:
        ids = connection.sql("select event_id from staging.stg_telemetry__events").fetchall()
    assert len(ids) == 3
    assert len({event_id for (event_id,) in ids}) == 2
    assert all(len(event_id) == 32 for (event_id,) in ids)


def test_ids_that_stand_for_several_events_are_said(tmp_path, untried):
    """Numbers within a session may stay; of what is no event's id, a guess is taken back."""
    path = write_lines(tmp_path / "a.json", numbered())
    code, printed = told(path)
    assert code == 0, printed
    said = " ".join(printed.split("One id, several events")[1].split("Missing")[0].split())
    assert "4 of the 4 ids in event_id stand for several events, 12 in all." in said
    assert "1: viewer_id is u0, and u1" in said
    assert "1: ts is 2025-03-03T12:00:00Z, and 2025-03-03T12:04:00Z" in said
    assert "leave the ids out with --columns event_id=none: a hash of each row" in said
    assert "live with it" in said and "An id alone is not trusted" in said
    assert "let them stay" in said
    assert "duplicate" not in printed
    _, printed = told(path, "--columns", "event_id=none")
    assert "One id, several events" not in printed
    assert variables_of(printed)["telemetry_columns"]["event_id"] == "none"
    # The viewer's own id.
    rows = [{"id": row["viewer_id"]} | row for row in numbered()]
    for row in rows:
        del row["event_id"]
    path = write_lines(path, rows)
    _, printed = told(path)
    assert "3 of the 3 ids in id stand for several events, 12 in all." in printed
    assert "So id is left out" in printed
    assert "event_id" not in variables_of(printed)["telemetry_columns"]
    _, printed = told(path, "--columns", "event_id=id")
    assert "better leave them out" in " ".join(printed.split())
    assert variables_of(printed)["telemetry_columns"]["event_id"] == "id"


def test_deliveries_of_one_event_share_its_id_rightly():
    """Another spelling of the time, and what is no event, make no second event of it."""
    columns = {"event_id": "event_id", "event_type": "action", "event_timestamp": "ts"}
    (row,) = numbered(1, 1)
    again = row | {"ts": "2025-03-03T13:00:00+01:00", "playhead_position": 7}
    rows = [row, again, row | {"action": "volume"}, row | {"action": "EVT_01"}]
    types = {"play": "start", "paused": "pause", "volume": "ignore"}
    assert find_shared_ids(rows, columns, types) is None
    shared = find_shared_ids([*rows, row | {"action": "paused"}], columns, types)
    assert (shared.id_count, shared.shared_count, shared.event_count) == (1, 1, 2)
    assert shared.differences == {"action": ("play", "paused")}
    blank = [row | {"event_id": None}, row | {"event_id": " ", "action": "paused"}]
    assert find_shared_ids(blank, columns, types) is None


def test_names_that_nobody_knows_are_still_proposed():
    """A required field takes a column of its name, whatever its values, unless they are objects."""
    rows = [{"event": "EVT_01", "ts": "never", "session": {"id": "s"}, "pos": "0:01:02"}]
    matches = propose_columns(Columns.of(rows), {})
    columns = {name: match.column for name, match in matches.items()}
    assert columns == {"event_type": "event", "event_timestamp": "ts", "position_seconds": "pos"}
    (repair,) = find_repairs(rows, columns, {})
    assert repair.words == "pos is a clock (0:01:02): Playhead takes seconds"


def test_times_and_objects():
    assert epoch_unit(1_741_000_000) == "seconds"
    assert epoch_unit("1741000000123") == "milliseconds"
    assert epoch_unit("2025") is None
    assert (
        as_time(1_741_000_000) == as_time("2025-03-03T11:06:40Z") == as_time("2025-03-03 11:06:40")
    )
    assert flattened({"a": {"b": {"c": 1}, "d": 2}, "e": 3}) == {("a", "d"): 2, ("a", "b", "c"): 1}


def test_the_fields_are_those_of_the_pipeline():
    macro = (ROOT / "macros/settings/telemetry_fields.sql").read_text()
    canonical = re.findall(r"'(\w+)': '", macro)
    assert [field.name for field in FIELDS] == canonical
    check = (ROOT / "macros/dialect/check_inputs.sql").read_text()
    required = re.findall(r"'(\w+)'", check.split("macro required_fields()")[1].split("]")[0])
    assert [field.name for field in FIELDS if field.is_required] == required
    macro = (ROOT / "macros/mapping/event_types.sql").read_text()
    types = re.findall(r"'(\w+)'", macro)
    assert types == list(NAMES)


def test_parquet_with_binary_text(tmp_path):
    """What Hadoop's older writers call text."""
    table = pa.Table.from_pylist(foreign_rows())
    at = table.schema.get_field_index("eventName")
    table = table.set_column(at, "eventName", table.column(at).cast(pa.binary()))
    pq.write_table(table, tmp_path / "a.parquet")
    sample = take_sample(str(tmp_path), None, 100, tmp_path / "sample")
    assert sample.rows[0]["eventName"] == "video_play"
