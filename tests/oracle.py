"""What DESIGN.md says the numbers are, in plain Python and by brute force.

The oracle shares nothing with the models: it looks at the events of one viewer at a time, follows
the table of §3 row by row, and measures unions by asking of every cell of a grid whether any
interval covers it. It is slow and meant to be. Seconds are Decimals and ratios Fractions, so
nothing is rounded before the last step.

A raw event is a dict with the 24 canonical fields as JSON would give them (string, number, None or
absent) and `landed_at`, the naive UTC datetime of its arrival hour. A catalogue maps a title_id to
a dict with `title_name`, `title_type` and `duration_seconds` (a Decimal, or None for a live
stream). Every public function takes raw events, in any order.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

RawEvent = Mapping[str, Any]
Catalogue = Mapping[str, Mapping[str, Any]]
SessionKey = tuple[str, str, str]  # customer, session, title
PairKey = tuple[str, str]  # customer, title
Seconds = tuple[Decimal, Decimal]  # [start, end) on a title's timeline
Moments = tuple[datetime, datetime]  # [start, end) on the clock
Bound = TypeVar("Bound", Decimal, datetime)
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)

EVENT_TYPES = ("start", "pause", "resume", "stop", "complete")  # in their order within an instant
OPENING = frozenset({"start", "resume"})
SESSION_ATTRIBUTES = (
    "device_type",
    "device_id",
    "device_os",
    "app_version",
    "quality",
    "connection_type",
    "isp",
    "country",
    "state",
    "city",
)
THOUSANDTH = Decimal("0.001")
ZERO = Decimal(0)
MAX_POSITION = Decimal(48 * 3600)
EARLIEST = datetime(2000, 1, 1)
MAX_AHEAD = timedelta(days=1)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<minute>\d\d:\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d(:?\d\d)?)?"
)


@dataclass(frozen=True)
class Playback:
    """What counts as playback (var `playback`)."""

    max_playback_rate: Decimal = Decimal("2.0")
    min_playback_rate: Decimal = Decimal("0.5")
    clock_tolerance_seconds: Decimal = Decimal(5)
    forward_skip_seconds: Decimal = Decimal(5)
    backward_skip_seconds: Decimal = Decimal(2)
    max_inferred_seconds: Decimal = Decimal(1800)


@dataclass(frozen=True)
class Engagement:
    """How engagement is scored and flagged (var `engagement`)."""

    watch_weight: Fraction = Fraction(1)  # a minute
    session_weight: Fraction = Fraction(5)
    coverage_weight: Fraction = Fraction(1, 4)  # a percent
    completion_weight: Fraction = Fraction(25)
    skip_weight: Fraction = Fraction(2)
    watch_cap_durations: int = 3
    session_cap: int = 5
    completion_cap: int = 3
    skip_cap: int = 5
    high_above: int = 100
    medium_above: int = 50
    low_above: int = 10
    completion_threshold: int = 75
    engaged_session_seconds: Decimal = Decimal(5)
    excessive_watch_percentage: int = 120
    very_short_watch_seconds: Decimal = Decimal(5)


PLAYBACK = Playback()
ENGAGEMENT = Engagement()


@dataclass(frozen=True)
class Event:
    """An accepted event, typed."""

    event_id: str
    customer_id: str
    session_id: str
    title_id: str
    event_type: str
    event_at: datetime
    landed_at: datetime
    position: Decimal
    reported_watch: int | None
    completion_percentage: Decimal | None
    bandwidth_mbps: Decimal | None  # of no use where negative
    buffering_events: int | None
    buffering_seconds: Decimal | None
    error_count: int | None
    attributes: Mapping[str, str | None]

    @property
    def is_opening(self) -> bool:
        return self.event_type in OPENING

    @property
    def session_key(self) -> SessionKey:
        return self.customer_id, self.session_id, self.title_id

    @property
    def pair_key(self) -> PairKey:
        return self.customer_id, self.title_id

    @property
    def order(self) -> tuple[Any, ...]:
        """The total order of §3: time, reported watch time (NULL first), type, event_id."""
        return self.event_at, *_nulls_first(self.reported_watch), _rank(self), self.event_id


@dataclass(frozen=True)
class Claim:
    """The interval that a row of §3's table gives to an event, unclipped, and its clock time."""

    evidence: str
    start: Decimal
    end: Decimal
    wall_started_at: datetime
    wall_seconds: Decimal  # not yet capped by the interval's length


@dataclass(frozen=True)
class Span:
    """A distinct event with the interval it owns (§3), not yet clipped to its title's duration.

    `start`, `end` and the wall columns are None where there is no interval. `wall_seconds` is the
    time to the next event, or the growth of reported watch time; `watch_intervals` caps it, because
    the cap depends on the clipped length.
    """

    event: Event
    evidence: str | None
    start: Decimal | None
    end: Decimal | None
    forward_skip_count: int
    backward_skip_count: int
    wall_started_at: datetime | None
    wall_seconds: Decimal | None


@dataclass(frozen=True)
class Interval:
    """A non-empty interval, clipped to its title: where it lies on the title and on the clock."""

    event: Event
    evidence: str
    start: Decimal
    end: Decimal
    wall_started_at: datetime
    wall_seconds: Decimal

    @property
    def seconds(self) -> Decimal:
        return self.end - self.start

    @property
    def on_title(self) -> Seconds:
        return self.start, self.end

    @property
    def on_clock(self) -> Moments:
        return self.wall_started_at, self.wall_started_at + _lasting(self.wall_seconds)


@dataclass(frozen=True)
class Derived:
    """What every mart is made of."""

    events: list[Event]
    durations: dict[str, tuple[Decimal | None, str | None]]
    spans: dict[str, Span]
    intervals: list[Interval]


# --- Reading -------------------------------------------------------------------------------------


def parse_line(line: str, landed_at: datetime) -> dict[str, Any] | None:
    """A line of NDJSON as a raw event, or None if it is not a JSON object."""
    try:
        value = json.loads(line, parse_constant=_refuse)
    except ValueError:
        return None
    return {**value, "landed_at": landed_at} if isinstance(value, dict) else None


def reject_reason(event: RawEvent | None) -> str | None:
    """The first reason of §4 to reject a raw event (None stands for an unreadable line)."""
    if not isinstance(event, Mapping):
        return "unparseable"
    for name in ("customer_id", "title_id", "session_id"):
        if _text(event.get(name)) is None:
            return f"missing_{name}"
    if event.get("event_type") not in EVENT_TYPES:
        return "unknown_event_type"
    event_at = _timestamp(event.get("event_timestamp"))
    if event_at is None or not EARLIEST <= event_at <= event["landed_at"] + MAX_AHEAD:
        return "invalid_timestamp"
    position = _thousandths(event.get("position_seconds"))
    if position is None or not 0 <= position <= MAX_POSITION:
        return "invalid_position"
    return None


def distinct(events: Iterable[RawEvent | None]) -> list[Event]:
    """The accepted events, typed, each event_id once: as it first landed."""
    copies: dict[str, list[tuple[tuple[Any, ...], Event]]] = defaultdict(list)
    for raw in events:
        if raw is not None and reject_reason(raw) is None:
            event = _typed(raw)
            copies[event.event_id].append((_arrival(event, raw), event))
    return [min(landed, key=lambda copy: copy[0])[1] for landed in copies.values()]


def _arrival(event: Event, raw: RawEvent) -> tuple[Any, ...]:
    """Which of two rows with one event_id landed first; the content only breaks a full tie."""
    reported = _nulls_first(event.reported_watch)
    rank = _rank(event)
    return event.landed_at, event.event_at, *reported, rank, event.position, _content(raw)


def _typed(raw: RawEvent) -> Event:
    """An accepted raw event with its values typed; a bad optional value becomes None."""
    event_at, position = _timestamp(raw["event_timestamp"]), _thousandths(raw["position_seconds"])
    assert event_at is not None and position is not None, "only accepted events are typed"
    return Event(
        event_id=_text(raw.get("event_id")) or hashlib.md5(_content(raw).encode()).hexdigest(),
        customer_id=str(raw["customer_id"]),
        session_id=str(raw["session_id"]),
        title_id=str(raw["title_id"]),
        event_type=raw["event_type"],
        event_at=event_at,
        landed_at=raw["landed_at"],
        position=position,
        reported_watch=_whole(raw.get("watch_duration_seconds")),
        completion_percentage=_number(raw.get("completion_percentage")),
        bandwidth_mbps=_thousandths(raw.get("bandwidth_mbps")),
        buffering_events=_whole(raw.get("buffering_events")),
        buffering_seconds=_thousandths(raw.get("buffering_duration_seconds")),
        error_count=_whole(raw.get("error_count")),
        attributes={name: _text(raw.get(name)) for name in SESSION_ATTRIBUTES},
    )


def _content(raw: RawEvent) -> str:
    """A row's content as text, its landing hour left out."""
    fields = {name: value for name, value in raw.items() if name != "landed_at"}
    return json.dumps(fields, sort_keys=True, default=str)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _nulls_first(value: int | None) -> tuple[bool, int]:
    return value is not None, value or 0


def _rank(event: Event) -> int:
    return EVENT_TYPES.index(event.event_type)


def _text(value: Any) -> str | None:
    """A value as text, None where it is missing or blank."""
    text = "" if value is None else str(value)
    return text if text.strip() else None


def _number(value: Any) -> Decimal | None:
    """An exact decimal, or None for anything that is not a finite number."""
    text = "" if isinstance(value, bool) else (_text(value) or "").strip()
    return Decimal(text) if NUMBER.fullmatch(text) else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _thousandths(value: Any) -> Decimal | None:
    """A number rounded half up to thousandths; None also for what decimal(12, 3) cannot hold."""
    number = _number(value)
    if number is None or abs(number) >= 10**9:
        return None
    return number.quantize(THOUSANDTH, ROUND_HALF_UP)


def _timestamp(value: Any) -> datetime | None:
    """ISO 8601 as naive UTC, truncated to milliseconds; no offset means UTC."""
    match = TIMESTAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    milliseconds = (match["fraction"] or "")[:3].ljust(3, "0")
    zone = match["zone"] or "Z"
    try:
        moment = datetime.fromisoformat(
            f"{match['date']}T{match['minute']}:{match['second'] or '00'}.{milliseconds}{zone}"
        )
        return moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


# --- Durations (§2.3) ----------------------------------------------------------------------------


def durations(
    events: Iterable[RawEvent | None], catalogue: Catalogue
) -> dict[str, tuple[Decimal | None, str | None]]:
    """Duration and source of every title of the catalogue or the events.

    Both are None for a live stream (in the catalogue without a duration) and for a title about
    which the telemetry says too little.
    """
    return _durations(distinct(events), catalogue)


def _durations(
    events: Iterable[Event], catalogue: Catalogue
) -> dict[str, tuple[Decimal | None, str | None]]:
    found: dict[str, tuple[Decimal | None, str | None]] = {}
    for title_id, title in catalogue.items():
        duration = title["duration_seconds"]
        found[title_id] = (duration, None if duration is None else "catalogue")
    for title_id, of_title in grouped(events, lambda event: event.title_id).items():
        if title_id not in found:
            duration = _inferred_duration(of_title)
            found[title_id] = (duration, None if duration is None else "inferred")
    return found


def _inferred_duration(events: Sequence[Event]) -> Decimal | None:
    votes = Counter(whole for event in events if (whole := _implied_duration(event)) >= 1)
    if votes:
        return Decimal(max(votes, key=lambda whole: (votes[whole], whole)))
    completed_at = [event.position for event in events if event.event_type == "complete"]
    return max((position for position in completed_at if position > 0), default=None)


def _implied_duration(event: Event) -> int:
    """The whole second, rounded half up, that position ÷ completion implies; 0 for none."""
    percentage = event.completion_percentage
    if percentage is None or percentage <= 0 or event.position <= 0:
        return 0
    return int(Fraction(event.position) * 100 / Fraction(percentage) + Fraction(1, 2))


# --- The interval of each event (§3) -------------------------------------------------------------


def spans(events: Iterable[RawEvent | None], playback: Playback = PLAYBACK) -> dict[str, Span]:
    """Every distinct event, by event_id, with the interval it owns."""
    return _spans(distinct(events), playback)


def _spans(events: Iterable[Event], playback: Playback) -> dict[str, Span]:
    found: dict[str, Span] = {}
    by_session = grouped(events, lambda event: (event.customer_id, event.session_id))
    for in_session in by_session.values():
        for in_title in grouped(in_session, lambda event: event.title_id).values():
            ordered = sorted(in_title, key=lambda event: event.order)
            neighbours = zip([None, *ordered], ordered, [*ordered[1:], None], strict=False)
            for previous, event, following in neighbours:
                if event.is_opening and following is None:
                    claim = _switched(event, in_session, playback)
                elif event.is_opening:
                    claim = _opened(event, following, playback)
                else:
                    claim = _closed(event, previous)
                found[event.event_id] = _span(previous, event, following, claim, playback)
    return found


def _opened(event: Event, following: Event, playback: Playback) -> Claim | None:
    """An opening event with a next one: rows 1 to 4 of the table."""
    wall = _between(event, following)
    start, advance = event.position, following.position - event.position
    plausible = wall * playback.max_playback_rate + playback.clock_tolerance_seconds
    if advance > plausible:
        return Claim("seek", start, start + min(wall, advance), event.event_at, wall)
    if advance > 0:
        evidence = "lost_close" if following.is_opening else "observed"
        return Claim(evidence, start, following.position, event.event_at, wall)
    if advance < 0:
        return _reported(following, min(_growth(event, following), wall))
    return None


def _switched(event: Event, in_session: Iterable[Event], playback: Playback) -> Claim | None:
    """The last event of its title opens it: row 5 (and 6) of the table."""
    later = [
        other
        for other in in_session
        if other.event_at > event.event_at and other.title_id != event.title_id
    ]
    if not later:
        return None
    wall = min(_between(event, other) for other in later)
    if wall > playback.max_inferred_seconds:
        return None
    return Claim("switched", event.position, event.position + wall, event.event_at, wall)


def _closed(event: Event, previous: Event | None) -> Claim | None:
    """A closing event: rows 7 and 8 of the table."""
    if previous is not None and previous.is_opening:
        return None
    growth = _growth(previous, event)
    return _reported(event, growth if previous is None else min(growth, _between(previous, event)))


def _reported(closing: Event, lasts: Decimal) -> Claim | None:
    """`lasts` seconds that end at an event, in its position and on the clock."""
    if lasts <= 0:
        return None
    began_at = closing.event_at - timedelta(milliseconds=int(lasts * 1000))
    return Claim("reported", closing.position - lasts, closing.position, began_at, lasts)


def _growth(previous: Event | None, event: Event) -> Decimal:
    """Δw: growth of reported watch time, 0 where the event reports none."""
    if event.reported_watch is None:
        return ZERO
    before = previous.reported_watch if previous else None
    return Decimal(event.reported_watch - (before or 0))


def _span(
    previous: Event | None,
    event: Event,
    following: Event | None,
    claim: Claim | None,
    playback: Playback,
) -> Span:
    owned = claim if claim and claim.start < claim.end else None
    is_seek = claim is not None and claim.evidence == "seek"
    forward, backward = _skips_before(previous, event, playback)
    return Span(
        event=event,
        evidence=claim.evidence if claim else None,
        start=owned.start if owned else None,
        end=owned.end if owned else None,
        forward_skip_count=int(forward) + int(is_seek),
        backward_skip_count=int(backward) + int(_rewinds(event, following, playback)),
        wall_started_at=owned.wall_started_at if owned else None,
        wall_seconds=owned.wall_seconds if owned else None,
    )


def _skips_before(previous: Event | None, event: Event, playback: Playback) -> tuple[bool, bool]:
    """Did the playhead skip forward, backward, between a closing event and this opening one?"""
    if previous is None or previous.is_opening or not event.is_opening:
        return False, False
    moved = event.position - previous.position
    return moved > playback.forward_skip_seconds, -moved > playback.backward_skip_seconds


def _rewinds(event: Event, following: Event | None, playback: Playback) -> bool:
    """Did the playhead go back by more than the tolerance inside the span?"""
    if following is None or not event.is_opening:
        return False
    return event.position - following.position > playback.backward_skip_seconds


def _between(earlier: Event, later: Event) -> Decimal:
    """Seconds of wall clock between two events, exact to the millisecond."""
    return Decimal((later.event_at - earlier.event_at) // timedelta(milliseconds=1)) / 1000


def watch_intervals(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[str, Interval]:
    """Every non-empty interval, by event_id, clipped to [0, duration], with its clock time."""
    return {item.event.event_id: item for item in derive(events, catalogue, playback).intervals}


def derive(events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback) -> Derived:
    """The distinct events, and all that they and the catalogue say of titles and intervals."""
    accepted = distinct(events)
    lengths = _durations(accepted, catalogue)
    owned = _spans(accepted, playback)
    clipped = (_clipped(s, lengths[s.event.title_id][0], playback) for s in owned.values())
    return Derived(accepted, lengths, owned, [item for item in clipped if item is not None])


def _clipped(span: Span, duration: Decimal | None, playback: Playback) -> Interval | None:
    """The interval within [0, duration], on the clock for no longer than its length allows.

    Capped `reported` evidence begins later: it still ends at its closing event.
    """
    if span.start is None or span.end is None or span.evidence is None:
        return None
    start = max(span.start, ZERO)
    end = span.end if duration is None else min(span.end, duration)
    if start >= end:
        return None
    longest = (end - start) / playback.min_playback_rate + playback.clock_tolerance_seconds
    wall = min(span.wall_seconds, longest.quantize(THOUSANDTH, ROUND_HALF_UP))
    began_at = span.wall_started_at
    if span.evidence == "reported":
        began_at += _lasting(span.wall_seconds - wall)
    return Interval(span.event, span.evidence, start, end, began_at, wall)


def _lasting(seconds: Decimal) -> timedelta:
    return timedelta(microseconds=int(seconds * 1_000_000))


# --- Unions, by brute force ----------------------------------------------------------------------


def covered_cells(intervals: Iterable[tuple[Bound, Bound]]) -> list[tuple[Bound, Bound]]:
    """The cells between neighbouring ends that some interval contains, in order (quadratic)."""
    proper = [(start, end) for start, end in intervals if start < end]
    ends = sorted({end for interval in proper for end in interval})
    return [
        (left, right)
        for left, right in pairwise(ends)
        if any(start <= left and right <= end for start, end in proper)
    ]


def covered_grid(intervals: Iterable[Seconds]) -> set[int]:
    """The whole seconds covered by intervals whose ends are whole seconds."""
    return {second for start, end in intervals for second in range(int(start), int(end))}


def unique_seconds(intervals: Iterable[Seconds]) -> Decimal:
    """The measure of a union: a grid of seconds, or of cells where ends are not whole."""
    listed = list(intervals)
    if all(end == int(end) for interval in listed for end in interval):
        return Decimal(len(covered_grid(listed)))
    return sum((right - left for left, right in covered_cells(listed)), ZERO)


def islands(intervals: Iterable[tuple[Bound, Bound]]) -> list[tuple[Bound, Bound]]:
    """The disjoint islands of a union: maximal runs of adjacent covered cells."""
    found: list[tuple[Bound, Bound]] = []
    for left, right in covered_cells(intervals):
        if found and found[-1][1] == left:
            left = found.pop()[0]
        found.append((left, right))
    return found


def watch_coverage(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[PairKey, list[Seconds]]:
    """What each customer has seen of each title: islands on the title's timeline."""
    return _coverage(derive(events, catalogue, playback).intervals)


def _coverage(intervals: Iterable[Interval]) -> dict[PairKey, list[Seconds]]:
    by_pair = grouped(intervals, lambda interval: interval.event.pair_key)
    return {pair: islands(item.on_title for item in owned) for pair, owned in by_pair.items()}


def viewer_presence(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[str, list[Moments]]:
    """When each customer was watching, over all devices: islands on the clock (UTC).

    A customer whose intervals all last no time on the clock has no island, and no key.
    """
    return presence_of(derive(events, catalogue, playback))


def presence_of(derived: Derived) -> dict[str, list[Moments]]:
    """`viewer_presence` from what is derived already."""
    by_customer = grouped(derived.intervals, lambda interval: interval.event.customer_id)
    present = {
        customer: islands(item.on_clock for item in owned)
        for customer, owned in by_customer.items()
    }
    return {customer: found for customer, found in present.items() if found}


# --- Marts ---------------------------------------------------------------------------------------


def viewing_sessions(
    events: Iterable[RawEvent | None],
    catalogue: Catalogue,
    playback: Playback = PLAYBACK,
    engagement: Engagement = ENGAGEMENT,
) -> dict[SessionKey, dict[str, Any]]:
    """A row per customer × session × title."""
    return sessions_of(derive(events, catalogue, playback), engagement)


def sessions_of(derived: Derived, engagement: Engagement) -> dict[SessionKey, dict[str, Any]]:
    """`viewing_sessions` from what is derived already."""
    owned = grouped(derived.intervals, lambda interval: interval.event.session_key)
    return {
        key: _session(
            members,
            [derived.spans[event.event_id] for event in members],
            owned.get(key, []),
            derived.durations[members[0].title_id][0],
            engagement,
        )
        for key, members in grouped(derived.events, lambda event: event.session_key).items()
    }


def _session(
    events: Sequence[Event],
    owned: Sequence[Span],
    intervals: Sequence[Interval],
    duration: Decimal | None,
    engagement: Engagement,
) -> dict[str, Any]:
    first, last = _first_and_last(events)
    watch = total(interval.seconds for interval in intervals)
    observed = total(item.seconds for item in intervals if item.evidence == "observed")
    buffering = _highest(event.buffering_seconds for event in events)
    return {
        "started_at": first.event_at,
        "ended_at": last.event_at,
        "session_seconds": _between(first, last),
        "event_count": len(events),
        "watch_seconds": watch,
        "unique_watch_seconds": unique_seconds(item.on_title for item in intervals),
        "observed_watch_seconds": observed,
        "inferred_watch_seconds": watch - observed,
        "play_count": len(intervals),
        "pause_count": sum(event.event_type == "pause" for event in events),
        "forward_skip_count": sum(span.forward_skip_count for span in owned),
        "backward_skip_count": sum(span.backward_skip_count for span in owned),
        "max_position_seconds": _furthest(events, duration),
        "has_complete_event": any(event.event_type == "complete" for event in events),
        "is_engaged": watch >= engagement.engaged_session_seconds,
        "has_seek_evidence": any(span.evidence == "seek" for span in owned),
        "buffering_event_count": _highest(event.buffering_events for event in events),
        "buffering_seconds": buffering,
        "error_count": _highest(event.error_count for event in events),
        "rebuffer_ratio": _rebuffer_ratio(buffering, watch),
        "playback_started_at": min((item.on_clock[0] for item in intervals), default=None),
        "playback_ended_at": max((item.on_clock[1] for item in intervals), default=None),
        **bandwidth(intervals),
        **{name: _earliest_reported(events, name) for name in SESSION_ATTRIBUTES},
    }


def bandwidth(plays: Iterable[Interval]) -> dict[str, Any]:
    """Watched seconds whose event reports a bandwidth, and seconds × Mbps."""
    reported = [
        (play.seconds, play.event.bandwidth_mbps)
        for play in plays
        if play.event.bandwidth_mbps is not None and play.event.bandwidth_mbps >= 0
    ]
    return {
        "bandwidth_watch_seconds": total(seconds for seconds, _ in reported),
        "bandwidth_megabits": total(seconds * mbps for seconds, mbps in reported),
    }


def title_retention(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[tuple[str, int], dict[str, Any]]:
    """A row per watched title with a duration × hundredth of it: each overlap taken by itself."""
    return retention_of(derive(events, catalogue, playback))


def retention_of(derived: Derived) -> dict[tuple[str, int], dict[str, Any]]:
    """`title_retention` from what is derived already."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for title_id, plays in grouped(derived.intervals, lambda item: item.event.title_id).items():
        duration = derived.durations[title_id][0]
        if duration is not None:
            rows |= {(title_id, n): row for n, row in enumerate(_retention(plays, duration))}
    return rows


def _retention(plays: Sequence[Interval], duration: Decimal) -> list[dict[str, Any]]:
    viewers = grouped(plays, lambda item: item.event.customer_id).values()
    seen = [island for owned in viewers for island in islands(item.on_title for item in owned)]
    furthest = [max(item.end for item in owned) for owned in viewers]
    views = len({item.event.session_key for item in plays})
    length = duration / 100
    rows = []
    for percent in range(100):
        start, end = percent * length, (percent + 1) * length
        watched = _overlap((item.on_title for item in plays), start, end)
        unique = _overlap(seen, start, end)
        surviving = sum(point >= start for point in furthest)
        following = sum(point >= end for point in furthest)
        rows.append(
            {
                "start_seconds": start,
                "end_seconds": end,
                "watch_seconds": watched,
                "unique_watch_seconds": unique,
                "view_count": views,
                "viewer_count": len(furthest),
                "surviving_viewer_count": surviving,
                "absolute_retention": float(Fraction(watched) / Fraction(length * views)),
                "viewer_retention": float(Fraction(unique) / Fraction(length * len(furthest))),
                "rewatch_ratio": _as_float(
                    Fraction(watched) / Fraction(unique) if unique else None
                ),
                "survival": surviving / len(furthest),
                "drop_off": (surviving - following) / len(furthest) if percent < 99 else None,
            }
        )
    return rows


def _overlap(intervals: Iterable[Seconds], start: Decimal, end: Decimal) -> Decimal:
    return total(max(ZERO, min(end, upper) - max(start, lower)) for lower, upper in intervals)


def viewer_title_engagement(
    events: Iterable[RawEvent | None],
    catalogue: Catalogue,
    playback: Playback = PLAYBACK,
    engagement: Engagement = ENGAGEMENT,
) -> dict[PairKey, dict[str, Any]]:
    """A row per customer × title: the main mart, column by column as in §5.1."""
    return engagement_of(derive(events, catalogue, playback), catalogue, playback, engagement)


def engagement_of(
    derived: Derived, catalogue: Catalogue, playback: Playback, engagement: Engagement
) -> dict[PairKey, dict[str, Any]]:
    """`viewer_title_engagement` from what is derived already."""
    coverage = _coverage(derived.intervals)
    sessions: dict[PairKey, list[dict[str, Any]]] = defaultdict(list)
    for (customer_id, _, title_id), session in sessions_of(derived, engagement).items():
        sessions[customer_id, title_id].append(session)
    rows: dict[PairKey, dict[str, Any]] = {}
    for pair, members in grouped(derived.events, lambda event: event.pair_key).items():
        duration, source = derived.durations[pair[1]]
        title = catalogue.get(pair[1], {})
        row = {
            "title_name": title.get("title_name"),
            "title_type": title.get("title_type"),
            "title_duration_seconds": duration,
            "duration_source": source,
            **_times(members),
            **_watch(sessions[pair], coverage.get(pair, []), duration),
            **_interactions(sessions[pair]),
            **_quality(sessions[pair]),
        }
        row |= _completion(sessions[pair], row, engagement)
        row |= _score(row, duration, engagement)
        row["data_quality_flag"] = _flag(members, sessions[pair], row, playback, engagement)
        rows[pair] = row
    return rows


def _times(events: Sequence[Event]) -> dict[str, Any]:
    first, last = _first_and_last(events)
    return {
        "first_watched_at": first.event_at,
        "last_watched_at": last.event_at,
        "active_days": len({event.event_at.date() for event in events}),
    }


def _watch(
    sessions: Sequence[dict[str, Any]], coverage: Sequence[Seconds], duration: Decimal | None
) -> dict[str, Any]:
    lengths = [end - start for start, end in coverage]
    watch = total(session["watch_seconds"] for session in sessions)
    unique = total(lengths)
    furthest = max(session["max_position_seconds"] for session in sessions)
    return {
        "watch_seconds": watch,
        "unique_watch_seconds": unique,
        "rewatch_seconds": watch - unique,
        "observed_watch_seconds": total(item["observed_watch_seconds"] for item in sessions),
        "inferred_watch_seconds": total(item["inferred_watch_seconds"] for item in sessions),
        "max_position_seconds": furthest,
        "watch_percentage": _as_float(_percentage(watch, duration)),
        "unique_watch_percentage": _as_float(_percentage(unique, duration)),
        "completion_percentage": _as_float(_percentage(furthest, duration)),
        "island_count": len(lengths),
        "longest_island_seconds": max(lengths, default=ZERO),
    }


def _interactions(sessions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    count = len(sessions)
    pauses = sum(session["pause_count"] for session in sessions)
    watch = total(session["watch_seconds"] for session in sessions)
    lasted = total(session["session_seconds"] for session in sessions)
    return {
        "session_count": count,
        "engaged_session_count": sum(session["is_engaged"] for session in sessions),
        "play_count": sum(session["play_count"] for session in sessions),
        "avg_watch_seconds_per_session": float(Fraction(watch) / count),
        "avg_session_seconds": float(Fraction(lasted) / count),
        "pause_count": pauses,
        "avg_pauses_per_session": float(Fraction(pauses, count)),
        "forward_skip_count": sum(session["forward_skip_count"] for session in sessions),
        "backward_skip_count": sum(session["backward_skip_count"] for session in sessions),
        "is_replay": count > 1,
    }


def _quality(sessions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    watch = total(session["watch_seconds"] for session in sessions)
    buffering = sum_of_reported(session["buffering_seconds"] for session in sessions)
    return {
        "buffering_event_count": sum_of_reported(s["buffering_event_count"] for s in sessions),
        "buffering_seconds": buffering,
        "rebuffer_ratio": _rebuffer_ratio(buffering, watch),
        "error_count": sum_of_reported(session["error_count"] for session in sessions),
        "dominant_device_type": _dominant_device(sessions),
    }


def _completion(
    sessions: Sequence[dict[str, Any]], row: Mapping[str, Any], engagement: Engagement
) -> dict[str, Any]:
    completions = sum(session["has_complete_event"] for session in sessions)
    seen = _percentage(row["unique_watch_seconds"], row["title_duration_seconds"])
    is_enough = seen is not None and seen >= engagement.completion_threshold
    return {
        "completion_count": completions,
        "verified_completion_count": completions if is_enough else 0,
        "is_completed": is_enough and completions > 0,
    }


def _score(
    row: Mapping[str, Any], duration: Decimal | None, engagement: Engagement
) -> dict[str, Any]:
    """The score of §5.1 and its components, exact until they become floats."""
    watch = Fraction(row["watch_seconds"])
    if duration is not None:
        watch = min(watch, engagement.watch_cap_durations * Fraction(duration))
    seen = _percentage(row["unique_watch_seconds"], duration) or Fraction(0)
    sessions = min(row["engaged_session_count"], engagement.session_cap)
    completions = min(row["verified_completion_count"], engagement.completion_cap)
    earned = {
        "watch_score": engagement.watch_weight * watch / 60,
        "session_score": engagement.session_weight * sessions,
        "coverage_score": engagement.coverage_weight * seen,
        "completion_score": engagement.completion_weight * completions,
    }
    penalty = engagement.skip_weight * min(row["forward_skip_count"], engagement.skip_cap)
    score = max(Fraction(0), sum(earned.values()) - penalty)
    return {
        **{name: float(component) for name, component in earned.items()},
        "skip_penalty": float(penalty),
        "engagement_score": float(score),
        "engagement_tier": tier(score, engagement),
    }


def tier(score: Fraction, engagement: Engagement = ENGAGEMENT) -> str:
    """The tier of an exact score; the thresholds are strict."""
    if score > engagement.high_above:
        return "High"
    if score > engagement.medium_above:
        return "Medium"
    return "Low" if score > engagement.low_above else "Minimal"


def _flag(
    events: Sequence[Event],
    sessions: Sequence[dict[str, Any]],
    row: Mapping[str, Any],
    playback: Playback,
    engagement: Engagement,
) -> str:
    """The first match of §5.1's data_quality_flag."""
    duration, watch = row["title_duration_seconds"], row["watch_seconds"]
    if duration is not None and any(
        event.position > duration + playback.clock_tolerance_seconds for event in events
    ):
        return "position_exceeds_duration"
    watched = _percentage(watch, duration) or Fraction(0)
    if watched > engagement.excessive_watch_percentage and row["session_count"] == 1:
        return "excessive_watch_time"
    if row["completion_count"] > 0 and row["verified_completion_count"] == 0:
        return "completed_without_sufficient_watch"
    if any(session["has_seek_evidence"] for session in sessions):
        return "implausible_seek"
    return "very_short_watch" if watch < engagement.very_short_watch_seconds else "ok"


# --- Small helpers -------------------------------------------------------------------------------


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    groups: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


def total(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def _highest(values: Iterable[Any]) -> Any:
    """A cumulative counter's value: its maximum; negative values do not count as reported."""
    return max((value for value in values if value is not None and value >= 0), default=None)


def sum_of_reported(values: Iterable[Any]) -> Any:
    reported = [value for value in values if value is not None]
    return sum(reported) if reported else None


def _first_and_last(events: Sequence[Event]) -> tuple[Event, Event]:
    ordered = sorted(events, key=lambda event: event.order)
    return ordered[0], ordered[-1]


def _furthest(events: Sequence[Event], duration: Decimal | None) -> Decimal:
    furthest = max(event.position for event in events)
    return furthest if duration is None else min(furthest, duration)


def _earliest_reported(events: Sequence[Event], name: str) -> str | None:
    reports = [(event.event_at, event.attributes[name]) for event in events]
    return min((report for report in reports if report[1]), default=(None, None))[1]


def _dominant_device(sessions: Sequence[dict[str, Any]]) -> str | None:
    """The device type with most watch time; on a tie the alphabetically first."""
    watched: dict[str, Decimal] = defaultdict(Decimal)
    for session in sessions:
        if session["device_type"] is not None:
            watched[session["device_type"]] += session["watch_seconds"]
    return min(watched, key=lambda device: (-watched[device], device), default=None)


def _percentage(seconds: Decimal, duration: Decimal | None) -> Fraction | None:
    return 100 * Fraction(seconds) / Fraction(duration) if duration else None


def _rebuffer_ratio(buffering: Decimal | None, watch: Decimal) -> float | None:
    if buffering is None or buffering + watch == 0:
        return None
    return float(Fraction(buffering) / Fraction(buffering + watch))


def _as_float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
