"""What real players send, mapped by hand, and what the marts make of it: cases of tests/cases."""

import csv
import json
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from canonical import CASES, MAPPINGS, Source, read_source
from conftest import BUILD, Build, write_ndjson

LANDED_AT = datetime(2025, 4, 1)
LAKES = CASES.parent / "lakes"
TOLERANCE = Decimal("0.011")
# Keys of expected.json: what is checked …
TOLD_BY_THE_MART = {
    "watch_seconds": "watch_seconds",
    "unique_watch_seconds": "unique_watch_seconds",
    "forward_skips": "forward_skip_count",
    "backward_skips": "backward_skip_count",
    "pause_count": "pause_count",
    "session_count": "session_count",
    "buffering_seconds": "buffering_seconds",
    "buffering_events": "buffering_event_count",
    "max_position": "max_position_seconds",
    "completed": "is_completed",
}
# … of the clock: seconds played; of the rest of a session, which a pause or an advertisement took …
TOLD_BY_THE_CLOCK = {
    "wall_played": "wall_played",
    "paused_seconds": "idle_seconds",
    "ad_seconds": "idle_seconds",
}
# … what names a row, how near is near enough, and what is only said to the reader.
KEYS = {"customer_id", "title_id", "tolerance"}
COMMENTARY = {"source", "kind", "note"}
# The same of a lake: a query for the reader, without rows to come.
ONLY_ASKED = {"select count(*) from intermediate.int_events_deduplicated"}
# Where docs/method.md's rules give another number than a peer, by its own definition, does.
BY_DESIGN = {
    # Nothing had played: docs/method.md §5.3 calls it start-up, no stall.
    ("snowplow_media_v2", "f_buffer", "buffering_seconds"): 0,
    # Without the 0.086 s and 0.147 s that the playhead moved on in an advertisement and a pause.
    ("snowplow_media_v2", "j_real", "watch_seconds"): Decimal("59.837"),
    ("snowplow_media_v2", "j_real", "unique_watch_seconds"): Decimal("59.837"),
}


def named(source: str, event: dict[str, Any]) -> dict[str, Any]:
    """An event whose ids no other source has."""
    ids = ("customer_id", "session_id", "title_id")
    return event | {name: f"{source}:{event[name]}" for name in ids}


def write_titles(path: Path, sources: list[Source]) -> Path:
    """The catalogues of all sources as one."""
    rows = [
        row | {"title_id": f"{source.name}:{title}"}
        for source in sources
        for title, row in source.titles.items()
    ]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return [read_source(name) for name in MAPPINGS]


@pytest.fixture(scope="module")
def built(builds, sources) -> Build:
    """All sources in one lake, through `dbt build` with its tests of data."""
    build = builds("players")
    events = [named(source.name, event) for source in sources for event in source.events]
    lines = [(LANDED_AT, json.dumps(event, default=float)) for event in events]
    lake = write_ndjson(build.folder / "lake", lines)
    titles = write_titles(build.folder / "titles.csv", sources)
    return build.must(*BUILD, telemetry_path=lake, titles_path=titles)


@pytest.fixture(scope="module")
def marts(built) -> dict[tuple[str, str], dict[str, Any]]:
    return told_by(built)


def told_by(built: Build) -> dict[tuple[str, str], dict[str, Any]]:
    """What the marts say of each viewer and title, and the intervals it rests on."""
    rows = built.rows("select * from marts.viewer_title_engagement")
    pairs = {(row["customer_id"], row["title_id"]): row | {"intervals": []} for row in rows}
    session_seconds: Counter[tuple[str, str]] = Counter()
    for row in built.rows("select * from marts.viewing_sessions"):
        session_seconds[row["customer_id"], row["title_id"]] += row["session_seconds"]
    played_seconds: Counter[tuple[str, str]] = Counter()
    for row in built.rows(
        "select * from intermediate.int_watch_intervals order by wall_started_at"
    ):
        pair = (row["customer_id"], row["title_id"])
        pairs[pair]["intervals"].append((row["start_seconds"], row["end_seconds"]))
        played_seconds[pair] += row["wall_seconds"]
    for pair, row in pairs.items():
        row["wall_played"] = played_seconds[pair]
        row["idle_seconds"] = session_seconds[pair] - played_seconds[pair]
    return pairs


def expected_of(name: str) -> dict[str, Any]:
    """What a source's case says should come; numbers with a point are decimals."""
    return json.loads((CASES / name / "expected.json").read_text(), parse_float=Decimal)


def expected_pairs(name: str) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """The same by viewer and title, as the lake of all sources names them."""
    expected = expected_of(name)
    short_ids = expected.get("ids", {})
    long_ids = {short: long for long, short in short_ids.items() if long != "note"}
    return [
        (
            (
                f"{name}:{row['customer_id']}",
                f"{name}:{long_ids.get(row['title_id'], row['title_id'])}",
            ),
            row,
        )
        for row in expected["viewer_title"]
    ]


def is_near(told: Any, expected: Any, tolerance: Decimal) -> bool:
    """NULL is near NULL alone: unknown is another thing than 0."""
    if told is None or expected is None or isinstance(expected, bool):
        return told is expected
    if isinstance(expected, list):
        return len(told) == len(expected) and all(
            is_near(bound, limit, tolerance)
            for interval, bounds in zip(sorted(told), sorted(expected), strict=True)
            for bound, limit in zip(interval, bounds, strict=True)
        )
    return abs(told - expected) <= tolerance


@pytest.mark.parametrize("name", sorted(MAPPINGS))
def test_a_player_gives_the_numbers_expected(marts, name):
    columns = TOLD_BY_THE_MART | TOLD_BY_THE_CLOCK | {"intervals": "intervals"}
    wrong = []
    for pair, row in expected_pairs(name):
        tolerance = Decimal(row.get("tolerance", TOLERANCE))
        for key in row.keys() - KEYS:
            expected = BY_DESIGN.get((name, row["customer_id"], key), row[key])
            told = marts[pair][columns[key]]
            if not is_near(told, expected, tolerance):
                wrong.append(f"{row['customer_id']} {key}: {told}, expected {expected}")
    assert wrong == []


def test_every_case_is_mapped_and_all_it_says_is_known():
    assert sorted(MAPPINGS) == sorted(folder.name for folder in CASES.iterdir())
    known = TOLD_BY_THE_MART.keys() | TOLD_BY_THE_CLOCK.keys() | {"intervals"} | KEYS
    for name in MAPPINGS:
        expected = expected_of(name)
        elsewhere = {"viewer_title", "ids", "peer_segments_5s"}
        assert expected.keys() <= COMMENTARY | elsewhere, name
        assert {key for row in expected["viewer_title"] for key in row} <= known, name


def test_what_is_by_design_is_not_what_the_peer_says():
    """Each exception names a number of a case, and another one."""
    for (name, customer_id, key), told in BY_DESIGN.items():
        (row,) = (row for _, row in expected_pairs(name) if row["customer_id"] == customer_id)
        assert not is_near(told, row[key], Decimal(row.get("tolerance", TOLERANCE)))


def test_only_those_are_viewers_who_are_expected(marts):
    expected = [pair for name in MAPPINGS for pair, _ in expected_pairs(name)]
    assert sorted(marts) == sorted(expected)


def test_views_of_each_segment_are_the_peers(marts):
    """edX counts who saw each five seconds of a video, and how often."""
    expected = expected_of("openedx_tracking_log")["peer_segments_5s"]
    views, users = Counter(), defaultdict(set)
    for pair, _ in expected_pairs("openedx_tracking_log"):
        for start, end in marts[pair]["intervals"]:
            for segment in range(5):
                if start < 5 * (segment + 1) and end > 5 * segment:
                    views[segment] += 1
                    users[segment].add(pair)
    assert [views[segment] for segment in range(5)] == expected["num_views"]
    assert [len(users[segment]) for segment in range(5)] == expected["num_users"]


def test_no_row_of_a_player_is_rejected(built, sources):
    """Every row is read; what a player sends besides playback is ignored, and counted so."""
    types = Counter(event["event_type"] for source in sources for event in source.events)
    intake = built.rows("select outcome, row_count from marts.daily_intake")
    told = {row["outcome"]: row["row_count"] for row in intake if row["row_count"]}
    assert told == {"accepted": types.total() - types["ignore"], "ignored": types["ignore"]}
    assert built.rows("select * from staging.stg_telemetry__rejected_events") == []


def test_an_id_of_several_events_warns(built):
    """One source's `id` is its learner's: nothing is lost, and who reads the build is told."""
    query = "select event_id from staging.stg_telemetry__events group by all having count(*) > 1"
    assert {row["event_id"] for row in built.rows(query)} >= {"L1", "L2"}
    output = (built.folder / "output.txt").read_text()
    assert "Warning in test event_ids_name_one_event" in output
    assert "Got 2 results, configured to warn" in output


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
