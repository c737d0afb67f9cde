"""What `make check` proposes for each case of tests/cases/players: its preset, else a mapping.

With presets switched off, each case is a schema that nobody knows: what is proposed must make of
its rows what the mapping by hand (tests/canonical.py) does, which gives the case's numbers.
"""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from canonical import CASES, MAPPINGS, instant, read_source
from check_data import propose_for
from checker.draft import Draft
from checker.files import take_sample
from checker.presets import PRESETS, find_preset, read_presets
from checker.proposal import Proposal
from checker.rules import text_of
from conftest import write_ndjson

NAMES = sorted(folder.name for folder in CASES.iterdir())
# The preset whose head says that it was tried on a case.
PRESET_OF = {
    name: file.stem
    for file in PRESETS.glob("*.sql")
    for name in re.findall(r"tests/cases/players/(\w+)", file.read_text())
}
# What the rows alone do not tell, and why the numbers are the case's all the same.
NOT_TOLD = {
    # `t` rows tell the state again: read as starts and pauses, they say nothing new.
    "cmcd_v2_events": "event_type",
    # Local times are read as UTC, which is said; a play lasts as long.
    "jellyfin_playback_reporting": "event_timestamp",
}
# What its source exports as CSV.
AS_CSV = ("netflix_viewing_activity",)
SECONDS = ("position_seconds", "end_position_seconds", "watched_seconds", "seek_from_seconds")
TEXTS = ("customer_id", "title_id")


@pytest.fixture(scope="module")
def proposals(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is proposed for a case, with and without presets."""

    def proposed(name: str, presets: bool) -> Proposal:
        folder = tmp_path_factory.mktemp(name)
        lines = (CASES / name / "input.json").read_text().splitlines()
        if name in AS_CSV:
            lake = folder / "a.csv"
            write_csv(lake, [json.loads(line) for line in lines])
        else:
            lake = write_ndjson(folder / "lake", [(datetime(2025, 4, 1), line) for line in lines])
        sample = take_sample(str(lake), None, 10_000, folder / "sample")
        return propose_for(sample, str(CASES / name / "titles.csv"), "", "", presets)

    return proposed


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_all_there_is_to_set(proposals, name):
    """Recognised by its rows alone; a case of no preset is taken for none."""
    proposal = proposals(name, True)
    if preset := PRESET_OF.get(name):
        assert proposal.variables == {"preset": preset}
        assert proposal.preset_why
    else:
        assert "preset" not in proposal.variables
    assert proposal.missing == []


@pytest.mark.parametrize("name", sorted(MAPPINGS))
def test_an_unknown_schema_is_mapped_as_by_hand(proposals, name):
    proposal = proposals(name, False)
    assert "preset" not in proposal.variables
    assert proposal.missing == []
    by_hand = [event for event in read_source(name).events if event["event_type"] != "ignore"]
    columns = {column for column in by_hand[0] if column in (*SECONDS, *TEXTS)}
    columns |= {"event_type", "event_timestamp", "ended_at"}
    if name == "trakt_scrobble":
        # Percents of a duration that the catalogue has.
        assert proposal.rule("position_seconds") == {"from": "progress", "unit": "percent"}
        columns -= {"position_seconds"}
    columns -= {NOT_TOLD.get(name, "")}
    told = mapped(proposal, columns)
    assert told == Counter(as_told(event, columns) for event in by_hand)


def test_what_is_not_told_is_few():
    """Of the cases so many are mapped as by hand, row for row; the others give the same numbers."""
    assert len(MAPPINGS) - len(NOT_TOLD) >= 21
    assert set(NOT_TOLD) <= set(MAPPINGS)


def test_a_preset_of_another_format_is_none():
    """The build would stop at it."""
    rows = [json.loads(line) for line in (CASES / AS_CSV[0] / "input.json").open()]
    assert find_preset(read_presets(), rows, "ndjson") is None
    assert find_preset(read_presets(), rows, "csv") is not None


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def mapped(proposal: Proposal, columns: set[str]) -> Counter[tuple[Any, ...]]:
    """The rows as the proposed rules read them, without what is ignored."""
    draft = Draft(proposal.table, columns=dict(proposal.columns), names=dict(proposal.names))
    values = {name: draft.texts(name) for name in TEXTS}
    values |= {name: thousandths(draft.seconds(name)) for name in SECONDS}
    values |= {name: thousandths(draft.times(name)) for name in ("event_timestamp", "ended_at")}
    where = proposal.rows.get("where", {})
    values["event_type"] = {number: draft.type_of(number) for number in range(draft.row_count)}
    return Counter(
        tuple(values[name].get(number) for name in sorted(columns))
        for number in range(draft.row_count)
        if draft.type_of(number) not in (None, "ignore")
        and not any(text_of(path, draft.table, number) for path in where)
    )


def as_told(event: dict[str, Any], columns: set[str]) -> tuple[Any, ...]:
    """An event that was mapped by hand, in the same form."""
    told: dict[str, Any] = {"event_type": event["event_type"]}
    told |= {name: str(event[name]) for name in TEXTS}
    for name in SECONDS:
        value = event.get(name)
        told[name] = None if value in (None, "") else round(float(value) * 1000)
    for name in ("event_timestamp", "ended_at"):
        value = event.get(name)
        told[name] = None if value is None else round(instant(str(value)).timestamp() * 1000)
    return tuple(told[name] for name in sorted(columns))


def thousandths(values: dict[int, float]) -> dict[int, int]:
    return {number: round(value * 1000) for number, value in values.items()}
