"""The oracle's own tests: the cases that docs/method.md works out, then its laws
(docs/method.md §12)."""

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
    IN_SEQUENCE,
    OPENING,
    PLACED,
    PLAYBACK,
    Event,
    Span,
    covered_cells,
    covered_grid,
    distinct,
    durations,
    in_order,
    islands,
    outcome,
    parse_line,
    reject_reason,
    sequence,
    spans,
    tier,
    titles,
    unique_seconds,
    viewer_presence,
    viewer_title_engagement,
    viewing_sessions,
    watch_coverage,
    watch_intervals,
    watch_pieces,
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


# --- The reference cases of docs/method.md §6.4 --------------------------------------------------

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


# --- The table of docs/method.md §3.5, row by row ------------------------------------------------


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


# --- Order within a stamp (docs/method.md §3.1) --------------------------------------------------

PLAYING, PAUSED = [event(-9, "start", 0)], [event(-9, "start", 0), event(-5, "pause", 4)]


@pytest.mark.parametrize(
    ("before", "at_once", "expected"),
    [
        (PLAYING, "start stop", "stop start"),
        (PLAYING, "start pause complete stop", "complete stop start pause"),
        (PLAYING, "start resume pause", "pause resume start"),
        (PLAYING, "start resume seek", "seek resume start"),
        (PLAYING, "start seek seek_start pause", "pause seek_start seek start"),
        (PLAYING, "seek pause stop", "stop seek pause"),
        (PLAYING, "seek stop complete", "complete stop seek"),
        (PAUSED, "pause resume", "resume pause"),
        (PAUSED, "pause start stop resume", "stop resume pause start"),
        (PAUSED, "pause seek resume seek_start", "seek_start seek resume pause"),
        (PAUSED, "pause stop", "stop pause"),
        ([], "pause start", "start pause"),
        ([], "stop pause start resume", "resume pause start stop"),
        ([], "stop start resume", "resume stop start"),
        ([], "pause seek", "seek pause"),
        (PLAYING, "stop start heartbeat", "heartbeat stop start"),
        (
            PLAYING,
            "buffer_end ad_end ad_start buffer_start start",
            "start buffer_start ad_start ad_end buffer_end",
        ),
        ([event(-9, "heartbeat", 0)], "start stop", "stop start"),
        ([event(-9, "heartbeat", 0, is_playing=False)], "pause start", "start pause"),
        ([event(-9, "seek", 0)], "start stop", "start stop"),  # a seek tells nothing of the state
    ],
)
def test_order_within_a_stamp(before: list[dict[str, Any]], at_once: str, expected: str) -> None:
    events = [*before, *(event(0, event_type, 9) for event_type in at_once.split())]
    ordered = in_order(distinct(events))[len(before) :]
    assert [item.event_type for item in ordered] == expected.split()


@given(
    st.lists(st.sampled_from(["start", "resume", "pause", "stop", "complete"]), max_size=6),
    st.sampled_from([PLAYING, PAUSED, []]),
)
@law
def test_the_state_after_a_stamp_needs_no_walk(
    types: list[str], before: list[dict[str, Any]]
) -> None:
    """What docs/method.md §3.1 says of openings, pauses and endings counted is what their order
    comes to."""
    at_once = [event(0, name, 0, event_id=str(number)) for number, name in enumerate(types)]
    last = in_order(distinct([*before, *at_once]))[-1:]
    openings, pauses = sum(name in OPENING for name in types), types.count("pause")
    closings = pauses + any(name in ("stop", "complete") for name in types)
    if not before:
        expected = openings > closings
    elif openings == pauses == closings:
        expected = before is PLAYING
    else:
        expected = openings >= closings and openings > pauses
    assert [found.is_opening for found in last] == ([expected] if last else [])


def test_order_among_equals() -> None:
    """Reported watch time (NULL and what is no report first), then type, then event_id."""
    at_once = [
        event(0, "start", 1, 1, event_id="b"),
        event(0, "start", 1, 1, event_id="a"),
        event(0, "resume", 1, 1, event_id="c"),
        event(0, "start", 1, 0, event_id="y"),
        event(0, "start", 1, -5, event_id="z"),
        event(0, "start", 1, None, event_id="x"),
    ]
    assert "".join(item.event_id for item in in_order(distinct(at_once))) == "xzycab"


# --- Numbers that an order by name got wrong -----------------------------------------------------


def watched(events: list[dict[str, Any]], title: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """Watch and unique watch seconds of the film, or of another title under its name."""
    catalogue = {"film": title or CATALOGUE["film"]}
    row = viewer_title_engagement(events, catalogue)["viewer", "film"]
    return row["watch_seconds"], row["unique_watch_seconds"]


def test_a_clip_looped_in_one_stamp() -> None:
    laps = [event(10 * lap, "start", 0) for lap in range(3)]
    laps += [event(10 * lap + 10, "complete", 10) for lap in range(3)]
    assert watched(laps, {"duration_seconds": Decimal(10)}) == (30, 10)


def test_a_replay_that_begins_as_the_first_watch_ends() -> None:
    assert watched([*FULL_WATCH, event(300, "start", 0), event(330, "pause", 30)]) == (330, 300)


def test_a_reload_in_one_stamp() -> None:
    events = [event(0, "start", 0), event(50, "start", 20), event(50, "stop", 50)]
    assert watched([*events, event(80, "stop", 50)]) == (80, 50)


def test_a_player_toggled_while_paused() -> None:
    events = [event(0, "start", 0), event(50, "pause", 50)]
    events += [event(100, "pause", 50), event(100, "resume", 50)]
    assert watched([*events, event(3700, "resume", 200), event(3720, "pause", 220)]) == (70, 70)


def test_sessions_that_number_their_events() -> None:
    events = [
        event(at, event_type, position, event_id=str(number), session_id=f"session-{session}")
        for session in range(3)
        for number, (at, event_type, position) in enumerate(
            [(0, "start", 0), (30, "pause", 30), (40, "resume", 30), (60, "stop", 50)], 1
        )
    ]
    assert {row["watch_seconds"] for row in viewing_sessions(events, CATALOGUE).values()} == {50}
    assert watched(events) == (150, 50)


def test_a_negative_counter_is_no_report() -> None:
    assert watched([event(0, "pause", 100, -600), event(10, "complete", 110, 0)]) == (0, 0)


# --- Heartbeats, seeks, halts and rates (docs/method.md §3.2 to docs/method.md §3.5) -------------


def owned(events: list[dict[str, Any]]) -> list[tuple[str | None, Any, Any]]:
    """What every event owns, in the order of the list."""
    return [owns(events, number) for number in range(len(events))]


NOTHING = (None, None, None)


def skips(events: list[dict[str, Any]]) -> tuple[int, int]:
    found = spans(events, CATALOGUE).values()
    return sum(span.forward_skip_count for span in found), sum(
        span.backward_skip_count for span in found
    )


def test_heartbeats_are_observed_and_then_silence_is_not_playback() -> None:
    events = [event(0, "start", 0), event(10, "heartbeat", 10), event(20, "heartbeat", 20)]
    assert owned(events) == [("observed", 0, 10), ("observed", 10, 20), NOTHING]
    assert [item.on_title for item in watch_intervals(events, CATALOGUE)] == [(0, 20)]
    assert mart_row(events)["play_count"] == 1
    elsewhere = [event(0, "heartbeat", 0), event(9, "start", 0, title_id="clip")]
    assert owned(elsewhere)[0] == NOTHING


def test_a_session_that_begins_with_a_heartbeat_is_taken_to_play() -> None:
    events = [event(0, "heartbeat", 40), event(10, "heartbeat", 50), event(15, "pause", 55)]
    assert owned(events) == [("observed", 40, 50), ("observed", 50, 55), NOTHING]
    said = [event(0, "heartbeat", 40, is_playing=False), event(10, "heartbeat", 50)]
    assert owned(said) == [NOTHING, NOTHING]


def test_a_heartbeat_says_whether_it_plays() -> None:
    events = [
        event(0, "start", 0),
        event(10, "heartbeat", 10, is_playing=False),
        event(11, "pause", 10),
        event(20, "heartbeat", 10, is_playing="true"),
        event(30, "heartbeat", 20, is_playing=0),
        event(40, "heartbeat", 20, is_playing=False),
    ]
    assert owned(events)[0] == ("observed", 0, 10)
    assert owned(events)[3] == ("observed", 10, 20)
    assert mart_row(events)["pause_count"] == 2
    assert mart_row(events)["play_count"] == 2


@pytest.mark.parametrize(
    ("seek", "expected", "skipped"),
    [
        ({"position_seconds": 100}, ("clock", 0, 10), (1, 0)),
        ({"position_seconds": 100, "seek_from_seconds": 100}, ("clock", 0, 10), (1, 0)),
        ({"position_seconds": 100, "seek_from_seconds": 8}, ("observed", 0, 8), (1, 0)),
        ({"position_seconds": 15, "seek_from_seconds": 10}, ("observed", 0, 10), (0, 0)),
        ({"position_seconds": 15.001, "seek_from_seconds": 10}, ("observed", 0, 10), (1, 0)),
        ({"position_seconds": 8, "seek_from_seconds": 10}, ("observed", 0, 10), (0, 0)),
        ({"position_seconds": 7.999, "seek_from_seconds": 10}, ("observed", 0, 10), (0, 1)),
        ({"position_seconds": 12}, ("observed", 0, 12), (0, 0)),  # but a heartbeat
        ({"position_seconds": 8}, ("observed", 0, 8), (0, 0)),
        ({"position_seconds": 12.001}, ("clock", 0, 10), (0, 0)),
        ({"position_seconds": 3}, ("clock", 0, 10), (0, 1)),
    ],
)
def test_seeks(seek: dict[str, Any], expected: tuple[Any, Any, Any], skipped: Any) -> None:
    events = [event(0, "start", 0), event(10, "seek", 0, **seek)]
    events.append(event(20, "pause", seek["position_seconds"] + 10))
    assert owns(events, 0) == expected
    assert owns(events, 1) == (
        "observed",
        seconds(seek["position_seconds"]),
        seconds(seek["position_seconds"]) + 10,
    )
    assert skips(events) == skipped


def test_a_seek_after_a_heartbeat_is_clocked_for_half_an_hour() -> None:
    for event_type, wall, expected in (
        ("heartbeat", 1800, ("clock", 0, 1800)),
        ("heartbeat", 1800.001, NOTHING),
        ("start", 1800.001, ("clock", 0, seconds("1800.001"))),
    ):
        assert owns([event(0, event_type, 0), event(wall, "seek", 200)], 0) == expected


def test_a_seek_while_paused_moves_from_where_it_was() -> None:
    events = [event(0, "start", 0), event(9, "pause", 9), event(20, "seek", 100)]
    assert skips([*events, event(30, "resume", 100)]) == (1, 0)
    assert skips([event(0, "seek", 100), event(9, "seek", 10)]) == (0, 0)  # nothing played


@pytest.mark.parametrize(
    ("at", "position", "expected"),
    [(12, 12, 100), (12.001, 12, 12), (12, 56, 56), (12, 55, 55), (12, 54.999, 100)],
)
def test_a_stale_position_after_a_seek(at: float, position: float, expected: Any) -> None:
    seek = event(10, "seek", 100, seek_from_seconds=10)
    events = [event(0, "start", 0), seek, event(at, "heartbeat", position)]
    events.append(event(22, "pause", 0))
    (found,) = sequence(events, CATALOGUE).values()
    assert found[2].step is not None and found[2].step.position == expected


def test_what_a_seek_start_holds_is_not_played() -> None:
    events = [
        event(0, "start", 0),
        event(10, "seek_start", 10),
        event(12, "heartbeat", 100),
        event(22, "seek_start", 110),
        event(23, "stop", 20),
    ]
    assert owned(events) == [
        ("observed", 0, 10), NOTHING, ("observed", 100, 110), NOTHING, NOTHING,
    ]  # fmt: skip
    assert skips(events) == (1, 1)


@pytest.mark.parametrize("halt", ["buffer", "ad"])
def test_what_a_halt_holds_is_not_played(halt: str) -> None:
    events = [
        event(0, "start", 0),
        event(10, f"{halt}_start", 10),
        event(30, f"{halt}_end", 10),
        event(40, "stop", 20),
    ]
    assert owned(events) == [("observed", 0, 10), NOTHING, ("observed", 10, 20), NOTHING]
    row = mart_row(events)
    assert (row["play_count"], row["watch_seconds"]) == (1, 20)


def test_a_halt_whose_end_was_lost() -> None:
    began = [event(0, "start", 0), event(10, "buffer_start", 10)]
    moved = [event(20, "heartbeat", 15), event(30, "heartbeat", 25)]
    assert owned([*began, *moved])[1:] == [("lost_close", 10, 15), ("observed", 15, 25), NOTHING]
    assert owns([*began, event(20, "pause", 15)], 1) == ("lost_close", 10, 15)
    for position in (10, 35.001):  # not moved, or further than the clock allows
        unmoved = [event(20, "heartbeat", position), event(30, "stop", position)]
        assert owned([*began, *unmoved])[1:3] == [NOTHING, NOTHING]
    waiting = event(20, "heartbeat", 15, is_playing=False)
    events = [*began, waiting, event(30, "buffer_end", 15), event(40, "stop", 25)]
    assert owned(events)[1:4] == [NOTHING, NOTHING, ("observed", 15, 25)]
    assert mart_row(events)["pause_count"] == 0  # the halt's word, no intent


def test_a_seek_that_begins_in_a_halt_leaves_it() -> None:
    began = [event(0, "start", 0), event(10, "buffer_start", 10), event(11, "seek_start", 10)]
    assert owned([*began, event(20, "pause", 15)])[2] == NOTHING
    events = [*began, event(20, "heartbeat", 15), event(30, "pause", 25)]
    assert owned(events)[2:4] == [NOTHING, ("lost_close", 15, 25)]


@pytest.mark.parametrize(("position", "skipped"), [(35, (0, 0)), (35.001, (1, 0)), (7, (0, 1))])
def test_what_moves_on_in_a_halt_skips_only_beyond_the_clock(
    position: float, skipped: tuple[int, int]
) -> None:
    events = [event(0, "start", 0), event(10, "buffer_start", 10)]
    assert skips([*events, event(20, "buffer_end", position)]) == skipped


def test_both_halts_must_end() -> None:
    halts = ["buffer_start", "ad_start", "buffer_end", "ad_end"]
    events = [event(0, "start", 0)]
    events += [event(10 + number, halt, 10) for number, halt in enumerate(halts)]
    events.append(event(20, "pause", 17))
    assert [found[0] for found in owned(events)] == ["observed", *[None] * 3, "observed", None]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (1, ("seek", 0, 10)),
        ("0.5", ("seek", 0, 5)),
        (1.5, ("observed", 0, 20)),
        (0, ("observed", 0, 20)),  # as if none were known
        (4, ("observed", 0, 20)),
        (4.001, NOTHING),
        (-0.001, NOTHING),
        ("fast", ("observed", 0, 20)),
    ],
)
def test_rates(rate: Any, expected: tuple[Any, Any, Any]) -> None:
    events = [event(0, "start", 0, playback_rate=rate), event(10, "pause", 20)]
    assert owns(events, 0) == expected


def test_the_last_known_rate_counts_and_the_next_event_may_tell_a_greater() -> None:
    events = [
        event(0, "start", 0, playback_rate=1),
        event(10, "heartbeat", 10),
        event(20, "heartbeat", 30, playback_rate=2),
        event(30, "seek", 200),
    ]
    assert owned(events)[:3] == [("observed", 0, 10), ("observed", 10, 30), ("clock", 30, 50)]


def test_a_closing_event_without_a_position_closes_by_the_clock() -> None:
    events = [event(0, "start", 10), event(20, "stop", None, 90), event(30, "resume", 200)]
    assert owned(events) == [("clock", 10, 30), NOTHING, NOTHING]
    assert skips(events) == (0, 0)
    assert owns([event(0, "start", 0), event(1800.001, "pause", None)], 0) == NOTHING
    paused = [event(0, "start", 0), event(5, "pause", 5), event(9, "stop", "", 20)]
    assert owned(paused) == [("observed", 0, 5), NOTHING, NOTHING]


def test_halts_without_a_position_and_errors_take_no_part() -> None:
    events = [event(0, "start", 0), event(10, "buffer_start", None), event(15, "error", 3)]
    assert owned([*events, event(20, "pause", 20)])[0] == ("observed", 0, 20)
    (found,) = sequence([event(0, "ad_end", None, title_id="live")], CATALOGUE).values()
    assert len(found) == 1


# --- Stated rows (docs/method.md §3.6) -----------------------------------------------------------


def span(at: float, start: Any, end: Any, **others: Any) -> dict[str, Any]:
    return event(at, "span", start, end_position_seconds=end, **others)


def test_spans_are_plays_until_a_skip() -> None:
    rows = [span(0, 0, 30), span(30, 30, 60), span(60, 65, 70), span(80, 75.001, 90)]
    rows += [span(100, 88, 95), span(110, 92.999, 99)]
    assert owns(rows, 0) == ("stated", 0, 30)
    assert skips(rows) == (1, 1)
    row = mart_row(rows)
    assert (row["play_count"], row["observed_watch_seconds"]) == (3, row["watch_seconds"])
    assert len(watch_intervals(rows, CATALOGUE)) == 5  # the first two are one


@pytest.mark.parametrize(
    ("row", "expected", "unplaced"),
    [
        ({"position_seconds": 10, "end_position_seconds": 40}, (10, 40), 0),
        ({"position_seconds": 10, "end_position_seconds": 70}, (10, 70), 0),
        ({"position_seconds": 10, "end_position_seconds": 70.001}, ("40.001", "70.001"), 0),
        ({"position_seconds": 10, "end_position_seconds": 39.999}, ("9.999", "39.999"), 0),
        ({"end_position_seconds": 40}, (10, 40), 0),
        ({"end_position_seconds": 10}, (0, 10), 20),
        ({"end_position_seconds": 0}, None, 30),
        ({"position_seconds": 280}, (280, 300), 0),
        ({"position_seconds": 300}, None, 0),
        ({}, None, 30),
    ],
)
def test_play_rows(row: dict[str, Any], expected: Any, unplaced: int) -> None:
    rows = [event(0, "play", None, watched_seconds=30) | row]
    found = [(item.on_title, item.unplaced_seconds) for item in watch_intervals(rows, CATALOGUE)]
    on_title = expected and tuple(seconds(end) for end in expected)
    assert found == ([(on_title, unplaced)] if on_title or unplaced else [])
    assert mart_row(rows)["play_count"] == len(found)


def test_a_play_row_of_a_live_title_lies_on_the_clock() -> None:
    rows = [event(0, "play", None, title_id="live", watched_seconds=30)]
    (found,) = watch_intervals(rows, CATALOGUE)
    began = (BEGAN_AT - datetime(1970, 1, 1)) // timedelta(seconds=1)
    assert found.on_title == (began, began + 30)
    row = mart_row(rows, "live")
    assert (row["unplaced_watch_seconds"], row["max_position_seconds"]) == (0, None)


@pytest.mark.parametrize(
    ("row", "lasts"),
    [
        ({"watched_seconds": 30, "ended_at": "2024-02-29T10:00:40.000Z"}, 40),
        ({"watched_seconds": 30, "ended_at": "2024-02-29T11:00:00.000Z"}, 65),
        ({"watched_seconds": 30, "ended_at": "2024-02-29T09:59:59.999Z"}, 30),
        ({"watched_seconds": 30}, 30),
        ({"watched_seconds": -1}, None),
        ({}, None),
    ],
)
def test_stated_rows_on_the_clock(row: dict[str, Any], lasts: int | None) -> None:
    found = watch_intervals([event(0, "play", 0) | row], CATALOGUE)
    assert [item.wall_seconds for item in found] == ([] if lasts is None else [lasts])


def test_what_is_unplaced_leaves_coverage_unknown() -> None:
    rows = [event(0, "play", None, watched_seconds=280, session_id="a"), *FULL_WATCH]
    row = mart_row(rows)
    assert (row["watch_seconds"], row["unplaced_watch_seconds"]) == (580, 280)
    assert row["observed_watch_seconds"] == 580
    unknown = ("unique_watch_seconds", "rewatch_seconds", "unique_watch_percentage")
    unknown += ("island_count", "longest_island_seconds", "verified_completion_count")
    assert [row[name] for name in (*unknown, "is_completed")] == [None] * 7
    assert (row["coverage_score"], row["completion_score"], row["completion_count"]) == (0, 0, 1)
    assert row["data_quality_flag"] == "ok"
    sessions = viewing_sessions(rows, CATALOGUE)
    assert sessions["viewer", "a", "film"]["unique_watch_seconds"] is None
    assert sessions["viewer", "session", "film"]["unique_watch_seconds"] == 300


# --- Live titles ---------------------------------------------------------------------------------


def test_a_live_title_without_positions_is_watched_on_the_clock() -> None:
    events = [
        event(at, event_type, None, title_id="live")
        for at, event_type in ((0, "start"), (4000, "stop"), (5000, "start"))
    ]
    began = (BEGAN_AT - datetime(1970, 1, 1)) // timedelta(seconds=1)
    assert owned(events)[0] == ("observed", began, began + 4000)
    assert skips(events) == (0, 0)  # the edge moves on
    assert mart_row(events, "live")["max_position_seconds"] is None


@pytest.mark.parametrize(("wall", "lasts"), [(60, 60), (65, 65), (65.001, 65), (9000, 65)])
def test_a_heartbeat_vouches_for_a_minute(wall: float, lasts: int) -> None:
    for first, second in (("start", "heartbeat"), ("heartbeat", "stop")):
        events = [
            event(0, first, None, title_id="live"),
            event(wall, second, None, title_id="live"),
        ]
        (found,) = watch_intervals(events, CATALOGUE)
        assert (found.evidence, found.seconds) == ("observed", lasts)


def test_a_heartbeat_without_a_position_tells_no_skip() -> None:
    events = [
        event(0, "start", 0, title_id="live"),
        event(9000, "heartbeat", None, title_id="live"),
    ]
    assert owns(events, 0) == ("seek", 0, 65)
    assert skips(events) == (0, 0)


def test_a_live_timeline_is_whatever_its_positions_are() -> None:
    events = [
        event(0, "start", -50, title_id="live"),
        event(30, "pause", -20, title_id="live"),
        event(99, "resume", 1709200000, title_id="live"),
        event(109, "seek", 1709200100, title_id="live", seek_from_seconds=1709200010),
        event(119, "pause", 1709200110, title_id="live"),
    ]
    assert watch_coverage(events, CATALOGUE) == {
        ("viewer", "live"): [(-50, -20), (1709200000, 1709200010), (1709200100, 1709200110)]
    }
    assert skips(events) == (1, 0)
    assert skips([*events, event(200, "resume", 1709200000, title_id="live")]) == (1, 1)


def test_a_title_may_say_that_it_is_live() -> None:
    events = [
        event(0, "start", None, title_id="absent", is_live=True),
        event(9, "pause", None, title_id="absent", completion_percentage=50),
        event(30, "complete", 30, title_id="absent", title_duration_seconds=30),
    ]
    assert durations(events, CATALOGUE)["absent"] == (None, None)
    assert owns(events, 0)[0] == "observed"
    assert reject_reason({**events[0], "is_live": None}, CATALOGUE) == "invalid_position"
    assert reject_reason({**events[0], "title_id": "film"}, CATALOGUE) == "invalid_position"


# --- Merged rows ---------------------------------------------------------------------------------


def test_contiguous_intervals_of_one_play_are_one_row() -> None:
    events = [
        event(0, "start", 0, bandwidth_mbps=1),
        event(10, "heartbeat", 10, bandwidth_mbps=2),
        event(20, "seek", 100, seek_from_seconds=20),
        event(30, "seek", 200),
        event(40, "heartbeat", 210),
        event(50, "pause", 220),
        event(60, "resume", 220),
        event(70, "pause", 230),
    ]
    rows = watch_intervals(events, CATALOGUE)
    assert [(row.evidence, row.on_title) for row in rows] == [
        ("observed", (0, 20)),
        ("clock", (100, 110)),
        ("observed", (200, 220)),
        ("observed", (220, 230)),
    ]
    assert (rows[0].bandwidth_watch_seconds, rows[0].bandwidth_megabits) == (20, 30)
    assert rows[0].on_clock == (BEGAN_AT, BEGAN_AT + timedelta(seconds=20))
    assert mart_row(events)["play_count"] == 2


def test_what_the_clock_parts_is_not_contiguous() -> None:
    events = [event(0, "start", 0), event(100, "heartbeat", 10), event(110, "pause", 20)]
    assert [item.wall_seconds for item in watch_intervals(events, CATALOGUE)] == [25, 10]


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


@pytest.mark.parametrize(("title_id", "lowest"), [("absent", 0), ("live", -10)])
def test_an_unknown_duration_clips_only_below_zero_and_live_not_at_all(
    title_id: str, lowest: int
) -> None:
    events = [
        event(0, "pause", 30, 40, title_id=title_id),
        event(9, "start", 90_000, title_id=title_id),
        event(19, "stop", 90_010, title_id=title_id),
    ]
    islands_of_title = [(lowest, 30), (90_000, 90_010)]
    assert watch_coverage(events, CATALOGUE) == {("viewer", title_id): islands_of_title}


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
    later = event(0, "start", 20, event_id="e", landed_at=BEGAN_AT + timedelta(hours=1))
    rejected = event(0, "start", -1, event_id="e", landed_at=BEGAN_AT - timedelta(hours=1))
    assert [item.position for item in distinct([later, rejected, first])] == [10]


def test_within_an_hour_the_content_decides() -> None:
    def copies(*reports: tuple[Any, Any]) -> list[dict[str, Any]]:
        return [event(0, "pause", position, watch, event_id="e") for position, watch in reports]

    (counted,) = distinct(copies((9, 3), (None, None), (8, None), (7, 1)))
    assert (counted.position, counted.reported_watch) == (8, None)
    (counted,) = distinct(copies((None, 1), (7, 2), (7, 1), (6.5, 1)))
    assert (counted.position, counted.reported_watch) == (Decimal("6.5"), 1)


@pytest.mark.parametrize(
    "others",
    [
        {"event_id": "f"},
        {"customer_id": "other"},
        {"session_id": "b"},
        {"title_id": "clip"},
        {"event_type": "resume"},
        {"event_timestamp": "2024-02-29T10:00:00.001Z"},
    ],
)
def test_an_id_alone_makes_no_repeat(others: dict[str, Any]) -> None:
    one = event(0, "start", 10, event_id="e")
    assert len(distinct([one, {**one, **others}])) == 2
    same_moment = {**one, "event_timestamp": "2024-02-29T11:00:00.0009+01:00"}
    assert len(distinct([one, same_moment])) == 1


def test_rows_without_an_id_are_one_where_they_are_equal() -> None:
    one = event(0, "start", 10, event_id=None)
    later = {**one, "landed_at": BEGAN_AT + timedelta(hours=9)}
    assert len(distinct([one, later, {**one, "position_seconds": 11}])) == 2


def test_of_stated_rows_that_grow_the_last_counts() -> None:
    def row(ended: str | None, watched: Any, end: Any, landed: int) -> dict[str, Any]:
        values = {"end_position_seconds": end, "watched_seconds": watched}
        values["ended_at"] = ended and f"2024-02-29T10:{ended}Z"
        landed_at = BEGAN_AT + timedelta(hours=landed)
        return event(0, "play", 0, event_id="e", landed_at=landed_at, **values)

    grown = [row("01:00", 60, 60, 3), row("01:00", 60, 50, 1), row("01:00", 50, 90, 1)]
    (counted,) = distinct([*grown, row("00:30", 99, 99, 0), row(None, 99, 99, 0)])
    assert (counted.watched, counted.end_position) == (60, 60)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        *((event(0, kind, None), "invalid_position") for kind in sorted(PLACED)),
        *((event(0, kind, None), None) for kind in sorted(IN_SEQUENCE - PLACED)),
        *((event(0, kind, None, title_id="live"), None) for kind in sorted(IN_SEQUENCE)),
        *((event(0, kind, "  "), None) for kind in ("error", "play")),
        *((event(0, kind, "ten"), "invalid_position") for kind in ("error", "pause", "play")),
        *((event(0, "stop", p, title_id="live"), None) for p in (-5, 1.7e9, 9_999_999_999.999)),
        (event(0, "stop", 1e10, title_id="live"), "invalid_position"),
        (event(0, "stop", 172_800.001), "invalid_position"),
        (span(0, 0, 10), None),
        (span(0, None, 10), "invalid_position"),
        (span(0, 0, None), "invalid_position"),
        (span(0, 0, None, title_id="live"), "invalid_position"),
        (span(0, 0, -1), "invalid_position"),
        (span(0, 0, 1e6), "invalid_position"),
        (span(0, 0, 1e6, title_id="live"), None),
        (event(0, "play", 0, end_position_seconds="?"), "invalid_position"),
        (event(0, "play", 0, end_position_seconds=None), None),
        (event(0, "start", 0, end_position_seconds="?"), None),
        (event(0, "completed", 0), "unknown_event_type"),
    ],
)
def test_positions_that_a_type_needs(raw: dict[str, Any], reason: str | None) -> None:
    assert reject_reason(raw, CATALOGUE) == reason


def test_what_is_ignored_is_neither_event_nor_rejected() -> None:
    row = {"event_type": "ignore", "landed_at": BEGAN_AT}
    assert (outcome(row), reject_reason(row), distinct([row])) == ("ignored", None, [])
    assert outcome(event(0, "start", 0)) == "accepted"


def test_other_columns_that_cannot_be_are_unknown_alone() -> None:
    def typed(event_type: str = "seek", **values: Any) -> Event:
        (found,) = distinct([event(0, event_type, 0, **values)], CATALOGUE)
        return found

    assert typed(seek_from_seconds=-1).seek_from is None
    assert typed(seek_from_seconds=-1, title_id="live").seek_from == -1
    assert typed("start", seek_from_seconds=3).seek_from is None
    for value, rate in ((120, 99), ("-1e3", -99), ("1.2345", seconds("1.235")), ("x", None)):
        assert typed(playback_rate=value).playback_rate == rate
    for word in (True, 1, "Yes", "TRUE", "t"):
        assert typed("heartbeat", is_playing=word).is_playing is True
    for word in (False, 0, "n", "False"):
        assert typed("heartbeat", is_playing=word).is_playing is False
    assert typed("heartbeat", is_playing="on").is_playing is None
    assert typed("pause", is_playing=True).is_playing is None
    assert typed("play", watched_seconds=-1).watched is None
    assert typed("play", max_position_seconds=172_801).max_position is None


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
    found = durations([stream, {**stream, "title_id": "film", "is_live": True}], CATALOGUE)
    assert found["film"] == (300, "catalogue")
    assert found["live"] == (None, None)


def test_events_are_the_catalogue_of_titles_that_have_none() -> None:
    told = [("A", 90), ("B", 90), ("B", 120), ("A", 120), (" ", 0), ("C", -5)]
    events = [
        event(at, "complete", 70, title_id="absent", title_name=name, title_duration_seconds=length)
        for at, (name, length) in enumerate(told)
    ]
    title = titles(events, CATALOGUE)["absent"]
    assert (title.title_name, title.duration, title.duration_source) == ("A", 120, "catalogue")
    film = {**events[0], "title_id": "film"}
    assert titles([film], CATALOGUE)["film"].title_name == "Film"
    assert mart_row(events, "absent")["title_name"] == "A"


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
    assert row["buffering_reported_watch_seconds"] == 12
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


def test_a_counter_that_grows_beyond_what_was_credited_is_flagged() -> None:
    for reported, flag in ((310, "reported_exceeds_credited"), (309, "ok")):
        events = [event(0, "start", 0, 0), event(10, "pause", 10, reported)]
        assert mart_row(events)["data_quality_flag"] == flag


def test_the_furthest_position_is_of_any_row() -> None:
    def furthest(*rows: dict[str, Any]) -> Any:
        row = mart_row(list(rows))
        return row["max_position_seconds"]

    assert furthest(event(0, "pause", None)) is None
    assert furthest(event(0, "error", 40), event(0, "pause", 9)) == 40
    assert furthest(event(0, "seek", 9, seek_from_seconds=90)) == 90
    assert furthest(event(0, "play", 9, max_position_seconds=290)) == 290
    assert furthest(event(0, "play", 9, watched_seconds=20)) == 29
    assert furthest(event(0, "play", 9, end_position_seconds=50)) == 50
    assert furthest(event(0, "stop", 305)) == 300


def test_a_mark_completes_without_a_word_of_the_state() -> None:
    events = [event(0, "start", 0), event(270, "heartbeat", 270, is_completed=True)]
    row = mart_row([*events, event(280, "pause", 280)])
    assert (row["completion_count"], row["is_completed"], row["watch_seconds"]) == (1, True, 280)


# --- Start-up, stalls, errors (docs/method.md §5.3) ----------------------------------------------


def session_row(events: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = viewing_sessions(events, CATALOGUE).values()
    return row


def test_stalls_are_told_by_events_where_no_counter_is() -> None:
    events = [
        event(0, "start", 0),
        event(1, "buffer_start", 0),  # start-up
        event(4, "buffer_end", 0),
        event(14, "buffer_start", 10),
        event(15, "buffer_start", 10),
        event(17, "buffer_end", 10),
        event(27, "buffer_start", 20),
        event(37, "heartbeat", 25),  # its end was lost
        event(40, "pause", 28),
        event(41, "buffer_start", 28),  # nothing waits
        event(42, "resume", 28),
        event(52, "buffer_start", 38),  # nobody knows until when
    ]
    row = session_row(events)
    columns = ("buffering_source", "buffering_event_count", "buffering_seconds")
    assert [row[name] for name in columns] == ["events", 3, 3 + 10]
    assert row["startup_seconds"] == 4
    counted = session_row([*events, event(60, "stop", 38, buffering_events=7)])
    assert [counted[name] for name in columns] == ["counter", 7, None]
    unplaced = session_row([event(0, "start", 0), event(9, "buffer_end", None)])
    assert [unplaced[name] for name in columns] == ["events", 0, 0]
    assert [session_row(FULL_WATCH)[name] for name in columns] == [None] * 3


@pytest.mark.parametrize(
    ("events", "startup"),
    [
        ([event(0, "start", 0), event(10, "heartbeat", 7)], 3),
        ([event(0, "start", 0, playback_rate=2), event(10, "heartbeat", 10.001)], "4.999"),
        ([event(0, "start", 0, playback_rate=0), event(10, "heartbeat", 7)], 3),
        ([event(0, "start", 0), event(10, "heartbeat", 12)], 0),
        ([event(0, "start", 0), event(4, "resume", 0), event(10, "heartbeat", 6)], 4),
        ([event(0, "start", 0), event(10, "pause", 7)], None),
        ([event(0, "start", 0), event(10, "heartbeat", 200)], None),  # a seek tells nothing
        ([event(0, "heartbeat", 0), event(5, "heartbeat", 5), event(6, "start", 6)], None),
        ([event(0, "heartbeat", 0), event(10, "heartbeat", 10)], None),
        ([event(0, "start", 0), event(3, "buffer_end", 0), event(9, "heartbeat", 1)], 3),
    ],
)
def test_startup(events: list[dict[str, Any]], startup: Any) -> None:
    expected = None if startup is None else seconds(startup)
    assert session_row(events)["startup_seconds"] == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event(0, "start", 0)], (None, None, True, False)),
        ([event(0, "start", 0), event(1, "error", None)], (1, "events", False, True)),
        ([event(0, "start", 0, error_count=0)], (0, "counter", True, False)),
        ([event(0, "start", 0, error_count=2), event(1, "error", 0)], (2, "counter", False, True)),
        ([event(0, "pause", 0)], (None, None, False, False)),
        ([event(0, "error", None), event(0, "error", 0)], (2, "events", False, False)),
        ([event(0, "start", 0), event(1, "pause", 1)], (None, None, False, False)),
    ],
)
def test_errors_and_sessions_that_never_began(
    events: list[dict[str, Any]], expected: tuple[Any, ...]
) -> None:
    row = session_row(events)
    columns = ("error_count", "error_source", "is_exit_before_start", "is_start_failure")
    assert tuple(row[name] for name in columns) == expected


def test_a_session_lasts_until_its_last_row_ends() -> None:
    rows = [event(9, "error", None), event(0, "play", 0, ended_at="2024-02-29T10:02:00Z")]
    row = session_row(rows)
    assert (row["session_seconds"], row["event_count"]) == (120, 2)
    assert mart_row(rows)["last_watched_at"] == BEGAN_AT + timedelta(minutes=2)


def test_the_rebuffer_ratio_is_of_sessions_that_report_seconds() -> None:
    events = [event(0, "start", 0, buffering_duration_seconds=5), event(15, "pause", 15)]
    events += [event(0, "start", 0, session_id="b"), event(30, "pause", 30, session_id="b")]
    row = mart_row(events)
    assert (row["buffering_reported_watch_seconds"], row["rebuffer_ratio"]) == (15, 5 / 20)
    assert mart_row(FULL_WATCH)["buffering_reported_watch_seconds"] is None


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


# --- Laws of docs/method.md §12 ------------------------------------------------------------------

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
        assert row["observed_watch_seconds"] + row["inferred_watch_seconds"] == row["watch_seconds"]
        assert row["engagement_score"] >= 0
        assert row["rebuffer_ratio"] is None or 0 <= row["rebuffer_ratio"] <= 1
        assert (row["play_count"] == 0) == (row["watch_seconds"] == 0)
        if unique is None:
            assert 0 < row["unplaced_watch_seconds"] <= row["watch_seconds"]
            assert row["is_completed"] is row["island_count"] is None
            continue
        assert 0 <= unique <= row["watch_seconds"]
        assert row["rewatch_seconds"] + unique == row["watch_seconds"]
        assert row["longest_island_seconds"] <= unique
        assert (row["island_count"] == 0) == (row["play_count"] == 0) == (unique == 0)
        assert row["verified_completion_count"] in (0, row["completion_count"])
        if duration is not None:
            assert unique <= duration
            assert (row["max_position_seconds"] or 0) <= duration
            assert row["unique_watch_percentage"] <= 100 >= (row["completion_percentage"] or 0)


@given(hostile_viewer())
@law
def test_watch_is_additive_over_sessions_and_unique_is_not(example: Example) -> None:
    sessions = viewing_sessions(example.events, CATALOGUE)
    for (customer, title), row in viewer_title_engagement(example.events, CATALOGUE).items():
        own = [item for key, item in sessions.items() if (key[0], key[2]) == (customer, title)]
        assert sum(item["watch_seconds"] for item in own) == row["watch_seconds"]
        uniques = [item["unique_watch_seconds"] for item in own]
        if None in uniques:
            assert row["unique_watch_seconds"] is None
            continue
        assert max(uniques) <= row["unique_watch_seconds"] <= sum(uniques)


@given(hostile_viewer())
@law
def test_at_most_one_interval_an_event(example: Example) -> None:
    owned = spans(example.events, CATALOGUE)
    assert set(owned) == {accepted.key for accepted in distinct(example.events, CATALOGUE)}
    live = {name for name, title in titles(example.events, CATALOGUE).items() if title.is_live}
    clipped = watch_pieces(example.events, CATALOGUE)
    for key, interval in clipped.items():
        longest = interval.seconds / PLAYBACK.min_playback_rate + PLAYBACK.clock_tolerance_seconds
        assert 0 <= interval.wall_seconds <= longest
        assert interval.seconds > 0 and interval.unplaced_seconds >= 0
        if interval.on_title is not None:
            assert owned[key].start <= interval.start < interval.end <= owned[key].end
            assert interval.start >= 0 or key[3] in live


@given(hostile_viewer())
@law
def test_merged_rows_hold_what_their_pieces_hold(example: Example) -> None:
    rows = watch_intervals(example.events, CATALOGUE)
    pieces = list(watch_pieces(example.events, CATALOGUE).values())
    for name in ("seconds", "wall_seconds", "bandwidth_watch_seconds", "bandwidth_megabits"):
        assert sum(getattr(row, name) for row in rows) == sum(
            getattr(piece, name) for piece in pieces
        )
    assert islands(row.on_clock for row in rows) == islands(piece.on_clock for piece in pieces)


@given(hostile_viewer())
@law
def test_presence_never_exceeds_the_time_played(example: Example) -> None:
    present = viewer_presence(example.events, CATALOGUE).get("viewer", [])
    assert all(before[1] < after[0] for before, after in pairwise(present))
    total = sum((end - start for start, end in present), timedelta())
    played = sum(item.wall_seconds for item in watch_intervals(example.events, CATALOGUE))
    assert seconds(total / timedelta(milliseconds=1)) <= played * 1000


def everything(events: list[dict[str, Any]]) -> list[Any]:
    """All that the oracle says of some events."""
    tellers: list[Callable[..., Any]] = [
        viewing_sessions,
        viewer_title_engagement,
        watch_coverage,
        viewer_presence,
    ]
    return [spans(events, CATALOGUE), *(teller(events, CATALOGUE) for teller in tellers)]


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


@given(st.lists(st.integers(1, 59), max_size=4, unique=True))
@law
def test_a_heartbeat_where_the_playhead_was_changes_no_watch_number(at: list[int]) -> None:
    ends = [event(0, "start", 10), event(60, "pause", 70)]
    beats = [event(second, "heartbeat", 10 + second) for second in at]
    assert mart_row(ends + beats) == mart_row(ends)
    assert len(watch_intervals(ends + beats, CATALOGUE)) == 1


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
    assert all(reject_reason(raw, CATALOGUE) is None for raw in events)
    evidence = {item.evidence for item in watch_intervals(events, CATALOGUE)}
    assert evidence == {
        "observed", "lost_close", "clock", "seek", "reported", "switched", "stated",
    }  # fmt: skip
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
