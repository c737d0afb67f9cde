"""What goes wrong between a player and the lake: each fault by its own rate, from its own draws.

Every fault draws from a random stream of its own, so the viewers are the same whatever the faults.
The truth is made before, and never altered.
"""

from dataclasses import dataclass, fields

import numpy as np

from . import UserError
from .events import (
    EVENT,
    EVENT_TYPES,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    UNKNOWN_TYPES,
    closes,
    first_of_sessions,
    join,
    opens,
)


@dataclass(frozen=True)
class FaultRates:
    """How often each fault happens: shares in [0, 1], of events unless said otherwise."""

    duplicates: float = 0.0
    """delivered a second time, two seconds to two hours after the first"""
    out_of_order: float = 0.0
    """delivered up to ten minutes after it happened"""
    late: float = 0.0
    """delivered one to 72 hours after it happened"""
    lost_starts: float = 0.0
    """of `start` and `resume` events: never delivered"""
    lost_ends: float = 0.0
    """of `pause`, `stop` and `complete` events: never delivered"""
    clock_skew: float = 0.0
    """of sessions: the clock is off by about a minute (normal, σ = 60 s) until some event"""
    malformed: float = 0.0
    """of delivered lines: cut short at any byte; in Parquet, every field is NULL"""
    negative_positions: float = 0.0
    """position p is reported as -p - 1"""
    unknown_types: float = 0.0
    """event_type is one of UNKNOWN_TYPES"""
    whole_seconds: float = 0.0
    """of sessions: stamps are cut to whole seconds, and events of one stamp lie in any order"""
    numbered_ids: float = 0.0
    """of sessions: event_id is the event's number in the session: 1, 2, 3 …"""


FAULT_NAMES = tuple(field.name for field in fields(FaultRates))

REALISTIC = FaultRates(
    duplicates=0.01,
    out_of_order=0.02,
    late=0.005,
    lost_starts=0.003,
    lost_ends=0.01,
    clock_skew=0.005,
    malformed=0.0005,
    negative_positions=0.0005,
    unknown_types=0.001,
)
"""A lake on a usual day."""


def parse_faults(text: str) -> FaultRates:
    """Read `none`, `realistic` or `NAME=RATE,…`; raises UserError, in one line, on anything else.

    A fault that is not named has rate 0.
    """
    if text == "none":
        return FaultRates()
    if text == "realistic":
        return REALISTIC
    rates = {}
    for part in text.split(","):
        name, _, rate = (word.strip() for word in part.partition("="))
        if name not in FAULT_NAMES:
            raise UserError(
                f"unknown fault {name!r}: use none, realistic, or NAME=RATE with NAME of "
                + ", ".join(FAULT_NAMES)
            )
        rates[name] = _parse_rate(name, rate)
    return FaultRates(**rates)


def _parse_rate(name: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise UserError(f"fault {name} has rate {text!r}: give a number from 0 to 1")
    return rate


class Faults:
    """Applies the faults to one block of events after the other."""

    def __init__(self, rates: FaultRates, seed: np.random.SeedSequence) -> None:
        streams = seed.spawn(len(FAULT_NAMES))
        self._rates = rates
        self._rng = dict(zip(FAULT_NAMES, map(np.random.default_rng, streams), strict=True))

    def apply(self, events: np.ndarray) -> np.ndarray:
        """What of a block arrives, and when: alters the events (EVENT), gives those that arrive.

        A block is in the order of session and time, and holds whole sessions.
        """
        self._number_ids(events)
        self._skew_clocks(events)
        events = self._cut_stamps(events)
        events["negative"] = self._hits("negative_positions", len(events))
        self._rename_types(events)
        lost = self._lost(events)
        events = events.take(np.flatnonzero(~lost)) if lost.any() else events
        self._delay(events)
        duplicates = self._duplicates(events)
        events = join((events, duplicates)) if len(duplicates) else events
        self._cut(events)
        return events

    def _hits(self, name: str, count: int) -> np.ndarray:
        """Which of `count` things a fault hits: a boolean array."""
        rate = getattr(self._rates, name)
        return self._rng[name].random(count) < rate if rate else np.zeros(count, bool)

    def _hit_sessions(self, name: str, events: np.ndarray) -> np.ndarray:
        """Which events are of a session that a fault hits: a boolean array."""
        if not getattr(self._rates, name):
            return np.zeros(len(events), bool)
        first = first_of_sessions(events)
        sizes = np.diff(first, append=len(events))
        return np.repeat(self._hits(name, len(first)), sizes)

    def _number_ids(self, events: np.ndarray) -> None:
        hit = self._hit_sessions("numbered_ids", events)
        if hit.any():
            first = first_of_sessions(events)
            place = np.arange(len(events)) - np.repeat(first, np.diff(first, append=len(events)))
            events["number"] = np.where(hit, place + 1, 0)

    def _cut_stamps(self, events: np.ndarray) -> np.ndarray:
        hit = self._hit_sessions("whole_seconds", events)
        if not hit.any():
            return events
        for stamp in ("event_ms", "arrival_ms"):
            events[stamp] -= np.where(hit, events[stamp] % SECOND_MS, 0)
        # A file is in the order of arrival, and as given where two events arrive at once.
        chance = self._rng["whole_seconds"].random(len(events))
        chance = np.where(hit, chance, np.arange(len(events)))
        return events.take(np.lexsort((chance, events["arrival_ms"], events["session"])))

    def _skew_clocks(self, events: np.ndarray) -> None:
        first = first_of_sessions(events)
        skewed = np.flatnonzero(self._hits("clock_skew", len(first)))
        if not len(skewed):
            return
        rng = self._rng["clock_skew"]
        begin, end = first[skewed], np.append(first, len(events))[skewed + 1]
        offset_ms = np.rint(rng.normal(0, MINUTE_MS, len(skewed))).astype(np.int64)
        wrong = rng.integers(1, end - begin)  # how many events come before the correction
        place = np.arange(wrong.sum()) - np.repeat(np.cumsum(wrong) - wrong, wrong)
        events["event_ms"][np.repeat(begin, wrong) + place] += np.repeat(offset_ms, wrong)

    def _rename_types(self, events: np.ndarray) -> None:
        hit = np.flatnonzero(self._hits("unknown_types", len(events)))
        names = self._rng["unknown_types"].integers(0, len(UNKNOWN_TYPES), len(hit))
        events["kind"][hit] = len(EVENT_TYPES) + names

    def _lost(self, events: np.ndarray) -> np.ndarray:
        """An event of unknown type is neither a start nor an end, and so is not lost."""
        lost_starts = self._hits("lost_starts", len(events)) & opens(events)
        return lost_starts | (self._hits("lost_ends", len(events)) & closes(events))

    def _delay(self, events: np.ndarray) -> None:
        hit = np.flatnonzero(self._hits("out_of_order", len(events)))
        delay_ms = self._rng["out_of_order"].exponential(MINUTE_MS, len(hit))
        events["arrival_ms"][hit] += np.clip(delay_ms, SECOND_MS, 10 * MINUTE_MS).astype(np.int64)
        hit = np.flatnonzero(self._hits("late", len(events)))
        events["arrival_ms"][hit] += self._rng["late"].integers(HOUR_MS, 72 * HOUR_MS, len(hit))

    def _duplicates(self, events: np.ndarray) -> np.ndarray:
        copies = events.take(np.flatnonzero(self._hits("duplicates", len(events))))
        rng = self._rng["duplicates"]
        delay_ms = np.exp(rng.uniform(np.log(2 * SECOND_MS), np.log(2 * HOUR_MS), len(copies)))
        copies["arrival_ms"] += delay_ms.astype(np.int64)
        return copies

    def _cut(self, events: np.ndarray) -> None:
        hit = np.flatnonzero(self._hits("malformed", len(events)))
        steps = np.iinfo(EVENT["cut"]).max
        events["cut"][hit] = self._rng["malformed"].integers(1, steps, len(hit), endpoint=True)
