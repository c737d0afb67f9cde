"""What real players send, through their presets alone: the cases of tests/cases/players."""

import json
import re
from collections import Counter, defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import canonical
import pytest
from check_players import BEGIN, END, PAGE, render
from conftest import BUILD, Build
from forked_dbt import run_dbt
from players.build import build_marts, events, outcomes, stage
from players.cases import PRESETS, Case, all_cases
from players.compare import BY_DESIGN, COLUMNS, KEYS, is_near

LAKES = canonical.CASES.parent / "lakes"
NAMES = [case.name for case in all_cases()]
# What is only said to the reader of an expected.json …
COMMENTARY = {"source", "kind", "note"}
# … and of a lake: a query without rows to come.
ONLY_ASKED = {"select count(*) from intermediate.int_events_deduplicated"}


@pytest.fixture(scope="module")
def staged(tmp_path_factory) -> dict[Case, Path]:
    """The build file of each case's canonical events."""
    folder = tmp_path_factory.mktemp("players")
    return {case: stage(case, folder / case.name, run_dbt) for case in all_cases()}


@pytest.fixture(scope="module")
def marts(tmp_path_factory, staged) -> list[Path]:
    """The build files of all cases' marts, with the tests of data."""
    return build_marts(staged, tmp_path_factory.mktemp("marts"), run_dbt, *BUILD)


@pytest.fixture(scope="module")
def built(marts) -> Build:
    """Those of most cases: of all whose counters go on and on."""
    return Build(marts[0].parent)


@pytest.fixture(scope="module")
def found(marts, staged):
    return {each.case.name: each for each in outcomes(staged, marts)}


@pytest.mark.parametrize("name", NAMES)
def test_a_player_gives_the_numbers_expected(found, name):
    assert found[name].wrong == ()
    assert found[name].right == sum(len(row.keys() - KEYS) for row in viewer_titles(name))


@pytest.mark.parametrize("name", NAMES)
def test_no_row_of_a_player_is_rejected(found, name):
    """Every row is read; what a player sends besides playback is ignored, and counted so."""
    assert found[name].rejected == 0
    assert found[name].row_counts["accepted"] > 0


@pytest.mark.parametrize("name", sorted(canonical.MAPPINGS))
def test_a_preset_gives_the_rows_that_a_mapping_by_hand_gives(staged, found, name):
    """Row for row, in all that the mapping in Python says; sessions up to their names."""
    by_hand = [
        event for event in canonical.read_source(name).events if event["event_type"] != "ignore"
    ]
    columns = sorted(set(by_hand[0]) - {"session_id"})
    per_row = tuple(set(Case(name).per_row) & set(columns))
    told = counted_on(events(staged[Case(name)]), per_row)
    assert by_session(told, columns) == by_session(by_hand, columns)
    assert found[name].row_counts["accepted"] == len(by_hand)


def counted_on(rows: list[dict[str, Any]], per_row: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows whose counters go on and on, as those of the mapping by hand do."""
    told = [row | {"event_timestamp": row["event_timestamp"].isoformat()} for row in rows]
    return canonical.running_sum(told, per_row)


def by_session(rows: list[dict[str, Any]], columns: list[str]) -> list[list[str]]:
    """The rows of each session in order, as text that is the same for the same values."""
    sessions = defaultdict(list)
    for row in rows:
        values = {name: comparable(name, row.get(name)) for name in columns}
        sessions[row["customer_id"], row["session_id"]].append(json.dumps(values))
    return sorted(sorted(session) for session in sessions.values())


def comparable(column: str, value: Any) -> str | None:
    """A value as the column holds it: times in UTC, numbers with three digits, else text."""
    if value is None or value == "":
        return None
    if column in ("event_timestamp", "ended_at"):
        at = value if isinstance(value, datetime) else canonical.instant(value)
        return at.replace(tzinfo=at.tzinfo or canonical.UTC).astimezone(canonical.UTC).isoformat()
    if column.endswith("_seconds") or column in ("playback_rate", "buffering_events"):
        return str(Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_UP))
    return str(value)


def viewer_titles(name: str) -> list[dict[str, Any]]:
    return Case(name).expected["viewer_title"]


def test_every_case_is_built_and_all_it_says_is_known():
    assert canonical.MAPPINGS.keys() <= set(NAMES)
    for name in NAMES:
        expected = Case(name).expected
        elsewhere = {"viewer_title", "ids", "peer_segments_5s"}
        assert expected.keys() <= COMMENTARY | elsewhere, name
        assert {key for row in expected["viewer_title"] for key in row} <= COLUMNS.keys() | KEYS


def test_every_preset_has_a_case():
    presets = {path.stem for path in PRESETS.glob("*.sql")}
    assert presets == {case.preset for case in all_cases()} - {""}


def test_the_page_has_the_table_that_the_cases_give(found):
    """But for its day."""
    told = PAGE.read_text().split(BEGIN)[1].split(END)[0].strip().splitlines()
    expected = render(list(found.values()), datetime(2025, 1, 1).date()).splitlines()
    assert told[1:] == expected[1:], "make players OPTIONS=--write"


def test_what_is_by_design_is_not_what_the_peer_says():
    """Each exception names a number of a case, and another one."""
    for (name, customer_id, key), told in BY_DESIGN.items():
        (row,) = (row for row in viewer_titles(name) if row["customer_id"] == customer_id)
        assert not is_near(told, row[key], Decimal(row.get("tolerance", "0.011")))


def test_views_of_each_segment_are_the_peers(built):
    """edX counts who saw each five seconds of a video, and how often."""
    expected = Case("openedx_tracking_log").expected["peer_segments_5s"]
    intervals = built.rows(
        "select customer_id, start_seconds, end_seconds from intermediate.int_watch_intervals "
        "where customer_id like 'openedx_tracking_log:%'"
    )
    views, users = Counter(), defaultdict(set)
    for row in intervals:
        for segment in range(5):
            if row["start_seconds"] < 5 * (segment + 1) and row["end_seconds"] > 5 * segment:
                views[segment] += 1
                users[segment].add(row["customer_id"])
    assert [views[segment] for segment in range(5)] == expected["num_views"]
    assert [len(users[segment]) for segment in range(5)] == expected["num_users"]


def test_an_id_of_several_events_warns(built):
    """One source's `id` is its learner's: nothing is lost, and who reads the build is told."""
    query = "select event_id from staging.stg_telemetry__events group by all having count(*) > 1"
    assert {row["event_id"] for row in built.rows(query)} >= {"L1", "L2"}
    output = (built.folder / "output.txt").read_text()
    assert "Warning in test event_ids_name_one_event" in output
    assert re.search(r"Got [1-9] results, configured to warn", output)


def built_lake(builds, kind: str) -> Build:
    """A lake of tests/cases/lakes through dbt with its variables; its paths are in its folder."""
    folder = LAKES / kind
    variables = json.loads((folder / "vars.json").read_text())
    paths = {name: folder / value for name, value in variables.items() if name.endswith("_path")}
    return builds(kind).must("run", "--select", "+viewer_title_engagement", **(variables | paths))


def answers(build: Build, kind: str) -> list[tuple[str, list[list[Any]], list[list[Any]]]]:
    """The queries of a lake: what each yields, and what is expected."""
    told = []
    for case in json.loads((LAKES / kind / "expected.json").read_text(), parse_float=Decimal):
        if case["sql"] in ONLY_ASKED:
            assert case["rows"] is None
            continue
        rows = [list(row.values()) for row in build.rows(case["sql"])]
        told.append((case["sql"], rows, case["rows"]))
    return told


@pytest.mark.parametrize("kind", ["same_stamp_order", "event_id_is_a_number_in_the_session"])
def test_a_lake_gives_the_rows_expected(builds, kind):
    for query, told, expected in answers(built_lake(builds, kind), kind):
        assert told == expected, query


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        # The player's counter says 5,005 s of a clip of 10 s.
        ("loop_without_events", {"loop_silent": "reported_exceeds_credited"}),
        # Here no counter says more: a jump is seen of one viewer, nothing of the other.
        (
            "overlapping_players_in_a_session",
            {"airplay": "ok", "double_start": "implausible_seek"},
        ),
    ],
)
def test_what_events_cannot_tell_is_not_credited(builds, kind, flags):
    """What was really watched is in expected.json, and no event says so."""
    build = built_lake(builds, kind)
    for query, told, expected in answers(build, kind):
        assert 0 < told[0][0] < expected[0][0] and told[0][1] <= expected[0][1], query
    rows = build.rows("select customer_id, data_quality_flag from marts.viewer_title_engagement")
    assert {row["customer_id"]: row["data_quality_flag"] for row in rows} == flags
