"""The five-minute path: any files, one command, variables that build."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
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
from checker.event_types import NAMES
from checker.fields import FIELDS
from checker.files import InputError, take_sample
from checker.paths import Path as RowPath
from checker.safe import as_yaml, for_shell, shown
from checker.trial import Rejection, Verdict, try_out
from conftest import ROOT, run_forked, write_ndjson
from foreign import foreign_rows, readme_variables, write_foreign
from hypothesis import given
from hypothesis import strategies as st
from test_check_proposals import events
from typer.testing import CliRunner

APP = check_data.typer.Typer()
APP.command()(check_data.main)


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


def numbered(sessions: int = 3, rows: int = 4) -> list[dict[str, Any]]:
    """Sessions of a player that numbers its events, each from 1."""
    return [
        row | {"event_id": 1 + number % 4, "ts": f"2025-03-03T12:{number:02}:00Z"}
        for number, row in enumerate(events()[: 4 * sessions])
        if number % 4 < rows
    ]


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
    source |= {"preset": "", "telemetry_rows": {}}
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
    assert [step.split()[0] for step in steps] == [
        "make",
        ".venv/bin/dbt",
        *2 * [".venv/bin/python"],
    ]
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
    assert "marts published" in run(steps[3])


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
    assert "8 × invalid_timestamp: created_at is missing, no time" in printed
    monkeypatch.setattr(check_data, "try_out", lambda *_: Verdict(0, 0, rejections, 0, 0, 1))
    code, printed = told(path, "--columns", "event_timestamp=ts")
    assert code == 1
    assert "would accept 0 of these 8 rows (0.0%)" in printed


def test_what_is_wrong_is_one_line(tmp_path):
    rows = events()
    write_lines(tmp_path / "good" / "a.json", rows)
    (tmp_path / "array.json").write_text(json.dumps(rows, indent=1))
    (tmp_path / "plain.json.gz").write_text(json.dumps(rows[0]))
    (tmp_path / "broken.parquet").write_text("not Parquet")
    (tmp_path / "empty.json").write_text("\n")
    (tmp_path / "other.log").write_text("x")
    for arguments, words in {
        ("nowhere",): "nowhere: give a folder, a file or a glob such as",
        ("array.json",): "array.json is a JSON array over many lines, and Playhead reads a row a",
        ("plain.json.gz",): "plain.json.gz cannot be read (Not a gzipped file",
        ("broken.parquet",): "broken.parquet cannot be read (Parquet magic bytes not found",
        ("empty.json",): "hold no rows",
        ("other.log",): "only files that end with .log: give --format and a glob",
        ("good", "--columns", "title=media_id"): "--columns has an unknown key, title; use one of",
        ("good", "--columns", "title_id=mediaId"): "from mediaId, which no sampled row has; there",
        ("good", "--columns", "title_id=a[b"): "--columns reads title_id from a[b is no path",
        ("good", "--columns", "{title_id: "): "--columns is no YAML: give {key: value}",
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


def test_what_a_rejected_event_costs_is_said(tmp_path, untried):
    rows = [row | {"ts": "2025-03-03T12:00:00Z"} for row in events()]
    path = write_lines(tmp_path / "a.json", rows)
    _, printed = told(path)
    assert "What a rejected event costs" not in printed
    path = write_lines(path, [*rows, rows[0] | {"action": "EVT_01", "sid": "alone"}])
    _, printed = told(path)
    printed = " ".join(re.sub("[│─]", " ", printed).split())
    assert "EVT_01 – 1 rejected as unknown_event_type" in printed
    costs = printed.split("What a rejected event costs")[1].split("Map them with")[0]
    for words in ("heartbeat lost ends:", "replays, and what was watched before a jump back"):
        assert words in costs
    assert set(re.findall(r"\w+", costs)) >= {*NAMES} - {"span", "play", "ignore"}
    _, printed = told(path, "--events", "EVT_01=ignore")
    assert "What a rejected event costs" not in printed
    assert variables_of(printed)["event_type_aliases"]["EVT_01"] == "ignore"


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
    assert columns["seek_from_seconds"] == {"from": "oldTime", "only_for": ["seek"]}
    assert columns["is_playing"] == {"from": "playing", "only_for": ["heartbeat"]}


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
    assert "1: customer_id is u0, and u1" in said
    assert "leave the ids out with --columns event_id=none: a hash of each row" in said
    assert "live with it" in said and "An id alone is not trusted" in said
    assert "let them stay" in said
    assert "duplicate" not in printed
    _, printed = told(path, "--columns", "event_id=none")
    assert "One id, several events" not in printed
    assert variables_of(printed)["telemetry_columns"]["event_id"] is None
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


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sample_of_csv(tmp_path, delimiter):
    """Rows as objects, whatever stands between columns; the copy has commas."""
    rows = [["user", "film", "pos"], ["u1", 'a "b", c', "1"], ["u2", "d\ne", ""]]
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    sample = take_sample(str(tmp_path / "a.csv"), None, 9, tmp_path / "sample")
    assert sample.telemetry_format == "csv"
    assert sample.rows == [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    (copy,) = sample.origins
    with Path(copy).open(newline="") as file:
        assert list(csv.reader(file)) == rows


def test_parquet_with_binary_text(tmp_path):
    """What Hadoop's older writers call text."""
    table = pa.Table.from_pylist(foreign_rows())
    at = table.schema.get_field_index("eventName")
    table = table.set_column(at, "eventName", table.column(at).cast(pa.binary()))
    pq.write_table(table, tmp_path / "a.parquet")
    sample = take_sample(str(tmp_path), None, 100, tmp_path / "sample")
    assert sample.rows[0]["eventName"] == "video_play"


# ---------------------------------------------------------------------------------- hostile data

HOSTILE = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "'; touch PWNED; '",
    '"; touch PWNED; "',
    "a\nb: {c: d}",
    "\x1b]0;title\x07\x1b[31mred",
    "\u202eright to left",
    "[bold]markup[/bold]",
    "{{ 1 + 1 }} {% set x %}",
    "null",
    "- 1: &a *b !!python/object",
]


def is_plain(text: str) -> bool:
    """Whether a terminal shows the text and does nothing else."""
    return all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_the_data_holds_is_text_wherever_it_is_printed(tmp_path, untried, hostile):
    """As a key, a name of an event, an id and a value: read back as it is, obeyed by nothing."""
    rows = [
        {f"viewer_id {hostile}": 1, "userId": hostile, "media": {hostile: {"id": "x"}}}
        | {"videoId": hostile, "sid": row["sid"], "ts": row["ts"]}
        | {"event": hostile if row["action"] == "paused" else row["action"]}
        | {"payload": {hostile: {"currentTime": row["playhead_position"]}}, "id": hostile}
        for row in events()
    ]
    path = write_lines(tmp_path / "a.json", rows)
    _, printed = told(path, "--rows", 40)
    assert is_plain(printed)
    variables = variables_of(printed)
    assert variables["telemetry_columns"]["position_seconds"] == str(
        RowPath(("payload", hostile, "currentTime"))
    )
    # What is to be pasted is a word each, whatever is in it: nothing runs.
    pasted = [line for line in printed.splitlines() if "--columns" in line or "--events" in line]
    options = [each for line in pasted for each in re.findall(r"--(?:columns|events) \S.*", line)]
    assert options
    script = "".join(f"echo {each.split(', or =')[0]}\n" for each in options)
    subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, capture_output=True)
    assert not (tmp_path / "PWNED").exists()
    code, printed = told(path, "--events", f"{{{json.dumps(hostile)}: pause}}", "--columns", "x=y")
    assert code == 1
    assert is_plain(printed)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_file_s_name_is_text_too(tmp_path, hostile):
    (tmp_path / f"{hostile.replace('/', '∕')}.json").write_text("[\n{}\n]\n")
    code, printed = told(tmp_path)
    assert code == 1
    assert is_plain(printed)
    assert len(printed.strip().splitlines()) == 1
    command = printed.split("make Parquet of it: ")[1].replace(".venv/bin/python", "true")
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    assert not (tmp_path / "PWNED").exists()


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=3)))
def test_yaml_reads_back_as_what_it_was(value):
    text = as_yaml({"value": value})
    assert yaml.safe_load(text) == {"value": value}
    assert is_plain(text)


@given(st.text(min_size=1))
def test_a_word_of_a_shell_is_one_word_and_plain(text):
    assert shlex.split(for_shell(text)) == [shown(text)]
    assert is_plain(shown(text)) and "\n" not in shown(text)


@pytest.mark.parametrize("kind", ["delimiter_bytes", "unused_column_drift"])
def test_lakes_that_mean_no_good_are_checked(kind):
    """Bytes that the reader could take for its own, and types that differ from file to file."""
    code, printed = told(ROOT / "tests/cases/attacks" / kind / "lake")
    assert code == 0, printed
    assert is_plain(printed)
