"""The strategies hit what they are there for: every rule, many times over a lake."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from oracle import (
    CLOSING,
    ENDING,
    ENGAGEMENT,
    OPENING,
    PLAYBACK,
    Derived,
    Event,
    Span,
    derive,
    engagement_of,
    grouped,
    outcome,
    sessions_of,
)
from strategies import CATALOGUE, REASONS, all_events, collect, ignored_event, lake, rejected_event

VIEWERS = 1000
SEEKS = {"seek", "seek_start"}
HALTS = {"buffer_start", "buffer_end", "ad_start", "ad_end"}


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return all_events(lake(VIEWERS))


@pytest.fixture(scope="module")
def derived(events: list[dict[str, Any]]) -> Derived:
    return derive(events, CATALOGUE, PLAYBACK)


def assert_all(found: Counter[str], expected: list[str], least: int = 5) -> None:
    assert {name: found[name] for name in expected if found[name] < least} == {}


def test_every_evidence_occurs(derived: Derived) -> None:
    found = Counter(row.evidence for row in derived.intervals)
    names = ["observed", "lost_close", "clock", "seek", "reported", "switched", "stated"]
    assert_all(found, names, least=20)
    assert len(derived.pieces) > len(derived.intervals) + 100  # contiguous ones are one


def test_every_reason_occurs() -> None:
    found = Counter(outcome(event, CATALOGUE) for _, event in collect(rejected_event(), 300))
    assert_all(found, list(REASONS), least=20)
    assert {outcome(event) for event in collect(ignored_event(), 50)} == {"ignored"}


def test_plain_sessions_stay_frequent(events: list[dict[str, Any]]) -> None:
    sessions = grouped(events, lambda raw: (raw["customer_id"], raw["session_id"]))
    plain = sum(
        {raw["event_type"] for raw in own} <= OPENING | CLOSING for own in sessions.values()
    )
    assert 3 * plain > len(sessions)


# --- Order within a stamp ------------------------------------------------------------------------


def stamps(derived: Derived) -> Iterator[tuple[bool | None, list[Event]]]:
    """Stamps of more than one event in the sequence, with what was known before each."""
    for spans in derived.sequences.values():
        ordered = [span.event for span in spans]
        state: bool | None = None
        for stamp in grouped(ordered, lambda event: event.event_at).values():
            if len(stamp) > 1:
                yield state, stamp
            for event in stamp:
                if event.is_opening or event.is_closing:
                    state = event.is_opening
                elif event.event_type == "heartbeat":
                    state = state is not False if event.is_playing is None else event.is_playing


def rules_of_order(before: bool | None, stamp: list[Event]) -> Iterator[str]:
    """The rows of docs/method.md §3.2 that a stamp is ordered by."""
    state = {True: "playing", False: "paused", None: "unknown"}[before]
    types = {event.event_type for event in stamp}
    openings, endings = types & OPENING, types & ENDING
    if openings and "pause" in types:
        yield f"{state}: opening and pause"
    if openings and endings:
        yield f"{state}: opening and ending"
    if endings and "pause" in types:
        yield f"{state}: pause and ending"
    if len(endings) > 1:
        yield f"{state}: two endings"
    if len([event for event in stamp if event.is_opening]) > 1 and types & CLOSING:
        yield f"{state}: two openings and a closing"
    if types & SEEKS and types & CLOSING:
        yield f"{state}: seek and closing"
    if types & SEEKS and openings:
        yield f"{state}: seek and opening"
    if types >= SEEKS:
        yield "seek_start and seek"
    if "heartbeat" in types and len(types) > 1:
        yield "heartbeat and another"
    if types & HALTS and types - HALTS:
        yield "halt and another"
    if len(types & HALTS) > 1:
        yield "two halts"
    for first, second in pairwise(stamp):
        if first.event_type == second.event_type:
            reports = first.counted_watch, second.counted_watch
            yield "equals: by id" if reports[0] == reports[1] else "equals: by watch time"
        elif {first.event_type, second.event_type} == OPENING:
            yield "equals: by type"


def test_every_rule_of_order_decides(derived: Derived) -> None:
    found = Counter(
        rule for before, stamp in stamps(derived) for rule in rules_of_order(before, stamp)
    )
    pairs = ("opening and pause", "opening and ending", "pause and ending", "two endings")
    more = ("two openings and a closing", "seek and closing", "seek and opening")
    states = [
        f"{state}: {pair}" for state in ("playing", "paused", "unknown") for pair in pairs + more
    ]
    others = ["seek_start and seek", "heartbeat and another", "halt and another", "two halts"]
    equals = [f"equals: by {name}" for name in ("id", "watch time", "type")]
    assert_all(found, [*states, *others, *equals])


def test_the_order_within_stamps_is_not_that_of_names(derived: Derived) -> None:
    changed = sum(
        stamp != sorted(stamp, key=lambda event: event.among_equals) for _, stamp in stamps(derived)
    )
    assert changed > 100


# --- State, positions, evidence ------------------------------------------------------------------


def rules_of(span: Span, previous: Span | None) -> Iterator[str]:
    """The rules of docs/method.md §3.5 that an event of the sequence falls under."""
    event, step, following = span.event, span.step, span.following
    assert step is not None
    if event.position is not None and step.position != event.position:
        yield "stale position"
    if event.event_type == "seek":
        yield "seek that says nothing" if event.left is None else "seek that says where it left"
    if event.event_type == "heartbeat":
        yield f"heartbeat: {event.is_playing}"
        if step.is_pause:
            yield "pause told by a heartbeat"
        if event.is_playing is False and step.is_meant:
            yield "not playing in a halt"
    if event.event_type == "pause" and not step.is_pause:
        yield "pause of a heartbeat again"
    if step.is_halted and span.evidence == "lost_close":
        yield f"halt lost before a {'closing' if following.event.is_closing else 'heartbeat'}"
    if previous and previous.step.is_halted and not step.is_halted and event.is_playing is None:
        yield f"halt lifted by {event.event_type}"
    if step.is_meant and not step.plays and not step.is_halted and event.event_type != "seek_start":
        yield "trick play"
    if event.event_type == "seek_start" and step.is_meant:
        yield "seek_start"
    if (
        event.event_type == "seek"
        and previous
        and previous.evidence == "observed"
        and not event.left
    ):
        yield "seek that is a heartbeat"
    if span.evidence == "clock":
        yield "clock: seek" if following.event.event_type == "seek" else "clock: no position"
    if span.evidence == "reported":
        yield "reported: closing" if event.is_closing else "reported: went back"
    if span.evidence is not None and span.start is None:
        yield "evidence without an interval"
    if step.is_filled:
        yield "live: on the clock"
    if step.is_meant is None:
        yield "unknown beginning"


def test_every_rule_of_state_and_evidence_decides(derived: Derived) -> None:
    found = Counter(
        rule
        for spans in derived.sequences.values()
        for previous, span in zip([None, *spans], spans, strict=False)
        for rule in rules_of(span, previous)
    )
    names = [
        "stale position",
        "seek that says nothing",
        "seek that says where it left",
        "seek that is a heartbeat",
        "seek_start",
        *(f"heartbeat: {said}" for said in (None, True, False)),
        "pause told by a heartbeat",
        "pause of a heartbeat again",
        "not playing in a halt",
        "halt lost before a heartbeat",
        "halt lost before a closing",
        *(f"halt lifted by {name}" for name in ("buffer_end", "ad_end", "heartbeat", "pause")),
        "trick play",
        "clock: seek",
        "clock: no position",
        "reported: closing",
        "reported: went back",
        "evidence without an interval",
        "live: on the clock",
        "unknown beginning",
    ]
    assert_all(found, names)
    spans = derived.spans.values()
    assert sum(span.forward_skip_count for span in spans) > 100
    assert sum(span.backward_skip_count for span in spans) > 100


# --- Identity, stated rows, marts ----------------------------------------------------------------


def test_every_kind_of_repeat_occurs(events: list[dict[str, Any]], derived: Derived) -> None:
    accepted = sum(outcome(raw, CATALOGUE) == "accepted" for raw in events)
    assert accepted > len(derived.events) + 100
    owners: dict[str, set[Any]] = defaultdict(set)
    types: dict[Any, set[str]] = defaultdict(set)
    for event in derived.events:
        owners[event.event_id].add((event.customer_id, event.session_id))
        types[event.event_id, event.customer_id, event.session_id].add(event.event_type)
    assert sum(len(sessions) > 1 for sessions in owners.values()) > 10
    assert sum(len(found) > 1 for found in types.values()) > 20
    assert sum(not (raw["event_id"] or "").strip() for raw in events) > 100
    grown = [raw for raw in events if raw["event_type"] in ("span", "play")]
    key = ("event_id", "customer_id", "session_id", "title_id", "event_type", "event_timestamp")
    by_key = grouped(grown, lambda raw: tuple(raw[name] for name in key))
    assert sum(len(rows) > 1 for rows in by_key.values()) > 20


def test_every_kind_of_stated_row_occurs(derived: Derived) -> None:
    found: Counter[str] = Counter()
    for event in derived.events:
        if event.event_type == "play":
            known = event.position is not None, event.end_position is not None
            found[f"play {known}"] += 1
            found["play: no watch time"] += not event.watched
    for span in derived.spans.values():
        if span.event.event_type == "span":
            found["span: skip forward"] += span.forward_skip_count
            found["span: skip backward"] += span.backward_skip_count
            found["span: nothing"] += span.start is None
    for row in derived.intervals:
        found["unplaced in part"] += row.unplaced_seconds > 0 and row.on_title is not None
        found["unplaced"] += row.unplaced_seconds > 0 and row.on_title is None
    combinations = [
        f"play {known}" for known in ((a, b) for a in (True, False) for b in (True, False))
    ]
    names = ["play: no watch time", "span: skip forward", "span: skip backward", "span: nothing"]
    assert_all(found, [*combinations, *names, "unplaced", "unplaced in part"])


def test_every_kind_of_row_of_the_marts_occurs(derived: Derived) -> None:
    sessions = sessions_of(derived, ENGAGEMENT).values()
    pairs = engagement_of(derived, CATALOGUE, ENGAGEMENT).values()
    found = Counter(f"buffering: {row['buffering_source']}" for row in sessions)
    found += Counter(f"errors: {row['error_source']}" for row in sessions)
    found += Counter(row["data_quality_flag"] for row in pairs)
    found += Counter(row["engagement_tier"] for row in pairs)
    found += Counter(f"{t.duration_source}, live: {t.is_live}" for t in derived.titles.values())
    for row in sessions:
        found["stall"] += row["buffering_source"] == "events" and row["buffering_event_count"] > 0
        found["startup"] += row["startup_seconds"] is not None
        for name in ("is_exit_before_start", "is_start_failure", "has_uncredited_report"):
            found[name] += row[name]
    names = [
        f"{what}: {source}" for what in ("buffering", "errors") for source in ("counter", "events")
    ]
    names += ["position_exceeds_duration", "excessive_watch_time"]
    names += ["completed_without_sufficient_watch", "implausible_seek"]
    names += ["reported_exceeds_credited", "very_short_watch", "ok", "High", "Medium", "Low"]
    names += ["Minimal", "None, live: True", "None, live: False", "catalogue, live: False"]
    names += ["inferred, live: False", "stall", "startup", "is_exit_before_start"]
    assert_all(found, [*names, "is_start_failure", "has_uncredited_report"])
    told = [t for name, t in derived.titles.items() if name.endswith("absent-told")]
    assert sum(title.duration_source == "catalogue" for title in told) > 10
    assert {title.title_name for title in told} >= {"Told", "Untold"}
