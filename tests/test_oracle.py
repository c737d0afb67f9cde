"""The oracle's own tests: the cases that DESIGN.md works out, then the laws of its §10."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import (
    ENGAGEMENT,
    PLAYBACK,
    Span,
    covered_cells,
    covered_grid,
    distinct,
    durations,
    islands,
    parse_line,
    reject_reason,
    spans,
    tier,
    unique_seconds,
    viewer_presence,
    viewer_title_engagement,
    viewing_sessions,
    watch_coverage,
    watch_intervals,
)
from strategies import (
    CATALOGUE,
    REASONS,
    Example,
    edge_events,
    good_event,
    hostile_viewer,
    json_line,
    lake,
    malformed_line,
    not_an_object,
    rejected_event,
    shifted,
)

BEGAN_AT = datetime(2024, 2, 29, 10)
TIERS = ("Minimal", "Low", "Medium", "High")
law = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def seconds(value: str | int | float) -> Decimal:
    return Decimal(str(value))


def event(
    at: float, event_type: str, position: Any, watched: int | None = None, **others: Any
) -> dict[str, Any]:
    """An event of the 300 s film, `at` seconds into the session; `others` override its fields."""
    moment = BEGAN_AT + timedelta(seconds=at)
    return {
        "event_id": f"{at}-{event_type}-{position}-{others.get('session_id')}",
        "customer_id": "viewer",
        "session_id": "session",
        "title_id": "film",
        "event_type": event_type,
        "event_timestamp": f"{moment.isoformat(timespec='milliseconds')}Z",
        "position_seconds": position,
        "watch_duration_seconds": watched,
        "landed_at": BEGAN_AT,
        **others,
    }


def span_of(events: list[dict[str, Any]], number: int) -> Span:
    """What the numbered event owns; ids of these events are their own."""
    event_id = events[number]["event_id"]
    (span,) = (found for key, found in spans(events, CATALOGUE).items() if key[0] == event_id)
    return span


def owns(events: list[dict[str, Any]], number: int) -> tuple[str | None, Any, Any]:
    """Evidence and ends of the interval that the numbered event owns."""
    span = span_of(events, number)
    return span.evidence, span.start, span.end


def mart_row(events: list[dict[str, Any]], title_id: str = "film") -> dict[str, Any]:
    return viewer_title_engagement(events, CATALOGUE)["viewer", title_id]


# --- The reference cases of §5.1 -----------------------------------------------------------------

REFERENCE = [
    event(0, "start", 0),
    event(30, "pause", 30),
    event(60, "resume", 30),
    event(150, "pause", 120),
    event(160, "resume", 110),
    event(170, "pause", 120),
]


FULL_WATCH = [event(0, "start", 0), event(300, "complete", 300)]


def test_reference_case() -> None:
    row = mart_row(REFERENCE)
    assert (row["watch_seconds"], row["unique_watch_seconds"], row["rewatch_seconds"]) == (
        130,
        120,
        10,
    )
    assert round(row["watch_percentage"], 1) == 43.3
    assert row["completion_percentage"] == 40.0
    assert (row["session_count"], row["play_count"], row["pause_count"]) == (1, 3, 3)
    assert (row["forward_skip_count"], row["backward_skip_count"]) == (0, 1)
    assert (round(row["engagement_score"], 1), row["engagement_tier"]) == (17.2, "Low")
    assert (row["island_count"], row["longest_island_seconds"]) == (1, 120)
    assert row["data_quality_flag"] == "ok"


def test_clean_full_watch() -> None:
    row = mart_row(FULL_WATCH)
    assert (row["engagement_score"], row["engagement_tier"]) == (60.0, "Medium")
    components = ("watch_score", "session_score", "coverage_score", "completion_score")
    assert [row[name] for name in components] == [5.0, 5.0, 25.0, 25.0]
    assert row["is_completed"] and row["verified_completion_count"] == 1


# --- The table of §3, row by row -----------------------------------------------------------------


@pytest.mark.parametrize("closing", ["pause", "stop", "complete"])
@pytest.mark.parametrize("opening", ["start", "resume"])
def test_opening_then_closing_is_observed(opening: str, closing: str) -> None:
    events = [event(0, opening, 10), event(20, closing, 30)]
    assert owns(events, 0) == ("observed", 10, 30)
    assert owns(events, 1) == (None, None, None)


def test_opening_then_opening_is_a_lost_close() -> None:
    events = [event(0, "start", 10), event(20, "resume", 30)]
    assert owns(events, 0) == ("lost_close", 10, 30)


def test_advance_at_the_bound_is_plausible() -> None:
    assert owns([event(0, "start", 0), event(10, "pause", 25)], 0) == ("observed", 0, 25)
    assert span_of([event(0, "start", 0), event(10, "pause", 25)], 0).forward_skip_count == 0


@pytest.mark.parametrize("following", ["pause", "resume"])
def test_advance_beyond_the_bound_is_a_seek(following: str) -> None:
    events = [event(0, "start", 0), event(10, following, 25.001)]
    assert owns(events, 0) == ("seek", 0, 10)
    assert span_of(events, 0).forward_skip_count == 1


def test_seek_in_no_time_is_evidence_without_an_interval() -> None:
    events = [event(0, "start", 0), event(0, "stop", 100)]
    assert owns(events, 0) == ("seek", None, None)
    assert span_of(events, 0).forward_skip_count == 1
    assert mart_row(events)["data_quality_flag"] == "implausible_seek"


def test_no_advance_owns_nothing() -> None:
    assert owns([event(0, "start", 10), event(20, "pause", 10)], 0) == (None, None, None)


def test_rewind_without_reported_watch_owns_nothing() -> None:
    events = [event(0, "start", 50), event(20, "pause", 30)]
    assert owns(events, 0) == (None, None, None)
    assert span_of(events, 0).backward_skip_count == 1


@pytest.mark.parametrize(
    ("watched", "expected"),
    [
        ((5, 12), ("reported", 23, 30)),
        ((None, 12), ("reported", 18, 30)),  # the previous event reports none: since 0
        ((5, 500), ("reported", 10, 30)),  # capped at the wall
        ((12, 12), (None, None, None)),
        ((12, 5), (None, None, None)),
        ((5, None), (None, None, None)),
    ],
)
def test_rewind_with_reported_watch(
    watched: tuple[int | None, int | None], expected: tuple[Any, Any, Any]
) -> None:
    events = [event(0, "start", 50, watched[0]), event(20, "pause", 30, watched[1])]
    assert owns(events, 0) == expected


@pytest.mark.parametrize(("wall", "expected"), [(1800, ("switched", 10, 1810)), (1800.001, None)])
def test_switch_to_another_title(wall: float, expected: tuple[Any, Any, Any] | None) -> None:
    events = [event(0, "start", 10), event(wall, "start", 0, title_id="clip")]
    assert owns(events, 0) == (expected or (None, None, None))


def test_switch_looks_past_what_happens_at_the_same_instant() -> None:
    events = [
        event(0, "start", 10),
        event(0, "stop", 0, title_id="clip"),
        event(8, "pause", 9, title_id="clip"),
    ]
    assert owns(events, 0) == ("switched", 10, 18)


def test_last_opening_of_a_session_owns_nothing() -> None:
    events = [event(0, "start", 10), event(9, "start", 0, session_id="another", title_id="clip")]
    assert owns(events, 0) == (None, None, None)


@pytest.mark.parametrize(
    ("watched", "expected"),
    [(7, ("reported", 23, 30)), (40, ("reported", -10, 30)), (0, None), (None, None)],
)
def test_first_closing_event(watched: int | None, expected: tuple[Any, Any, Any] | None) -> None:
    assert owns([event(0, "pause", 30, watched)], 0) == (expected or (None, None, None))


@pytest.mark.parametrize(
    ("watched", "expected"),
    [
        ((7, 10), ("reported", 97, 100)),
        ((None, 10), ("reported", 90, 100)),
        ((7, 90), ("reported", 80, 100)),  # capped at the wall
        ((7, 7), None),
        ((7, None), None),
    ],
)
def test_closing_after_a_closing_event(
    watched: tuple[int | None, int | None], expected: tuple[Any, Any, Any] | None
) -> None:
    events = [event(0, "pause", 30, watched[0]), event(20, "stop", 100, watched[1])]
    assert owns(events, 1) == (expected or (None, None, None))


def test_closing_after_an_opening_event_owns_nothing() -> None:
    assert owns([event(0, "start", 0, 0), event(9, "pause", 9, 9)], 1) == (None, None, None)


def test_titles_of_a_session_are_ordered_apart() -> None:
    events = [
        event(0, "start", 0),
        event(5, "start", 0, title_id="clip"),
        event(10, "pause", 10),
        event(15, "pause", 10, title_id="clip"),
    ]
    assert [owns(events, number)[0] for number in range(4)] == ["observed", "observed", None, None]


def test_order_within_an_instant() -> None:
    """Reported watch time first (NULL before all), then type, then event_id."""
    at_once = [
        event(0, "stop", 4, None, event_id="z"),
        event(0, "start", 1, 1, event_id="b"),
        event(0, "start", 1, 1, event_id="c"),
        event(0, "resume", 2, 1, event_id="a"),
        event(0, "pause", 3, 1, event_id="a2"),
        event(0, "start", 5, 0, event_id="y"),
    ]
    ordered = sorted(distinct(at_once), key=lambda item: item.order)
    assert [item.event_id for item in ordered] == ["z", "y", "b", "c", "a2", "a"]


# --- Skips, clipping, the clock ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "skips"), [(35, (0, 0)), (35.001, (1, 0)), (28, (0, 0)), (27.999, (0, 1))]
)
def test_skips_between_spans(position: float, skips: tuple[int, int]) -> None:
    span = span_of([event(0, "pause", 30), event(9, "resume", position)], 1)
    assert (span.forward_skip_count, span.backward_skip_count) == skips


@pytest.mark.parametrize(("position", "skips"), [(28, 0), (27.999, 1)])
def test_rewind_inside_a_span_is_a_backward_skip(position: float, skips: int) -> None:
    span = span_of([event(0, "resume", 30), event(9, "pause", position)], 0)
    assert (span.forward_skip_count, span.backward_skip_count) == (0, skips)


def test_first_start_at_a_bookmark_is_no_skip() -> None:
    assert span_of([event(0, "start", 200)], 0).forward_skip_count == 0


def test_a_seek_between_opening_events_is_one_skip() -> None:
    events = [event(0, "start", 0), event(9, "resume", 200)]
    assert [span_of(events, number).forward_skip_count for number in (0, 1)] == [1, 0]


def test_moves_between_closing_events_are_no_skips() -> None:
    span = span_of([event(0, "pause", 30), event(9, "stop", 200)], 1)
    assert (span.forward_skip_count, span.backward_skip_count) == (0, 0)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event(0, "pause", 30, 40)], (0, 30)),
        ([event(0, "start", 290), event(20, "stop", 310)], (290, 300)),
        ([event(0, "start", 300), event(20, "stop", 310)], None),
    ],
)
def test_intervals_are_clipped_to_the_title(
    events: list[dict[str, Any]], expected: tuple[int, int] | None
) -> None:
    found = [interval.on_title for interval in watch_intervals(events, CATALOGUE)]
    assert found == ([expected] if expected else [])
    assert mart_row(events)["play_count"] == len(found)


def test_unknown_duration_clips_only_below_zero() -> None:
    events = [
        event(0, "pause", 30, 40, title_id="live"),
        event(9, "start", 90_000, title_id="live"),
        event(19, "stop", 90_010, title_id="live"),
    ]
    assert watch_coverage(events, CATALOGUE) == {("viewer", "live"): [(0, 30), (90_000, 90_010)]}


@pytest.mark.parametrize(
    ("events", "started", "lasts"),
    [
        ([event(0, "start", 0), event(20, "pause", 20)], 0, 20),
        ([event(0, "start", 0), event(9000, "pause", 20)], 0, 45),  # 20 s at 0.5, and 5 s
        ([event(0, "start", 290), event(60, "stop", 320)], 0, 25),  # 10 s left of the title
        ([event(0, "start", 50, 0), event(20, "pause", 30, 8)], 12, 8),
        ([event(50, "pause", 30, 40)], 10, 40),
        ([event(50, "pause", 2, 40)], 41, 9),  # 2 s at 0.5, and 5 s; it still ends at the pause
        ([event(0, "start", 0), event(20, "start", 0, title_id="clip")], 0, 20),
        ([event(0, "start", 298), event(20, "start", 0, title_id="clip")], 0, 9),
    ],
)
def test_time_on_the_clock(events: list[dict[str, Any]], started: float, lasts: float) -> None:
    (interval,) = watch_intervals(events, CATALOGUE)
    assert interval.wall_started_at == BEGAN_AT + timedelta(seconds=started)
    assert interval.wall_seconds == seconds(lasts)


def test_presence_spans_devices() -> None:
    events = [
        event(0, "start", 0),
        event(30, "pause", 30),
        event(20, "start", 0, session_id="phone"),
        event(40, "pause", 20, session_id="phone"),
    ]
    island = (BEGAN_AT, BEGAN_AT + timedelta(seconds=40))
    assert viewer_presence(events, CATALOGUE) == {"viewer": [island]}


# --- Reading -------------------------------------------------------------------------------------


@given(rejected_event())
@law
def test_the_first_fault_is_the_reason(drawn: tuple[str, dict[str, Any]]) -> None:
    reason, rejected = drawn
    assert reject_reason(rejected) == reason
    assert distinct([rejected]) == []


def test_every_reason_occurs() -> None:
    assert {reject_reason({"landed_at": BEGAN_AT}), *REASONS} == set(REASONS)
    assert reject_reason(None) == "unparseable"


@given(st.one_of(malformed_line(), not_an_object()))
@law
def test_malformed_lines_are_unparseable(line: str) -> None:
    assert reject_reason(parse_line(line, BEGAN_AT)) == "unparseable"


def test_edges_are_accepted_and_lines_read_back() -> None:
    for accepted in (good_event(), *edge_events()):
        assert reject_reason(accepted) is None
        assert parse_line(json_line(accepted), accepted["landed_at"]) == accepted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29T10:00:00.123Z", BEGAN_AT + timedelta(milliseconds=123)),
        ("2024-02-29T10:00:00.123999Z", BEGAN_AT + timedelta(milliseconds=123)),
        ("2024-02-29T12:00:00+02:00", BEGAN_AT),
        ("2024-02-29T04:30:00.5-0530", BEGAN_AT + timedelta(milliseconds=500)),
        ("2024-02-29T10:00:00", BEGAN_AT),
    ],
)
def test_timestamps(text: str, expected: datetime) -> None:
    (accepted,) = distinct([event(0, "start", 0, event_timestamp=text)])
    assert accepted.event_at == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.0005", "1.001"), (1.0004, "1.000"), ("12", "12"), (172_800, "172800"), ("-0.0004", "0")],
)
def test_positions_round_half_up(value: Any, expected: str) -> None:
    (accepted,) = distinct([event(0, "start", value)])
    assert accepted.position == Decimal(expected)


def test_the_first_landed_copy_counts() -> None:
    first = event(0, "start", 10, event_id="e", landed_at=BEGAN_AT)
    later = event(-9, "pause", 20, event_id="e", landed_at=BEGAN_AT + timedelta(hours=1))
    rejected = event(0, "seek", 30, event_id="e", landed_at=BEGAN_AT - timedelta(hours=1))
    assert [item.position for item in distinct([later, rejected, first])] == [10]


# --- Durations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([("pause", 50, 25.0)], (200, "inferred")),
        ([("pause", 1, 2), ("pause", 50, 25), ("stop", 50, 25)], (200, "inferred")),
        ([("pause", 50, 25), ("pause", 50, 50)], (200, "inferred")),  # a tie: the longer
        ([("pause", 10.05, 10)], (101, "inferred")),  # 100.5, rounded half up
        ([("pause", 0.4, 100), ("complete", 80, None), ("complete", 90, 0)], (90, "inferred")),
        ([("complete", 0, 100)], (None, None)),
        ([("pause", 80, None)], (None, None)),
    ],
)
def test_inferred_durations(reports: list[Any], expected: tuple[Any, Any]) -> None:
    events = [
        event(at, event_type, position, title_id="absent", completion_percentage=percentage)
        for at, (event_type, position, percentage) in enumerate(reports)
    ]
    assert durations(events, CATALOGUE)["absent"] == expected


def test_catalogue_durations() -> None:
    stream = event(0, "complete", 50, title_id="live", completion_percentage=10)
    found = durations([stream], CATALOGUE)
    assert found["film"] == (300, "catalogue")
    assert found["live"] == (None, None)


# --- Marts ---------------------------------------------------------------------------------------


def test_counters_are_maxima_of_a_session_and_sums_over_sessions() -> None:
    events = [
        event(0, "start", 0, buffering_duration_seconds=4, error_count=1),
        event(12, "pause", 12, buffering_duration_seconds=3, error_count=-9),
        event(0, "start", 0, session_id="b", buffering_events=-2),
        event(0, "start", 0, session_id="c", buffering_duration_seconds="2"),
    ]
    row = mart_row(events)
    assert (row["buffering_seconds"], row["error_count"]) == (6, 1)
    assert row["buffering_event_count"] is None
    assert row["rebuffer_ratio"] == 6 / 18
    sessions = viewing_sessions(events, CATALOGUE)
    assert sessions["viewer", "session", "film"]["rebuffer_ratio"] == 0.25
    assert sessions["viewer", "b", "film"]["rebuffer_ratio"] is None


def test_attributes_come_from_the_earliest_event_that_reports_them() -> None:
    events = [
        event(0, "start", 0, event_id="a", device_type=" ", isp="second by name"),
        event(0, "pause", 0, event_id="b", isp="first by name"),
        event(9, "stop", 0, device_type="tv"),
        event(10, "stop", 0, device_type="web"),
    ]
    session = viewing_sessions(events, CATALOGUE)["viewer", "session", "film"]
    assert (session["isp"], session["device_type"]) == ("first by name", "tv")
    assert session["city"] is None


def test_dominant_device_is_the_one_with_most_watch_time() -> None:
    def watch(session: str, device: str | None, length: int) -> list[dict[str, Any]]:
        ends = [(0, "start", 0), (length, "stop", length)]
        shared = {"session_id": session, "device_type": device}
        return [event(*end, event_id=f"{session}-{end[0]}", **shared) for end in ends]

    tied = watch("a", "web", 10) + watch("b", "tv", 4) + watch("c", "tv", 6)
    assert mart_row(tied)["dominant_device_type"] == "tv"
    assert mart_row(tied + watch("d", "web", 1))["dominant_device_type"] == "web"
    assert mart_row(watch("a", None, 9))["dominant_device_type"] is None


@pytest.mark.parametrize(
    ("events", "flag"),
    [
        ([event(0, "start", 300), event(9, "pause", 305.001)], "position_exceeds_duration"),
        ([event(0, "start", 290), event(15, "pause", 305)], "ok"),
        ([*FULL_WATCH, event(310, "resume", 0), event(370, "pause", 60)], "ok"),
        ([*FULL_WATCH, event(310, "resume", 0), event(371, "pause", 61)], "excessive_watch_time"),
        (
            [event(0, "start", 0), event(9, "complete", 300)],
            "completed_without_sufficient_watch",
        ),
        ([event(0, "start", 0), event(9, "pause", 200)], "implausible_seek"),
        ([event(0, "start", 0), event(4.999, "pause", 4.999)], "very_short_watch"),
        ([event(0, "start", 0), event(5, "pause", 5)], "ok"),
    ],
)
def test_data_quality_flag(events: list[dict[str, Any]], flag: str) -> None:
    assert mart_row(events)["data_quality_flag"] == flag


def test_without_a_duration_percentages_are_null_and_their_terms_nothing() -> None:
    ends = [event(0, "start", 0, title_id="live"), event(1200, "complete", 1200, title_id="live")]
    row = mart_row(ends, "live")
    assert row["watch_percentage"] is row["unique_watch_percentage"] is None
    assert row["completion_percentage"] is row["title_duration_seconds"] is None
    assert (row["coverage_score"], row["completion_score"]) == (0, 0)
    assert (row["completion_count"], row["is_completed"]) == (1, False)
    assert row["engagement_score"] == 20 + 5


def test_watch_score_is_capped_and_skips_are_punished() -> None:
    laps = [
        event(70 * lap + offset, event_type, position, title_id="clip")
        for lap in range(5)
        for offset, event_type, position in ((0, "start", 0), (60, "pause", 60))
    ]
    row = mart_row(laps, "clip")
    assert (row["watch_seconds"], row["watch_score"]) == (300, 3.0)
    leaps = [
        event(2 * leap + offset, event_type, 40 * leap)
        for leap in range(7)
        for offset, event_type in ((0, "resume"), (1, "pause"))
    ]
    row = mart_row(leaps)
    assert (row["forward_skip_count"], row["skip_penalty"], row["engagement_score"]) == (6, 10, 0)


# --- Laws of §10 ---------------------------------------------------------------------------------

tenths = st.integers(-40, 80).map(lambda drawn: Decimal(drawn) / 4)
an_interval = st.tuples(tenths, tenths)
some_intervals = st.lists(an_interval, max_size=8)


@given(some_intervals, some_intervals)
@law
def test_islands_are_a_merge(left: list[Any], right: list[Any]) -> None:
    """Sorted, disjoint, never touching; idempotent and associative; of the union's measure."""
    merged = islands(left + right)
    assert all(start < end for start, end in merged)
    assert all(before[1] < after[0] for before, after in pairwise(merged))
    assert islands(merged) == merged
    assert islands(islands(left) + right) == merged == islands(left + islands(right))
    assert sum(end - start for start, end in merged) == unique_seconds(left + right)


@given(some_intervals)
@law
def test_unique_is_the_measure_of_the_union(drawn: list[Any]) -> None:
    """Cells of any size agree with the grid of whole seconds, in quarters of a second."""
    by_cells = sum(right - left for left, right in covered_cells(drawn))
    quarters = covered_grid([(start * 4, end * 4) for start, end in drawn])
    assert by_cells == Decimal(len(quarters)) / 4 == unique_seconds(drawn)


@given(some_intervals, an_interval)
@law
def test_another_interval_never_lowers_unique(drawn: list[Any], added: Any) -> None:
    assert unique_seconds([*drawn, added]) >= unique_seconds(drawn)


@given(hostile_viewer())
@law
def test_bounds_of_a_row(example: Example) -> None:
    for row in viewer_title_engagement(example.events, CATALOGUE).values():
        duration, unique = row["title_duration_seconds"], row["unique_watch_seconds"]
        assert 0 <= unique <= row["watch_seconds"]
        assert row["rewatch_seconds"] + unique == row["watch_seconds"]
        assert row["longest_island_seconds"] <= unique
        assert (row["island_count"] == 0) == (row["play_count"] == 0) == (unique == 0)
        assert row["rebuffer_ratio"] is None or 0 <= row["rebuffer_ratio"] <= 1
        assert row["verified_completion_count"] in (0, row["completion_count"])
        assert row["engagement_score"] >= 0
        if duration is not None:
            assert unique <= duration and row["max_position_seconds"] <= duration
            assert row["unique_watch_percentage"] <= 100 >= row["completion_percentage"]


@given(hostile_viewer())
@law
def test_watch_is_additive_over_sessions_and_unique_is_not(example: Example) -> None:
    sessions = viewing_sessions(example.events, CATALOGUE)
    for (customer, title), row in viewer_title_engagement(example.events, CATALOGUE).items():
        own = [item for key, item in sessions.items() if (key[0], key[2]) == (customer, title)]
        assert sum(item["watch_seconds"] for item in own) == row["watch_seconds"]
        uniques = [item["unique_watch_seconds"] for item in own]
        assert max(uniques) <= row["unique_watch_seconds"] <= sum(uniques)


@given(hostile_viewer())
@law
def test_at_most_one_interval_an_event(example: Example) -> None:
    owned = spans(example.events)
    assert set(owned) == {raw["event_id"] for raw in example.events}
    clipped = watch_intervals(example.events, CATALOGUE)
    assert all(owned[event_id].start < owned[event_id].end for event_id in clipped)
    for interval in clipped.values():
        assert 0 <= interval.start < interval.end
        longest = interval.seconds / PLAYBACK.min_playback_rate + PLAYBACK.clock_tolerance_seconds
        assert 0 <= interval.wall_seconds <= longest


@given(hostile_viewer())
@law
def test_presence_never_exceeds_the_time_played(example: Example) -> None:
    present = viewer_presence(example.events, CATALOGUE).get("viewer", [])
    assert all(before[1] < after[0] for before, after in pairwise(present))
    total = sum((end - start for start, end in present), timedelta())
    played = sum(item.wall_seconds for item in watch_intervals(example.events, CATALOGUE).values())
    assert seconds(total / timedelta(milliseconds=1)) <= played * 1000


def everything(events: list[dict[str, Any]]) -> list[Any]:
    """All that the oracle says of some events."""
    tellers: list[Callable[..., Any]] = [
        viewing_sessions,
        viewer_title_engagement,
        watch_coverage,
        viewer_presence,
    ]
    return [spans(events), *(teller(events, CATALOGUE) for teller in tellers)]


@given(hostile_viewer(), st.data())
@law
def test_order_and_repeats_of_arrival_change_nothing(example: Example, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(example.events), max_size=4))
    later = [{**raw, "landed_at": raw["landed_at"] + timedelta(hours=30)} for raw in again]
    rows = data.draw(st.permutations(example.events + again + later))
    assert everything(rows) == everything(example.events)


@given(hostile_viewer(), st.sampled_from([timedelta(days=-30), timedelta(hours=7, seconds=3)]))
@law
def test_shifting_time_changes_only_times(example: Example, by: timedelta) -> None:
    before = viewer_title_engagement(example.events, CATALOGUE)
    after = viewer_title_engagement(shifted(example.events, by), CATALOGUE)
    assert before.keys() == after.keys()
    for pair, row in before.items():
        times = {name: row[name] + by for name in ("first_watched_at", "last_watched_at")}
        days = after[pair]["active_days"] if by.seconds else row["active_days"]
        assert {**row, **times, "active_days": days} == after[pair]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), st.data())
@law
def test_pause_and_resume_at_one_position_change_no_watch_number(
    lengths: list[int], data: st.DataObject
) -> None:
    events, at = [], 0
    for length in lengths:
        events += [event(at, "resume", at), event(at + length, "pause", at + length)]
        at += length
    inside = seconds(data.draw(st.integers(1, 4 * at - 1))) / 4
    added = [
        event(float(inside), "pause", str(inside), event_id="~1"),
        event(float(inside), "resume", str(inside), event_id="~2"),
    ]
    before, after = mart_row(events), mart_row(events + added)
    changed = {"pause_count", "avg_pauses_per_session", "play_count"}
    assert {name for name in before if before[name] != after[name]} <= changed
    assert after["pause_count"] == before["pause_count"] + 1


@given(st.fractions(-10, 200), st.fractions(-10, 200))
@law
def test_tiers_are_monotone(left: Fraction, right: Fraction) -> None:
    low, high = sorted((left, right))
    assert TIERS.index(tier(low)) <= TIERS.index(tier(high))


def test_tier_thresholds_are_strict() -> None:
    hair = Fraction(1, 10**30)
    for threshold, below, above in zip((10, 50, 100), TIERS, TIERS[1:], strict=False):
        assert (tier(Fraction(threshold)), tier(threshold + hair)) == (below, above)
    lowered = replace(ENGAGEMENT, low_above=0)
    assert tier(hair, lowered) == "Low"


# --- The strategies ------------------------------------------------------------------------------


def test_a_lake_is_hostile_and_repeatable() -> None:
    examples = lake(60)
    assert examples == lake(60) != lake(60, seed_number=1)
    events = [raw for example in examples for raw in example.events]
    assert all(reject_reason(raw) is None for raw in events)
    evidence = {item.evidence for item in watch_intervals(events, CATALOGUE).values()}
    assert evidence == {"observed", "lost_close", "seek", "reported", "switched"}
    assert len(distinct(events)) < len(events)


def test_examples_of_a_lake_do_not_touch_each_other() -> None:
    examples = lake(60)
    together = viewer_title_engagement(
        [raw for example in examples for raw in example.events], CATALOGUE
    )
    alone: dict[Any, Any] = {}
    for example in examples:
        alone |= viewer_title_engagement(example.events, CATALOGUE)
    assert together == alone
