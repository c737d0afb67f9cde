"""Rows that hang on other rows: values carried forward, and sessions that a gap tells.

The law once more: whatever lands when, the marts are a full refresh's, and the oracle's.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

import oracle
import pytest
import strategies
from canonical import carried_forward, instant, told_by_gap
from comparison import (
    MARTS,
    assert_equal,
    deliver,
    differences,
    everything,
    mart,
    of_oracle,
    titles_file,
)
from conftest import BUILD

Row = dict[str, Any]
VIEWERS = 60
GAP_SECONDS = 30
MAPPINGS: dict[str, Row] = {
    "carried": {
        "customer_id": {"from": "customer_id", "carry_forward": True},
        "title_id": {"from": "title_id", "carry_forward": True},
    },
    "gap": {
        "session_id": {"gap_seconds": GAP_SECONDS, "within": ["customer_id", "device_os"]},
        "title_id": {"from": "title_id", "carry_forward": True},
    },
}
# What the deliveries must hold, and how often at least: else the law is easily kept.
CASES = {
    "carried": {"row that is told another title": 20, "row that is told who watches": 30},
    "gap": {"row whose session goes on with another": 10, "row whose session begins earlier": 50},
}


def stamp(at: datetime) -> str:
    """A time as text, to the millisecond."""
    return at.isoformat(timespec="milliseconds") + "Z"


def chance(row: Row, of: str) -> float:
    """From 0 to 1: the same for the same row, each time that it lands."""
    return crc32(f"{of}{strategies.json_line(row)}".encode()) / 2**32


def landed_rows(mapping: str) -> list[list[Row]]:
    """Deliveries of hostile viewers, whose rows say less than they might.

    A row of no interest begins most sessions: perhaps the only one that says who watches, and what.
    """
    parts: list[list[Row]] = []
    begun: set[tuple[str, str]] = set()
    late = []
    for delivery in filter(None, strategies.deliveries(VIEWERS, count=4)):
        parts.append([])
        for event in delivery:
            at = strategies.happened_at(event)
            said = event | {"event_timestamp": stamp(at)}
            said["event_id"] = said["event_id"] or f"id-{chance(event, 'id')}"
            said["session_id"] = f"{event['customer_id']}:{event['session_id']}"
            first = said | {
                "event_id": f"first-{said['session_id']}",
                "event_type": "ignore",
                "event_timestamp": stamp(at - timedelta(seconds=5)),
            }
            key = (said["session_id"], said["title_id"])
            if key not in begun and chance(event, "begun") < 0.8:
                begun.add(key)
                lands_in = late if chance(event, "late") < 0.5 else parts[-1]
                lands_in.append(silenced(first, 0.05, mapping))
            parts[-1].append(silenced(said, 0.85, mapping))
    parts[-1] += late
    return parts


def silenced(row: Row, share: float, mapping: str) -> Row:
    """The row without what it keeps to itself."""
    columns = [name for name in ("customer_id", "title_id") if name in MAPPINGS[mapping]]
    kept = row | {name: None for name in columns if chance(row, name) < share}
    return kept | ({"session_id": None} if mapping == "gap" else {})


def mapped(rows: Iterable[Row], mapping: str) -> list[Row]:
    """The rows as canonical events, by functions that share no code with the models."""
    listed = list(rows)
    if mapping == "gap":
        listed = by_gap(listed)
    columns = tuple(name for name in ("customer_id", "title_id") if name in MAPPINGS[mapping])
    moments: dict[tuple[str, str], Row] = {}
    for row in listed:
        key = (row["session_id"], row["event_timestamp"])
        told = {"session_id": key[0], "event_timestamp": key[1], **dict.fromkeys(columns)}
        moment = moments.setdefault(key, told)
        for name in columns:
            moment[name] = max(filter(None, (moment[name], row[name])), default=None)
    filled = {
        (moment["session_id"], moment["event_timestamp"]): moment
        for moment in carried_forward(moments.values(), columns)
    }
    return [
        row
        | {
            name: row[name] or filled[row["session_id"], row["event_timestamp"]][name]
            for name in columns
        }
        for row in listed
    ]


def by_gap(rows: list[Row]) -> list[Row]:
    """Rows with the session that silence tells, which a row breaks until it ends."""
    told = told_by_gap(
        (row | {"ended_at": ended_at(row), "of": number} for number, row in enumerate(rows)),
        GAP_SECONDS,
        ("customer_id", "device_os"),
    )
    sessions = {row["of"]: row["session_id"] for row in told}
    return [row | {"session_id": sessions[number]} for number, row in enumerate(rows)]


def ended_at(row: Row) -> str | None:
    """Of a row that states what was played, when that ended, if it can be."""
    text = row.get("ended_at")
    if row["event_type"] not in oracle.STATED or not text:
        return None
    at = instant(text).replace(tzinfo=None)
    return text if at <= row["landed_at"] + oracle.MAX_AHEAD else None


def test_the_law_of_rows_that_hang_on_others(builds, mapping):
    """Every mart after every delivery, beside a full refresh; and the oracle's, of mapped rows."""
    build = builds(mapping)
    lake = build.folder / "lake"
    lake.mkdir()
    variables = {
        "telemetry_path": lake,
        "titles_path": titles_file(build),
        "telemetry_columns": MAPPINGS[mapping],
    }
    loaded: list[Row] = []
    cases: Counter[str] = Counter()
    before: dict[Any, Row] = {}
    for number, rows in enumerate(landed_rows(mapping)):
        deliver(lake, rows, number)
        loaded += rows
        build.must("run", **variables)
        events = mapped(loaded, mapping)
        for name in ("viewing_sessions", "viewer_title_engagement"):
            assert_equal(mart(build, name), of_oracle(name, events))
        if number:
            whole = build.beside(f"whole-{number}").must("run", **variables)
            assert differences(everything(build), everything(whole)) == []
        after = dict(zip(map(strategies.json_line, loaded), events, strict=True))
        cases += changes(before, after)
        before = after
    build.must(*BUILD, **variables)
    for name in MARTS:
        assert_equal(mart(build, name), of_oracle(name, events))
    intake = build.rows("select outcome, sum(row_count) as n from marts.daily_intake group by 1")
    outcomes = Counter(oracle.outcome(event, strategies.CATALOGUE) for event in events)
    assert {row["outcome"]: row["n"] for row in intake} == outcomes
    assert len(outcomes) > 2, outcomes
    assert [case for case, least in CASES[mapping].items() if cases[case] < least] == [], cases


def changes(before: dict[str, Row], after: dict[str, Row]) -> Counter[str]:
    """How often a delivery made something else of rows that had landed before it."""
    found: Counter[str] = Counter()
    began = {row["session_id"] for row in before.values()}
    for line, was in before.items():
        now = after[line]
        found["row that is told who watches"] += was["customer_id"] != now["customer_id"]
        found["row that is told another title"] += was["title_id"] != now["title_id"]
        if was["session_id"] != now["session_id"]:
            case = "goes on with another" if now["session_id"] in began else "begins earlier"
            found[f"row whose session {case}"] += 1
    return found


@pytest.fixture(params=MAPPINGS)
def mapping(request: pytest.FixtureRequest) -> str:
    """The name of a mapping."""
    return request.param
