"""Kinds of players: each says the same viewing in its own events.

The viewers' own events are a plain player's: an opening and a closing event a segment, and a jump
is a short pause. `Player` tells the same segments as another kind does. What is watched of a title
is the same, whatever the player; advertisements and other rates change when it is watched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from . import UserError
from .arrays import alternate, running, spread
from .catalogue import NO_POSITIONS, SINCE_ON_AIR, Catalogue
from .events import (
    AD_END,
    AD_START,
    BUFFER_END,
    BUFFER_START,
    HEARTBEAT,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    SEEK,
    START,
    first_of_sessions,
    join,
)
from .viewers import PLAYBACK_RATES_PERCENT, Simulated

SEEKS = ("none", "to", "from-to")
RATES = ("none", "reported", "silent")
AD_EVERY_MS = 7 * MINUTE_MS  # on the title
AD_SPOT_MS, MOST_AD_SPOTS = 15 * SECOND_MS, 4
LONGEST_JUMP_MS = 3 * SECOND_MS  # what takes longer is made in a pause
CHANGING_SHARE, RATE_CHANGES_AN_HOUR = 0.3, 6.0  # of views; in an hour that these play

# At each of PLAYBACK_RATES_PERCENT a millisecond of a title takes a whole number of these.
_UNITS_A_MS = 30
_FIRST_INNER_ORDINAL = 1 << 40  # the viewers' events keep their ids, whatever lies between them
# Which comes first of the events of a segment at one time.
_SEEK, _OPENING, _HEARTBEAT, _HALT, _END_OF_HALT, _CLOSING = range(6)
_PLACES, _SEGMENT_MS = 1 << 3, 1 << 28


@dataclass(frozen=True)
class PlayerOptions:
    """What players report and their viewers do; raises UserError where it makes no sense."""

    heartbeat_seconds: int = 0
    """from one `heartbeat` to the next while the title plays; 0: none"""
    seeks: str = "none"
    """one of SEEKS: a jump is a pause and a resume, or a `seek`, with or without where it began"""
    buffers: bool = False
    """stalls are `buffer_start` and `buffer_end`, and no counter counts them"""
    ads: bool = False
    """advertisements interrupt the title: `ad_start` and `ad_end`"""
    rates: str = "none"
    """one of RATES: some viewers change the rate, and `playback_rate` says so or is not there"""

    @property
    def reports_rate(self) -> bool:
        """Whether rows have a `playback_rate`."""
        return self.rates == "reported"

    @property
    def reports_seek_from(self) -> bool:
        """Whether rows have a `seek_from_seconds`."""
        return self.seeks == "from-to"

    def __post_init__(self) -> None:
        if self.heartbeat_seconds < 0:
            raise UserError(
                f"--heartbeats is {self.heartbeat_seconds}: give seconds, or 0 for none"
            )
        for name, value, choices in (("seeks", self.seeks, SEEKS), ("rates", self.rates, RATES)):
            if value not in choices:
                raise UserError(f"--{name} is {value!r}: give one of {', '.join(choices)}")


PLAIN = PlayerOptions()


@dataclass(frozen=True)
class Segments:
    """The viewers' segments as columns, in the order of sessions and time."""

    opening: np.ndarray  # EVENT, as is the next
    closing: np.ndarray
    view: np.ndarray  # numbered 0, 1, … in the block
    rate_percent: np.ndarray  # at the begin of its view
    is_live: np.ndarray
    after_ms: np.ndarray  # on the clock, since the end of the segment before
    is_reached_by_jump: np.ndarray  # from the end of the segment before

    @property
    def advance_ms(self) -> np.ndarray:
        """How much of the title is played."""
        return self.closing["position_ms"] - self.opening["position_ms"]


@dataclass(frozen=True)
class Breaks:
    """What happens within segments, as columns, in any order."""

    segment: np.ndarray  # row
    offset: np.ndarray  # milliseconds on the title, from the segment's begin
    kind: np.ndarray  # BUFFER_START, AD_START, or HEARTBEAT where only the rate changes
    halt_ms: np.ndarray  # on the clock
    rate_percent: np.ndarray  # from here on; 0: as before


@dataclass(frozen=True)
class Legs:
    """The segments cut at their breaks, as columns, in order: a leg has one rate and no halt.

    Offsets lie on the title, times on the clock; both are milliseconds from the segment's begin.
    """

    segment: np.ndarray  # row
    kind: np.ndarray  # of the break before it; -1: none, it is its segment's first
    halt_ms: np.ndarray  # how long this break lasts
    rate_percent: np.ndarray
    begin_offset: np.ndarray
    end_offset: np.ndarray
    begin_ms: np.ndarray
    end_ms: np.ndarray
    first: np.ndarray  # one element a segment: the row of its first leg, as the next of its last
    last: np.ndarray


@dataclass(frozen=True)
class Placement:
    """Where segments lie in the lake, one element each."""

    open_ms: np.ndarray  # on the clock
    base_ms: np.ndarray  # on the title
    is_clock: np.ndarray  # the title has no positions but the clock's

    def positions(self, segment: np.ndarray, offset: np.ndarray, at_ms: np.ndarray) -> np.ndarray:
        """Offsets, and the times at which they are reached, to positions on the title."""
        by_clock = self.is_clock[segment]
        return np.where(by_clock, self.open_ms[segment] + at_ms, self.base_ms[segment] + offset)


class Player:
    """Reports one block of viewing after the other, as players of one kind do."""

    def __init__(
        self,
        options: PlayerOptions,
        catalogue: Catalogue,
        on_air_ms: int,
        seed: np.random.SeedSequence,
    ) -> None:
        """`on_air_ms`: when the live channels began, in epoch milliseconds."""
        self._options = options
        self._catalogue = catalogue
        self._on_air_ms = on_air_ms
        self._stall_rng, self._ad_rng, self._rate_rng = map(np.random.default_rng, seed.spawn(3))
        self._inner_count = 0
        self._is_plain = options == PLAIN and not catalogue.is_live.any()

    def report(self, viewing: Simulated) -> tuple[np.ndarray, np.ndarray]:
        """What is reported (EVENT) of what the viewers watched, and that (PIECE).

        The pieces of a player that is not plain are legs, and so straight lines.
        """
        if self._is_plain or not len(viewing.events):
            return viewing.events, viewing.pieces
        segments = self._segments(viewing)
        legs = cut_at(segments, self._draw_breaks(segments))
        placement = self._place(segments, legs)
        events = self._events(viewing.events, segments, legs, placement)
        return events, _pieces(viewing.pieces, legs, placement)

    def _segments(self, viewing: Simulated) -> Segments:
        rows = np.arange(0, len(viewing.events), 2)
        opening, closing = viewing.events.take(rows), viewing.events.take(rows + 1)
        is_live = self._catalogue.is_live[opening["title"]]
        view = np.cumsum(opening["kind"] == START) - 1
        goes_on = np.diff(view, prepend=-1) == 0
        moves = opening["position_ms"] != np.roll(closing["position_ms"], 1)
        after_ms = opening["event_ms"] - np.roll(closing["event_ms"], 1)
        rate_percent = viewing.rate_percent
        return Segments(opening, closing, view, rate_percent, is_live, after_ms, goes_on & moves)

    def _draw_breaks(self, segments: Segments) -> Breaks:
        drawn = [self._draw_stalls(segments)]
        if self._options.ads:
            drawn.append(self._draw_ads(segments))
        if self._options.rates != "none":
            drawn.append(self._draw_rate_changes(segments))
        names = [field.name for field in fields(Breaks)]
        columns = {name: [getattr(breaks, name) for breaks in drawn] for name in names}
        return Breaks(**{name: np.concatenate(parts) for name, parts in columns.items()})

    def _draw_stalls(self, segments: Segments) -> Breaks:
        """A segment's stalls are equally long, and lie anywhere after its begin."""
        opening, closing = segments.opening, segments.closing
        count = closing["buffering_events"].astype(np.int64) - opening["buffering_events"]
        segment, place = spread(count)
        stalled_ms = (closing["buffering_ms"] - opening["buffering_ms"]).astype(np.int64)
        until = stalled_ms[segment] * (place + 1) // count[segment]
        halt_ms = until - stalled_ms[segment] * place // count[segment]
        offset = self._draw_offsets(self._stall_rng, segments, segment)
        return Breaks(
            segment, offset, np.full_like(segment, BUFFER_START), halt_ms, np.zeros_like(segment)
        )

    def _draw_ads(self, segments: Segments) -> Breaks:
        """At the same places of a title for everybody; who goes back sees them again."""
        begin = segments.opening["position_ms"]
        passed = begin // AD_EVERY_MS
        count = (begin + segments.advance_ms - 1) // AD_EVERY_MS - passed
        segment, place = spread(count)
        offset = (passed[segment] + 1 + place) * AD_EVERY_MS - begin[segment]
        spots = self._ad_rng.integers(1, MOST_AD_SPOTS, len(segment), endpoint=True)
        halt_ms = spots * AD_SPOT_MS
        return Breaks(
            segment, offset, np.full_like(segment, AD_START), halt_ms, np.zeros_like(segment)
        )

    def _draw_rate_changes(self, segments: Segments) -> Breaks:
        """Nobody changes the rate of what is live."""
        rng = self._rate_rng
        changes = rng.random(segments.view[-1] + 1) < CHANGING_SHARE
        expected = segments.advance_ms * (RATE_CHANGES_AN_HOUR / HOUR_MS)
        count = rng.poisson(expected * (changes[segments.view] & ~segments.is_live))
        segment, _ = spread(count)
        offset = self._draw_offsets(rng, segments, segment)
        rate_percent = rng.choice(PLAYBACK_RATES_PERCENT, len(segment))
        no_halt = np.zeros_like(segment)
        return Breaks(segment, offset, np.full_like(segment, HEARTBEAT), no_halt, rate_percent)

    def _draw_offsets(
        self, rng: np.random.Generator, segments: Segments, segment: np.ndarray
    ) -> np.ndarray:
        """Anywhere in these segments, but not where they begin."""
        offset = rng.random(len(segment)) * segments.advance_ms[segment]
        return np.maximum(offset.astype(np.int64), 1)

    def _place(self, segments: Segments, legs: Legs) -> Placement:
        """What takes longer or shorter than the viewers' own segment moves what follows it."""
        opening, closing = segments.opening, segments.closing
        first = first_of_sessions(opening)
        session, _ = spread(np.diff(first, append=len(opening)))
        longer_ms = legs.end_ms[legs.last] - (closing["event_ms"] - opening["event_ms"])
        delay_ms = running(longer_ms, session, first) - longer_ms
        open_ms = opening["event_ms"] + delay_ms
        timeline = self._catalogue.timeline[opening["title"]]
        edge_ms = open_ms - np.where(timeline == SINCE_ON_AIR, self._on_air_ms, 0)
        return Placement(
            open_ms=open_ms,
            base_ms=np.where(segments.is_live, edge_ms, opening["position_ms"]),
            is_clock=timeline == NO_POSITIONS,
        )

    def _events(
        self, plain: np.ndarray, segments: Segments, legs: Legs, placement: Placement
    ) -> np.ndarray:
        """The viewers' events with what lies between them, in the order of session and time."""
        outer, outer_key = self._outer_events(plain, segments, legs, placement)
        inner, inner_key = self._inner_events(segments, legs, placement)
        order = np.argsort(np.concatenate((outer_key, inner_key)), kind="stable")
        return join((outer, inner)).take(order)

    def _outer_events(
        self, plain: np.ndarray, segments: Segments, legs: Legs, placement: Placement
    ) -> tuple[np.ndarray, np.ndarray]:
        """The events at either end of a segment, and their keys; a `seek` stands for two ends."""
        segment = np.repeat(np.arange(len(legs.first)), 2)
        begin = np.zeros_like(legs.first)
        at_ms = alternate(begin, legs.end_ms[legs.last])
        offset = alternate(begin, segments.advance_ms)
        events = plain.copy()
        events["event_ms"] = events["arrival_ms"] = placement.open_ms[segment] + at_ms
        events["position_ms"] = placement.positions(segment, offset, at_ms)
        events["rate_percent"] = alternate(
            legs.rate_percent[legs.first], legs.rate_percent[legs.last]
        )
        key = _key(segment, at_ms, alternate(begin + _OPENING, begin + _CLOSING))
        if self._options.seeks == "none":
            return events, key
        jumps = segments.is_reached_by_jump & (segments.after_ms <= LONGEST_JUMP_MS)
        opening = 2 * np.flatnonzero(jumps)
        kept = np.delete(np.arange(len(events)), np.append(opening - 1, opening))
        return events.take(kept), key[kept]

    def _inner_events(
        self, segments: Segments, legs: Legs, placement: Placement
    ) -> tuple[np.ndarray, np.ndarray]:
        """The events within segments, and their keys."""
        reports = list(self._halts_and_heartbeats(legs))
        if self._options.seeks != "none":
            reports.append(_seeks(segments, legs))
        leg, kind, at_ms, place = map(np.concatenate, zip(*reports, strict=True))
        segment = legs.segment[leg]
        played = np.maximum(at_ms - legs.begin_ms[leg], 0) * legs.rate_percent[leg] // 100
        offset = np.minimum(legs.begin_offset[leg] + played, legs.end_offset[leg])
        is_stall = legs.kind == BUFFER_START
        stalls = running(is_stall, legs.segment, legs.first)
        stalled_ms = running(legs.halt_ms * is_stall, legs.segment, legs.first)

        events = segments.opening.take(segment)
        events["kind"] = kind
        events["event_ms"] = events["arrival_ms"] = placement.open_ms[segment] + at_ms
        events["position_ms"] = placement.positions(segment, offset, at_ms)
        events["seek_from_ms"] = np.where(
            kind == SEEK, segments.closing["position_ms"][segment - 1], 0
        )
        events["rate_percent"] = legs.rate_percent[leg]
        events["watch_ms"] += offset.astype(np.int32)
        events["buffering_events"] += stalls[leg].astype(np.uint16)
        events["buffering_ms"] += stalled_ms[leg].astype(np.int32)
        events["ordinal"] = _FIRST_INNER_ORDINAL + self._inner_count + np.arange(len(events))
        self._inner_count += len(events)
        return events, _key(segment, at_ms, place)

    def _halts_and_heartbeats(self, legs: Legs) -> Iterator[tuple[np.ndarray, ...]]:
        """What is reported within segments: leg, kind, time in the segment, and place at it."""
        halts = np.flatnonzero(
            (legs.kind == BUFFER_START) & self._options.buffers | (legs.kind == AD_START)
        )
        kind, end_ms = legs.kind[halts], legs.begin_ms[halts]
        yield halts, kind, end_ms - legs.halt_ms[halts], np.full_like(halts, _HALT)
        end_kind = np.where(kind == AD_START, AD_END, BUFFER_END)
        yield halts, end_kind, end_ms, np.full_like(halts, _END_OF_HALT)
        if self._options.reports_rate:
            changes = np.flatnonzero(legs.kind == HEARTBEAT)
            yield _heartbeats(changes, legs.begin_ms[changes])
        if self._options.heartbeat_seconds:
            every_ms = self._options.heartbeat_seconds * SECOND_MS
            # None at the very moment at which a halt ends, but where only the rate changes.
            begin_ms = legs.begin_ms + (legs.halt_ms > 0)
            ticks_before = np.maximum(-(-begin_ms // every_ms), 1) - 1
            leg, place = spread(np.maximum((legs.end_ms - 1) // every_ms - ticks_before, 0))
            yield _heartbeats(leg, (ticks_before[leg] + 1 + place) * every_ms)


def cut_at(segments: Segments, breaks: Breaks) -> Legs:
    """Cut segments at their breaks; a changed rate holds for the rest of the view."""
    rows = np.arange(len(segments.view))
    nothing = np.zeros_like(rows)
    segment = np.concatenate((rows, breaks.segment))
    offset = np.concatenate((nothing, breaks.offset))
    kind = np.concatenate((nothing - 1, breaks.kind))
    order = np.lexsort((kind, offset, segment))
    segment, begin_offset, kind = segment[order], offset[order], kind[order]
    halt_ms = np.concatenate((nothing, breaks.halt_ms))[order]
    first = np.flatnonzero(kind == -1)
    last = np.append(first[1:], len(kind)) - 1
    end_offset = np.append(begin_offset[1:], 0)
    end_offset[last] = segments.advance_ms

    begins_view = np.diff(segments.view, prepend=-1) > 0
    rate_at_begin = np.where(begins_view, segments.rate_percent, 0)
    rate_percent = np.concatenate((rate_at_begin, breaks.rate_percent))[order]
    known = np.maximum.accumulate(np.where(rate_percent > 0, np.arange(len(kind)), 0))
    rate_percent = rate_percent[known]

    units = (end_offset - begin_offset) * (_UNITS_A_MS * 100 // rate_percent)
    played = running(units, segment, first)
    halted_ms = running(halt_ms, segment, first)
    return Legs(
        segment=segment,
        kind=kind,
        halt_ms=halt_ms,
        rate_percent=rate_percent,
        begin_offset=begin_offset,
        end_offset=end_offset,
        begin_ms=halted_ms - (units - played) // _UNITS_A_MS,  # rounded up, as the next
        end_ms=halted_ms - -played // _UNITS_A_MS,
        first=first,
        last=last,
    )


def _pieces(plain: np.ndarray, legs: Legs, placement: Placement) -> np.ndarray:
    """What was watched: one piece (PIECE) a leg that played anything."""
    leg = np.flatnonzero(legs.end_offset > legs.begin_offset)
    segment, begin_ms, end_ms = legs.segment[leg], legs.begin_ms[leg], legs.end_ms[leg]
    pieces = plain.take(segment)
    pieces["start_ms"] = placement.positions(segment, legs.begin_offset[leg], begin_ms)
    pieces["end_ms"] = placement.positions(segment, legs.end_offset[leg], end_ms)
    pieces["started_ms"] = placement.open_ms[segment] + begin_ms
    pieces["ended_ms"] = placement.open_ms[segment] + end_ms
    return pieces


def _heartbeats(leg: np.ndarray, at_ms: np.ndarray) -> tuple[np.ndarray, ...]:
    return leg, np.full_like(leg, HEARTBEAT), at_ms, np.full_like(leg, _HEARTBEAT)


def _seeks(segments: Segments, legs: Legs) -> tuple[np.ndarray, ...]:
    """A jump is a seek where the segment before ended; after a pause, where it goes on."""
    reached = np.flatnonzero(segments.is_reached_by_jump)
    after_ms = segments.after_ms[reached]
    at_ms = np.where(after_ms <= LONGEST_JUMP_MS, -after_ms, 0)
    return legs.first[reached], np.full_like(reached, SEEK), at_ms, np.full_like(reached, _SEEK)


def _key(segment: np.ndarray, at_ms: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Numbers in the order of segment, time in it, and place at this time."""
    return segment * _SEGMENT_MS * _PLACES + at_ms * _PLACES + place
