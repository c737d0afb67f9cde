"""What is loaded, and when: a ledger of files, that no clock and no deleted lake can mislead."""

import gzip
import json
import os
import resource
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Build, partition, write_ndjson

STAGING = ("run", "--select", "+stg_telemetry__events", "+stg_telemetry__rejected_events")
HOUR = datetime(2025, 3, 3, 12)
DELIM = b"\x01\x02\x03\x04"
# What the events are made of that tell how a line was read.
FIELDS = ("event_id", "customer_id", "position_seconds", "city", "device_id", "error_count")


def event(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "customer_id": "c",
        "title_id": "t",
        "session_id": "s",
        "event_type": "start",
        "event_timestamp": "2025-03-03T12:00:00.000Z",
        "position_seconds": number,
    } | fields


def land(lake: Path, name: str, *numbers: int) -> Path:
    """A file of the events of these numbers, in one arrival hour; its path."""
    folder = lake / partition(HOUR)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(event(number)) + "\n" for number in numbers))
    return path


def load(build: Build, lake: Path, *options: str, **variables: Any) -> str:
    """A run of what reads files that must succeed; what dbt said."""
    titles = build.folder / "titles.csv"
    titles.write_text("title_id,duration_seconds\nt,3600\n")
    done = build.dbt(*STAGING, *options, telemetry_path=lake, titles_path=titles, **variables)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def held(build: Build) -> list[str]:
    rows = build.rows("select event_id from staging.stg_telemetry__events order by event_id")
    return [row["event_id"] for row in rows]


@pytest.mark.parametrize("off", [timedelta(minutes=2), timedelta(days=1)], ids=["2m", "1d"])
def test_no_clock_hides_a_file(builds, off):
    """The lake's clock is ahead, then behind: what is new or changed is found, the rest let be."""
    build = builds("clocks")
    lake = build.folder / "lake"
    ahead, behind = (time.time() + sign * off.total_seconds() for sign in (1, -1))
    first = land(lake, "a.json", 1)
    os.utime(first, (ahead, ahead))
    load(build, lake)
    land(lake, "empty.json")
    os.utime(land(lake, "b.json", 2), (behind, behind))
    assert "Loading 2 of 3 file(s)" in load(build, lake)
    assert held(build) == ["e1", "e2"]
    assert "nothing new has landed" in load(build, lake)
    # Another of the same name and length, with an older time; and one that grew.
    os.utime(land(lake, "a.json", 3), (behind, behind))
    land(lake, "b.json", 2, 4)
    assert "Loading 2 of 3 file(s)" in load(build, lake)
    assert held(build) == ["e2", "e3", "e4"]
    rows = build.rows("select row_count from staging.file_ledger order by file_name")
    assert [row["row_count"] for row in rows] == [1, 2, 0]
    loads = build.rows("select distinct loaded_at from staging.stg_telemetry__events")
    assert len(loads) == 1


def test_what_has_gone_is_said_and_stays(builds):
    """Retention deletes the lake: a full refresh still has all of it, until asked for the lake."""
    build = builds("gone")
    lake = build.folder / "lake"
    load(build, lake := land(lake, "a.json", 1).parents[4])
    land(lake, "b.json", 2)
    load(build, lake)
    for file in lake.rglob("*.json"):
        file.unlink()
    said = load(build, lake, "--full-refresh")
    assert "2 file(s) that were loaded are no longer in the lake, such as" in said
    assert held(build) == ["e1", "e2"]
    land(lake, "c.json", 3)
    load(build, lake, "--full-refresh")
    assert held(build) == ["e1", "e2", "e3"]
    load(build, lake, "--full-refresh", load_lake_anew=True)
    assert held(build) == ["e3"]
    assert len(build.rows("select * from staging.file_ledger")) == 1


def test_what_is_held_must_fit(builds):
    """Another lake, an older release, a part of what loads: one line each, with the remedy."""
    build = builds("fit")
    lake = land(build.folder / "lake", "a.json", 1).parents[4]
    other = land(build.folder / "other", "a.json", 2).parents[4]
    load(build, lake)
    titles = {"titles_path": build.folder / "titles.csv"}
    cases = {
        "telemetry_path was ": (STAGING, {"telemetry_path": other}),
        "with load_lake_anew all that is derived must be derived anew too": (
            STAGING,
            {"telemetry_path": lake, "load_lake_anew": True},
        ),
        "cannot be loaded without what reads the files": (
            ("run", "--select", "base_telemetry__events"),
            {"telemetry_path": lake},
        ),
        "var unreadable_files is 'skip'; set it to stop or set_aside": (
            STAGING,
            {"telemetry_path": lake, "unreadable_files": "skip"},
        ),
    }
    for words, (command, variables) in cases.items():
        done = build.dbt(*command, **titles, **variables)
        assert done.returncode != 0
        assert words in done.stdout
    load(build, other, "--full-refresh", load_lake_anew=True)
    assert held(build) == ["e2"]
    build.execute("drop table intermediate.fingerprint")
    done = build.dbt(*STAGING, telemetry_path=lake, **titles)
    assert done.returncode != 0
    assert "the build file is of an older release: run dbt build" in done.stdout


def test_unreadable_files_are_set_aside(builds):
    """On request only: with name and reason; tried again when they change."""
    build = builds("aside")
    lake = land(build.folder / "lake", "a.json", 1).parents[4]
    whole = gzip.compress((json.dumps(event(2)) + "\n").encode() * 2000, mtime=0)
    cut = lake / partition(HOUR) / "cut.json.gz"
    cut.write_bytes(whole[:-12])
    titles = build.folder / "titles.csv"
    titles.write_text("title_id,duration_seconds\nt,3600\n")
    done = build.dbt(*STAGING, telemetry_path=lake, titles_path=titles)
    assert done.returncode != 0
    assert "cut.json.gz" in done.stdout
    said = load(build, lake, unreadable_files="set_aside")
    assert f"set aside, and not loaded: {cut}: IO Error" in said
    assert held(build) == ["e1"]
    (row,) = build.rows("select * from staging.file_ledger where set_aside_reason is not null")
    assert (row["file_name"], row["row_count"]) == (str(cut), None)
    assert "nothing new has landed" in load(build, lake, unreadable_files="set_aside")
    cut.write_bytes(whole)
    load(build, lake, unreadable_files="set_aside")
    assert len(held(build)) == 2001


def test_parquet_that_is_none_is_set_aside(builds):
    build = builds("aside_parquet")
    lake = build.folder / "lake"
    lake.mkdir()
    pq.write_table(pa.Table.from_pylist([event(1)]), lake / "a.parquet")
    (lake / "broken.parquet").write_text("not Parquet")
    said = load(build, lake, telemetry_format="parquet", unreadable_files="set_aside")
    assert "broken.parquet" in said
    assert held(build) == ["e1"]


def test_columns_without_a_field_are_not_read(builds):
    """An address is neither kept in quarantine nor a reason to stop."""
    build = builds("unmapped")
    lake = build.folder / "lake"
    lake.mkdir()
    rows = [event(1, ip_address="203.0.113.7", event_type="zoom"), event(2)]
    pq.write_table(pa.Table.from_pylist(rows), lake / "a.parquet")
    load(build, lake, telemetry_format="parquet")
    (row,) = build.rows("select raw_text from staging.stg_telemetry__rejected_events")
    assert json.loads(row["raw_text"])["event_type"] == "zoom"
    assert "203.0.113.7" not in row["raw_text"]


# Lines that are events, each with what its fields must be; and lines that are none.
EVENTS = [
    (json.dumps(event(1)), {}),
    ("  \t" + json.dumps(event(2)) + "  ", {}),
    (json.dumps(event(3, city="Z\u00fcrich"), ensure_ascii=False), {"city": "Z\u00fcrich"}),
    # Of a key that occurs twice, the first.
    ('{"city": "one", ' + json.dumps(event(4, city="two"))[1:], {"city": "one"}),
    (json.dumps(event(5, device_id={"a": [1, 2]})), {"device_id": '{"a":[1,2]}'}),
    (json.dumps(event(6, error_count=2.0)), {"error_count": 2}),
    (
        json.dumps(event(7, device_id=12345678901234567890123)),
        {"device_id": "12345678901234567890123"},
    ),
    (json.dumps(event(8, city=None)), {"city": None}),
]
NO_EVENTS = [
    b'{"city": "Z\xc3"}',
    b'{"city": "\x00"}',
    b'{"city": "' + b"z" * 17_000_000 + b'"}',
    DELIM + b'{"event_id": "e9"}',
    DELIM,
    b'{"event_id"' + DELIM + b': "e9"}',
    b"[1, 2]",
    b"5",
    b"null",
    b'"text"',
    b'{"event_id": "e9"',
    b'{"event_id": "e9"} {"event_id": "e10"}',
    b"\\N",
]


def test_no_line_is_lost_and_none_changes_another(builds):
    """Events read the same alone and among lines that are none; those are all in quarantine."""
    good = b"\n".join(line.encode() for line, _ in EVENTS) + b"\n"
    read: dict[str, list[dict[str, Any]]] = {}
    for name, content in {
        "clean": good,
        "hostile": b"\n".join(NO_EVENTS) + b"\r\n\n" + good,
    }.items():
        build = builds(name)
        lake = build.folder / "lake"
        lake.mkdir()
        (lake / "a.json").write_bytes(content)
        load(build, lake)
        build.must(
            "test",
            "--select",
            "accepted_and_rejected_are_all_that_was_read",
            telemetry_path=lake,
            titles_path=build.folder / "titles.csv",
        )
        query = f"select {', '.join(FIELDS)} from staging.stg_telemetry__events order by 1"
        read[name] = build.rows(query)
    assert read["clean"] == read["hostile"]
    for number, (row, (_, fields)) in enumerate(zip(read["clean"], EVENTS, strict=True), start=1):
        expected = {"event_id": f"e{number}", "customer_id": "c", "position_seconds": number}
        expected |= {"city": None, "device_id": None, "error_count": None} | fields
        assert row == expected
    rows = build.rows("select reject_reason, raw_text from staging.stg_telemetry__rejected_events")
    assert [row["reject_reason"] for row in rows] == ["unparseable"] * len(NO_EVENTS)
    texts = {row["raw_text"] for row in rows}
    for line in NO_EVENTS[3:]:
        assert line.decode() in texts


def cpu_seconds(build: Build, lake: Path) -> float:
    """What a run of what reads files costs, in a process of its own."""
    titles = build.folder / "titles.csv"
    titles.write_text("title_id,duration_seconds\nt,3600\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        build.command(*STAGING, telemetry_path=lake, titles_path=titles),
        cwd=ROOT,
        env=os.environ | build.environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_many_files_cost_in_proportion(builds):
    """Twice the files cost at most about twice as much; and nothing like a look at each other."""
    costs = {}
    for count in (1, 2000, 4000):
        build = builds(f"files_{count}")
        lake = build.folder / "lake"
        for number in range(count):
            at = HOUR + timedelta(hours=number % 48)
            write_ndjson(lake, [(at, json.dumps(event(number)))], f"{number:05}.json.gz")
        if count == 1:
            cpu_seconds(build, lake)  # reads the project, as none of those that follow has to
        costs[count] = cpu_seconds(build, lake)
    fixed = costs[1]
    assert costs[4000] - fixed < 3 * max(costs[2000] - fixed, 0.5), costs
