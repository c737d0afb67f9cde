"""DuckDB = Athena: from the same lake the same marts, every column of every row."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import strategies
from comparison import MARTS, deliver, landed
from conftest import Build, write_ndjson
from players.cases import Case

from athena.conftest import AthenaBuild

# When what was run, and where it lay: not what was watched.
OF_THE_RUN = {"loaded_at", "processed_at", "source_file"}
KEYS = MARTS | {"daily_intake": ("landed_on", "outcome")}

LANDED_AT = datetime(2024, 3, 3, 12)  # of what is no event

Rows = dict[tuple[Any, ...], dict[str, Any]]


def keyed(rows: list[dict[str, Any]], key: tuple[str, ...]) -> Rows:
    for row in rows:
        for name in OF_THE_RUN & row.keys():
            del row[name]
    found = {tuple(row[name] for name in key): row for row in rows}
    assert len(found) == len(rows)
    return found


def differences(
    athena: AthenaBuild, duckdb: Build, rows: Callable[[str], list[dict[str, Any]]] | None = None
) -> dict[str, Any]:
    """Of each mart, up to three rows that are not the same, and how many there are; `rows` asks
    Athena another way.

    Doubles too are compared to the last bit: they are made of the same exact decimals and counts.
    """
    found = {}
    for name, key in KEYS.items():
        left = keyed((rows or athena.rows)(f"select * from {athena.name}_marts.{name}"), key)
        right = keyed(duckdb.rows(f"select * from marts.{name}"), key)
        unlike = [
            (at, _unlike(left.get(at), right.get(at)))
            for at in left.keys() | right.keys()
            if left.get(at) != right.get(at)
        ]
        if unlike or not left:
            found[name] = (len(unlike), len(left), len(right), unlike[:3])
    return found


def _unlike(left: dict[str, Any] | None, right: dict[str, Any] | None) -> Any:
    if left is None or right is None:
        return "only on " + ("Athena" if left else "DuckDB")
    return {
        name: (left.get(name), right.get(name))
        for name in left.keys() | right.keys()
        if left.get(name) != right.get(name)
    }


def quarantine(build: Build, schema: str) -> Counter[tuple[Any, ...]]:
    rows = build.rows(
        f"select reject_reason, raw_text, landed_at from {schema}.stg_telemetry__rejected_events"
    )
    return Counter(tuple(row.values()) for row in rows)


def test_five_days_are_the_same_on_both_engines(demo):
    athena, duckdb = demo
    assert differences(athena, duckdb) == {}


def test_the_demo_is_the_same_on_both_engines(million):
    athena, duckdb = million
    (read,) = duckdb.rows("select count(*) as rows from staging.base_telemetry__events")
    assert read["rows"] > 1_000_000
    assert differences(athena, duckdb) == {}


def test_quarantine_is_the_same_on_both_engines(demo):
    athena, duckdb = demo
    rejected = quarantine(athena, "demo_staging")
    assert rejected == quarantine(duckdb, "staging")
    assert {"unparseable", "invalid_position"} <= {reason for reason, *_ in rejected}


def test_column_comments_are_in_the_catalog(demo):
    athena, _ = demo
    table = athena.server.client("glue").get_table(
        DatabaseName="demo_marts", Name="viewer_title_engagement"
    )["Table"]
    comments = {c["Name"]: c.get("Comment") for c in table["StorageDescriptor"]["Columns"]}
    assert table["Description"].startswith("One row per")
    assert comments["watch_seconds"].startswith("Seconds watched")


def test_a_run_twice_changes_nothing(demo):
    athena, duckdb = demo
    athena.must("run")
    assert differences(athena, duckdb) == {}


def hostile_deliveries() -> list[list[dict[str, Any]]]:
    """Of hostile viewers, what lands at first, and twice more: sessions torn, events repeated,
    and up to a month late, also in hours that were loaded long ago."""
    first, *others, last = filter(None, strategies.deliveries(20))
    return [first, [event for events in others for event in events], last]


def test_incremental_runs_on_hostile_lakes_equal_duckdb(lake: Any, builds: Any):
    """The law of docs/method.md §12 on Athena; and each kind of bad row, in the first delivery."""
    athena, duckdb = lake("hostile"), builds("hostile_duckdb")
    folder = duckdb.folder / "lake"
    folder.mkdir()
    chance = random.Random(2)
    bad = [event for _, event in strategies.collect(strategies.rejected_event(), 60)]
    lines = [(LANDED_AT, line) for line in strategies.collect(strategies.malformed_line(), 20)]
    lines += [(LANDED_AT, line) for line in strategies.collect(strategies.not_an_object(), 5)]
    write_ndjson(folder, lines + landed(bad))
    for number, events in enumerate(hostile_deliveries()):
        chance.shuffle(events)
        deliver(folder, events, number)
        athena.upload(folder)
        if number == 0:
            athena.make_table(months="2,5", year=2024)
            athena.must("seed")
            athena.must("run")
        else:
            # What lands in hours before the newest is asked for.
            athena.must("run", reload_from=min(event["landed_at"] for event in events))
    duckdb.must("seed").must("run", telemetry_path=folder)
    assert differences(athena, duckdb) == {}
    assert quarantine(athena, "hostile_staging") == quarantine(duckdb, "staging")
    athena.must("run", "--full-refresh")
    assert differences(athena, duckdb) == {}


def test_unit_tests_and_data_tests_pass_on_athena(demo):
    """All of the project's own, on the engine that production has."""
    athena, _ = demo
    athena.must("test")


@pytest.mark.parametrize(
    "name", ["openedx_tracking_log", "snowplow_media_v2", "ga4_bigquery", "odysee_watchman"]
)
def test_a_preset_reads_the_same_on_both_engines(lake: Any, builds: Any, name: str):
    """JSON in text; lists; keys and values; a session by a gap, and counters of a row's own."""
    athena, duckdb = lake(name), builds(f"{name}_duckdb")
    case = Case(name)
    folder = case.write_lake(duckdb.folder / "lake")
    athena.upload(folder).make_table(months="4,4", year=2025)
    athena.must("seed").must("run", **case.variables)
    duckdb.must("seed").must("run", telemetry_path=folder, **case.variables)
    unlike = {mart: found for mart, found in differences(athena, duckdb).items() if found[0]}
    assert unlike == {}
    events = "select count(*) as events from {}.stg_telemetry__events"
    accepted = athena.rows(events.format(f"{name}_staging"))
    assert accepted == duckdb.rows(events.format("staging")) != [{"events": 0}]
