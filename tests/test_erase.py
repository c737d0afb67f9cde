"""Who is erased is nowhere: in no table, in no file's bytes, nor once the lake is read again."""

import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import strategies
from comparison import deliver, differences, everything, titles_file
from conftest import ROOT, Build
from publish_marts import publish

SCRIPT = ROOT / "scripts" / "erase.py"
INTAKE = "select * exclude (last_landed_at) from marts.daily_intake order by all"


def named(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with ids of viewers that nothing else in a file can be."""
    return [event | {"customer_id": f"viewer-{event['customer_id']}-of-test"} for event in events]


def quarantine(lake: Path, customers: list[str], gone: tuple[str, ...] = ()) -> None:
    """Rows that are no events, of each viewer: theirs by their column, by a word, by nothing.

    Of a viewer who is gone only those are left that have no viewer, with another word in them.
    """
    lake.mkdir(exist_ok=True)
    for number, customer in enumerate(customers):
        word = "somebody" if customer in gone else customer
        row = {"customer_id": word, "title_id": "t", "session_id": "s", "event_type": "zoom"}
        lines = [
            json.dumps({"user": {"id": word}, "event_type": "stop"}).encode(),
            json.dumps(row).encode()[:-5],
            json.dumps(row).encode().replace(b"zoom", b"\xc3\x28"),
        ]
        if customer not in gone:
            lines.append(json.dumps(row).encode())
        (lake / f"rejected-{number}.json").write_bytes(b"\n".join(lines) + b"\n")


def erase(
    build: Build, *arguments: str | Path, **variables: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments, "--vars", json.dumps(variables, default=str)],
        env={"PATH": "/usr/bin:/bin"} | build.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def bytes_with(folder: Path, text: str) -> list[str]:
    """The files below a folder, but for the lakes, in whose bytes a text stands."""
    files = [path for path in folder.rglob("*") if path.is_file() and "lake" not in str(path)]
    return [path.name for path in files if text.encode() in path.read_bytes()]


def happened_at(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["event_timestamp"]).astimezone(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def events() -> list[list[dict[str, Any]]]:
    return [named(delivery) for delivery in strategies.deliveries(30) if delivery]


def test_who_is_erased_is_nowhere(builds, events):
    """The marts are those of a lake that never had them, now and after whatever lands."""
    first, second, *_ = events
    customers = sorted({event["customer_id"] for event in first})
    gone, also = customers[0], customers[len(customers) // 2]
    build = builds("erased")
    lake, without = build.folder / "lake", build.folder / "lake_without"
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}

    def land(delivery: list[dict[str, Any]], number: int) -> None:
        deliver(lake, delivery, number)
        kept = [event for event in delivery if event["customer_id"] not in (gone, also)]
        deliver(without, kept, number)

    land(first, 0)
    quarantine(lake, [gone, customers[1], also])
    quarantine(without, [gone, customers[1], also], (gone, also))
    build.must("run", **variables)
    # What an extension of the project may have: any table with such a column.
    build.execute(
        f"create table marts.more as select '{gone}' as customer_id, 1 as n",
        "create table marts.dropped as select 1 as n",
        "create view marts.broken as select * from marts.dropped",
        "drop table marts.dropped",
    )
    published = build.folder / "playhead_marts.duckdb"
    publish(build.duckdb_path, published)
    assert set(bytes_with(build.folder, gone)) >= {"playhead.duckdb", "playhead_marts.duckdb"}

    # What a killed one leaves has others in it.
    (build.folder / ".playhead.duckdb.77").write_bytes(build.duckdb_path.read_bytes())
    ids = build.folder / "ids_in_the_lake.txt"
    ids.write_text(f"{also}\n\n")
    done = erase(build, gone, "--file", ids, **variables)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == f"{build.duckdb_path}: 2 viewer(s) erased"
    for one in (gone, also):
        assert bytes_with(build.folder, one) == []
        assert bytes_with(build.folder, customers[1]) != []
    assert build.duckdb_path.stat().st_mode & 0o777 == 0o600
    assert not list(build.folder.glob(".playhead*"))

    whole = build.beside("whole").must("run", **variables | {"telemetry_path": without})
    assert differences(everything(build), everything(whole)) == []
    assert build.rows(INTAKE) == whole.rows(INTAKE)
    # What lands later of them is left out, also where all is read anew.
    land(second, 1)
    build.must("run", **variables)
    whole.must("run", **variables | {"telemetry_path": without})
    assert differences(everything(build), everything(whole)) == []
    build.must("run", "--full-refresh", **variables, load_lake_anew=True)
    assert differences(everything(build), everything(whole)) == []
    assert build.rows(INTAKE) == whole.rows(INTAKE)
    assert bytes_with(build.folder, gone) == []
    build.must("test", "--select", "accepted_and_rejected_are_all_that_was_read", **variables)


def test_a_column_that_is_missed_is_told(builds, events):
    """Under another name an id would stay: that is said, and ends with 1."""
    build = builds("missed")
    deliver(build.folder / "lake", events[0], 0)
    gone = events[0][0]["customer_id"]
    variables = {"telemetry_path": build.folder / "lake", "titles_path": titles_file(build)}
    build.must("run", **variables)
    build.execute(f"create table marts.more as select '{gone}' as watcher, 1 as n")
    done = erase(build, gone, **variables)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].endswith(
        "still stands in rows of others, in marts.more.watcher"
    )
    assert bytes_with(build.folder, gone) == ["playhead.duckdb"]


def test_the_operation_of_any_engine(builds, events):
    """It enters viewers beside those entered before; the next run leaves them all out."""
    build = builds("operation")
    deliver(build.folder / "lake", events[0], 0)
    customers = sorted({event["customer_id"] for event in events[0]})
    variables = {"telemetry_path": build.folder / "lake", "titles_path": titles_file(build)}
    build.must("run", **variables)
    for one in customers[:2]:
        names = json.dumps({"customer_ids": [one]})
        build.must("run-operation", "erase", "--args", names, **variables)
    build.must("run", **variables)
    rows = build.rows("select distinct customer_id from marts.viewing_sessions order by all")
    assert [row["customer_id"] for row in rows] == customers[2:]
    build.must("run", "--full-refresh", **variables, load_lake_anew=True)
    assert (
        build.rows("select distinct customer_id from marts.viewing_sessions order by all") == rows
    )


def test_wrong_commands_are_one_line(builds):
    build = builds("wrong")
    for arguments, words in (
        ([], "nobody is named: give customer ids, or a --file of them"),
        (["c"], "does not exist: run dbt build first"),
    ):
        done = erase(build, *arguments)
        assert done.returncode == 1
        (line,) = done.stdout.splitlines()
        assert words in line


def test_what_is_older_than_retention_is_nowhere(builds, events):
    """The marts are those of a lake without the events before the midnight of so many days ago."""
    first, second, *_ = events
    every = first + second
    build = builds("retained")
    lake, without = build.folder / "lake", build.folder / "lake_without"
    times = sorted(happened_at(event) for event in every)
    cutoff = datetime.combine(times[len(times) // 2].date(), datetime.min.time())
    assert times[0] < cutoff
    days = (datetime.now(UTC).replace(tzinfo=None).date() - cutoff.date()).days
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    for number, delivery in enumerate((first, second)):
        deliver(lake, delivery, number)
        deliver(without, [e for e in delivery if happened_at(e) >= cutoff], number)
    build.must("run", **variables)
    before = everything(build)
    build.must("run", **variables, retention_days=days)
    whole = build.beside("whole").must("run", **variables | {"telemetry_path": without})
    assert differences(everything(build), everything(whole)) == []
    assert differences(everything(build), before) != []
    for table in ("staging.base_telemetry__events", "marts.viewing_sessions"):
        column = "event_timestamp" if "staging" in table else "started_at"
        (row,) = build.rows(f"select min({column}) as oldest, count(*) as n from {table}")
        assert row["oldest"] >= cutoff
        assert row["n"] > 0
    build.must("run", "--full-refresh", **variables, retention_days=days, load_lake_anew=True)
    assert differences(everything(build), everything(whole)) == []
    tomorrow = cutoff + timedelta(days=1)
    build.must("run", **variables, retention_days=days - 1)
    (row,) = build.rows("select min(event_timestamp) as oldest from staging.base_telemetry__events")
    assert row["oldest"] >= tomorrow
