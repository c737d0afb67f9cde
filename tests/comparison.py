"""Marts beside the oracle's: a lake and its catalogue for both, their rows by key, what differs."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import oracle
import oracle_marts
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import strategies
from conftest import Build, write_ndjson
from oracle import derive

MARTS = {
    "viewing_sessions": ("customer_id", "session_id", "title_id"),
    "viewer_title_engagement": ("customer_id", "title_id"),
    "title_retention": ("title_id", "bucket_percentage"),
    "title_performance": ("title_id",),
    "viewer_segments": ("customer_id",),
    "viewing_concurrency": ("minute_at",),
    "playback_quality": (
        "started_on",
        "isp",
        "connection_type",
        "device_type",
        "device_os",
        "app_version",
        "quality",
    ),
    "daily_viewing": ("viewed_on",),
}

# The oracle has none of it: test_live.py has the generator's truth for it.
KEYS = MARTS | {"viewing_now": ("dimension", "dimension_value", "minutes_ago")}

Rows = dict[tuple[str, ...], dict[str, Any]]
# The latest events that a mart was derived from, and what all marts of them share.
DERIVED: dict[tuple[Any, ...], tuple[oracle.Derived, list[Any], Any]] = {}


def landed(events: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    """Events as a lake takes them: the arrival hour of each, and its line."""
    return [(event["landed_at"], strategies.json_line(event)) for event in events]


def deliver(lake: Path, events: list[dict[str, Any]], number: int) -> None:
    """A file for each arrival hour, named for the delivery; an hour may get several."""
    write_ndjson(lake, landed(events), f"delivery-{number}.json.gz")


def titles_file(
    build: Build, catalogue: Mapping[str, Mapping[str, Any]] = strategies.CATALOGUE
) -> str:
    """A catalogue as a Parquet file."""
    rows = [{"title_id": title_id, **title} for title_id, title in catalogue.items()]
    path = build.folder / "titles.parquet"
    duration = pa.decimal128(12, 3)
    table = pa.Table.from_pylist(rows)
    column = pa.array([row["duration_seconds"] for row in rows], duration)
    at = table.schema.get_field_index("duration_seconds")
    pq.write_table(table.set_column(at, "duration_seconds", column), path)
    return str(path)


def of_oracle(name: str, events: Iterable[dict[str, Any]], *arguments: Any) -> Rows:
    """A mart as the oracle tells it; the arguments are the catalogue and what follows it."""
    module = oracle if hasattr(oracle, name) else oracle_marts
    with pytest.MonkeyPatch.context() as patched:
        for one in (oracle, oracle_marts):
            patched.setattr(one, "derive", _derived)
        return getattr(module, name)(events, *(arguments or [strategies.CATALOGUE]))


def _derived(events: Iterable[Any], catalogue: Any, playback: oracle.Playback) -> oracle.Derived:
    """What every mart begins with, derived once for the marts of the same events."""
    listed = list(events)
    key = (*map(id, listed), id(catalogue), playback)
    if key not in DERIVED:
        derived = derive(listed, catalogue, playback)
        DERIVED.clear()
        # Ids are of what is kept here: nothing else can have them meanwhile.
        DERIVED[key] = (derived, listed, catalogue)
    return DERIVED[key][0]


def mart(build: Build, name: str) -> Rows:
    """A mart's rows by their key."""
    rows = build.rows(f"select * from marts.{name}")
    keyed = {tuple(row.pop(column) for column in KEYS[name]): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def same(actual: Any, expected: Any) -> bool:
    """Exact, but for a ratio's last digits."""
    if isinstance(actual, float) and expected is not None:
        return math.isclose(actual, expected, rel_tol=1e-12, abs_tol=1e-8)
    return actual == expected


def assert_equal(actual: Rows, expected: Rows, examples: list[strategies.Example] = ()) -> None:
    """Every row and column of both; the difference with the fewest events is shown with them."""
    differences = {}
    for key in actual.keys() | expected.keys():
        left, right = actual.get(key), expected.get(key)
        if left is None or right is None:
            differences[key] = {"only in": "the models" if left else "the oracle"}
            continue
        unlike = {
            name: (left[name], right[name]) for name in right if not same(left[name], right[name])
        }
        if unlike:
            differences[key] = unlike
    if not differences:
        return
    events = {example.events[0]["customer_id"]: example.events for example in examples}
    key = min(differences, key=lambda key: len(events.get(key[0], ())))
    history = "\n".join(str(event) for event in events.get(key[0], ()))
    pytest.fail(
        f"{len(differences)} rows differ; {key}, (models, oracle): {differences[key]}\n{history}"
    )


def moved(rows: Rows, by: timedelta) -> Rows:
    """The rows by so much later; but for when dbt ran, and rejected rows, which are not there."""
    unmoved = ("released_on", "processed_at", "loaded_at", "rejected_row_count")

    def later(value: Any) -> Any:
        return value + by if isinstance(value, date) else value

    return {
        tuple(later(part) for part in key): {
            name: later(value) for name, value in row.items() if name not in unmoved
        }
        for key, row in rows.items()
    }


def everything(build: Build) -> dict[str, Rows]:
    """All marts, but for when what was run."""
    rows = {name: mart(build, name) for name in KEYS}
    for of_mart in rows.values():
        for row in of_mart.values():
            row.pop("processed_at", None)
            row.pop("loaded_at", None)
    return rows


def differences(left: dict[str, Rows], right: dict[str, Rows]) -> list[Any]:
    return [
        (name, key, left[name].get(key), right[name].get(key))
        for name in left
        for key in left[name].keys() | right[name].keys()
        if left[name].get(key) != right[name].get(key)
    ][:3]
