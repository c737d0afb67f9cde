"""How often the way to `viewer_title_engagement` sorts and reads the events, as DuckDB executes it.

Times cannot be tested, but what they come from can: the sorts and scans in the plans. A change that
needs another one fails here. If it has to be, put the new number in EXPECTED (the failure prints
what was counted) and say why beside it; if it needs fewer, lower the number, so that it stays low.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb
import pytest
from conftest import Build
from generator.run import GeneratorOptions, generate


class Work(NamedTuple):
    """What building a table does that costs the more, the more events there are."""

    event_sorts: int = 0  # of about as many rows as there are events
    interval_sorts: int = 0  # of about half as many: an opening event and its closing one have one
    scans: int = 0  # of the raw files, and of every table with a row for each event


# Of a full refresh; a model that is not listed neither sorts nor reads events.
EXPECTED = {
    # Reads the files once, types them and stores them.
    "base_telemetry__events": Work(scans=1),
    # Times that a session has twice, and then the rows there.
    "int_events_at_shared_stamps": Work(scans=2),
    # Titles that are not in the catalogue, and what their events say: where there are none, the
    # scans after the first read nothing.
    "int_title_reports": Work(scans=4),
    # Of sessions with a stamp whose order hangs on the state before it: what each stamp says.
    "int_tied_events": Work(scans=1),
    # Sessions with a buffer or an advertisement.
    "int_playback_halts": Work(scans=1),
    # The one sort of the events.
    "int_playback_spans": Work(event_sorts=1, scans=1),
    # What sessions that left a title open do next, and rows that state what was played.
    "int_switched_spans": Work(scans=1),
    "int_stated_spans": Work(scans=1),
    # What was seen of a title: its viewer's intervals, by their start.
    "int_watch_coverage": Work(interval_sorts=1),
    # The same within a session; and profiles from the events.
    "viewing_sessions": Work(interval_sorts=1, scans=1),
    # Of the few sessions that last over midnight: their events.
    "int_session_days": Work(scans=1),
}

# A sort is of the events if it has more than this share of their number of rows, …
EVENT_SHARE = 0.75
# … and of the intervals if it has more than this one.
INTERVAL_SHARE = 0.25


@pytest.fixture(scope="module")
def build(builds: Any) -> Build:
    build = builds("plan")
    lake = build.folder / "lake"
    generate(GeneratorOptions(output=lake, days=2, scale=0.0005, format="parquet"))
    return build.must(
        "run",
        "--full-refresh",
        "--select",
        "+viewer_title_engagement",
        telemetry_path=lake / "telemetry",
        telemetry_format="parquet",
        titles_path=lake / "titles.csv",
    )


@pytest.fixture(scope="module")
def work(build: Build) -> dict[str, Work]:
    """By model that builds a table: what its query, executed once more, sorts and scans."""
    manifest = json.loads((build.folder / "target" / "manifest.json").read_text())
    compiled = {path.stem: path for path in (build.folder / "target" / "compiled").rglob("*.sql")}
    tables = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["name"] in compiled and node["config"]["materialized"] in ("table", "incremental")
    ]
    with duckdb.connect(str(build.duckdb_path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 2")
        sizes = dict(
            connection.execute("select table_name, estimated_size from duckdb_tables()").fetchall()
        )
        events = sizes["base_telemetry__events"]
        wide = {name for name, size in sizes.items() if size > EVENT_SHARE * events}
        return {
            name: _work(_plan(connection, compiled[name].read_text()), events, wide)
            for name in tables
        }


def test_no_model_sorts_or_reads_the_events_more_often(work):
    assert {name: done for name, done in work.items() if any(done)} == EXPECTED


def test_the_events_are_sorted_once(work):
    assert sum(done.event_sorts for done in work.values()) == 1


def _plan(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The operators that a query's execution went through."""
    ((_, plan),) = connection.execute(f"explain (analyze, format json) {query}").fetchall()
    # Of constants alone there are none.
    roots = json.loads(plan).get("operator", [])
    return [operator for root in roots[:1] for operator in _operators(root)]


def _operators(operator: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield operator
    for child in operator.get("children", []):
        yield from _operators(child)


def _work(operators: list[dict[str, Any]], events: int, wide: set[str]) -> Work:
    event_sorts = interval_sorts = scans = 0
    for operator in operators:
        share = operator["intermediate_rows"] / events
        if share > EVENT_SHARE:
            event_sorts += _sorts(operator)
        elif share > INTERVAL_SHARE:
            interval_sorts += _sorts(operator)
        information = operator["extra_info"]
        scans += information.get("Function") == "READ_PARQUET"
        scans += information.get("Table", "").split(".")[-1] in wide
    return Work(event_sorts, interval_sorts, scans)


def _sorts(operator: dict[str, Any]) -> int:
    """How many sorts an operator is; windows of one partition and order share one."""
    if operator["type"] != "WINDOW":
        return int(operator["type"] in ("ORDER_BY", "TOP_N"))
    windows = operator["extra_info"]["Projections"]
    windows = [windows] if isinstance(windows, str) else windows
    orders = [re.search(r" OVER \((.*)\)$", window, re.DOTALL)[1] for window in windows]
    return len({re.sub(r" (ROWS|RANGE|GROUPS) (BETWEEN .*|\S+ \S+)$", "", o) for o in orders})
