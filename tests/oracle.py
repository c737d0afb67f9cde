"""What docs/method.md says the numbers are, in plain Python and by brute force.

The oracle shares nothing with the models: it walks through the events of one viewer, session and
title, one after the other, follows docs/method.md §3 rule by rule, and measures unions by asking of
every cell of a grid whether any interval covers it. It is slow and meant to be. Seconds are
Decimals and ratios
Fractions, so nothing is rounded before the last step.

A raw event is a dict with canonical fields as JSON would give them (string, number, boolean, None
or absent) and `landed_at`, the naive UTC datetime of its arrival hour. A catalogue maps a title_id
to a dict with `title_name`, `title_type` and `duration_seconds` (a Decimal, or None for a live
stream). Every public function takes raw events, in any order.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from types import MappingProxyType
from typing import Any, TypeVar

RawEvent = Mapping[str, Any]
Catalogue = Mapping[str, Mapping[str, Any]]
EventKey = tuple[str, str, str, str, str, datetime]  # id, customer, session, title, type, time
SessionKey = tuple[str, str, str]  # customer, session, title
PairKey = tuple[str, str]  # customer, title
PlayKey = tuple[Any, ...]  # of one play of a session and title
Seconds = tuple[Decimal, Decimal]  # [start, end) on a title's timeline
Moments = tuple[datetime, datetime]  # [start, end) on the clock
Bound = TypeVar("Bound", Decimal, datetime)
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)

COUNTERS = {  # and the column that says whether a counter reports it, or events
    "buffering_event_count": "buffering_source",
    "buffering_seconds": "buffering_source",
    "error_count": "error_source",
}
OPENING = frozenset({"start", "resume"})
ENDING = frozenset({"stop", "complete"})
CLOSING = ENDING | {"pause"}
BUFFERING = frozenset({"buffer_start", "buffer_end"})
ADVERTISING = frozenset({"ad_start", "ad_end"})
PLACED = OPENING | {"heartbeat", "seek", "seek_start"}  # of no use without a position
IN_SEQUENCE = PLACED | CLOSING | BUFFERING | ADVERTISING
STATED = frozenset({"span", "play"})
EVENT_TYPES = IN_SEQUENCE | STATED | {"error"}
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
NO_CATALOGUE: Catalogue = MappingProxyType({})
THOUSANDTH = Decimal("0.001")
ZERO = Decimal(0)
MAX_POSITION = Decimal(48 * 3600)
MAX_RATE = Decimal(99)
EPOCH = datetime(1970, 1, 1)
EARLIEST = datetime(2000, 1, 1)
MAX_AHEAD = timedelta(days=1)
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<minute>\d\d:\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d(:?\d\d)?)?"
)
YES = ("true", "1", "t", "yes", "y")
NO = ("false", "0", "f", "no", "n")


@dataclass(frozen=True)
class Playback:
    """What counts as playback (var `playback`)."""

    max_playback_rate: Decimal = Decimal("2.0")
    min_playback_rate: Decimal = Decimal("0.5")
    trick_play_rate: Decimal = Decimal("4.0")  # above it, one scans and does not watch
    clock_tolerance_seconds: Decimal = Decimal(5)
    seek_tolerance_seconds: Decimal = Decimal(2)
    forward_skip_seconds: Decimal = Decimal(5)
    backward_skip_seconds: Decimal = Decimal(2)
    max_inferred_seconds: Decimal = Decimal(1800)
    heartbeat_seconds: Decimal = Decimal(60)


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
    position: Decimal | None
    playback_rate: Decimal | None
    seek_from: Decimal | None
    is_playing: bool | None
    is_completed: bool | None
    is_live: bool | None
    ended_at: datetime | None
    end_position: Decimal | None
    watched: Decimal | None
    max_position: Decimal | None
    title_name: str | None
    title_duration: Decimal | None
    reported_watch: int | None
    completion_percentage: Decimal | None
    bandwidth_mbps: Decimal | None  # of no use where negative
    buffering_events: int | None
    buffering_seconds: Decimal | None
    error_count: int | None
    attributes: Mapping[str, str | None]

    @property
    def key(self) -> EventKey:
        """What makes an event one (docs/method.md §2.4)."""
        return self.event_id, *self.session_key, self.event_type, self.event_at

    @property
    def session_key(self) -> SessionKey:
        return self.customer_id, self.session_id, self.title_id

    @property
    def pair_key(self) -> PairKey:
        return self.customer_id, self.title_id

    @property
    def is_opening(self) -> bool:
        return self.event_type in OPENING

    @property
    def is_closing(self) -> bool:
        return self.event_type in CLOSING

    @property
    def counted_watch(self) -> int | None:
        """Reported watch time; a negative counter is no report."""
        reported = self.reported_watch
        return None if reported is None or reported < 0 else reported

    @property
    def left(self) -> Decimal | None:
        """Where a seek says that it left: nothing, where that equals where it went."""
        return None if self.seek_from == self.position else self.seek_from

    @property
    def among_equals(self) -> tuple[Any, ...]:
        """The order of docs/method.md §3.1 where nothing else decides: watch time (NULL first),
        type, id."""
        return *_nulls_first(self.counted_watch), self.event_type, self.event_id


@dataclass(frozen=True)
class Title:
    """What catalogue and telemetry say of a title (docs/method.md §2.5)."""

    title_name: str | None
    duration: Decimal | None
    duration_source: str | None
    is_live: bool


@dataclass(frozen=True)
class Step:
    """An event of the sequence and the state of playback after it (docs/method.md §3.2)."""

    event: Event
    position: Decimal | None  # of the playhead after it; None of a closing event without one
    is_filled: bool  # the clock's, in a live title
    was_meant: bool | None  # to play, before it
    is_meant: bool | None
    is_halted: bool
    plays: bool
    is_pause: bool
    rate: Decimal | None  # the last that is known
    watch_before: int | None  # the last reported watch time before it
    watch: int | None  # the same, its own included
    play_number: int
    is_buffering: bool
    begins_buffering: bool  # it found no buffer's halt, and sets one


@dataclass(frozen=True)
class Move:
    """From one event of the sequence to the next (docs/method.md §3.3, §3.5); None where a position
    is missing."""

    wall: Decimal
    clock: Decimal  # what the last known rate makes of the wall
    before_next: Decimal | None
    advance: Decimal | None
    is_plausible: bool
    is_beat: bool  # the next is a seek that moved as the clock does
    is_by_clock: bool  # where the next event found the playhead, only the clock tells
    is_filled: bool
    is_vouched: bool  # a heartbeat's, between positions that are the clock's


@dataclass(frozen=True)
class Claim:
    """The interval that a row of docs/method.md §3.5's table gives to an event, unclipped, and its
    clock time."""

    evidence: str
    start: Decimal | None  # None: all that was watched is unplaced
    end: Decimal | None
    wall_started_at: datetime
    wall_seconds: Decimal  # not yet capped by the interval's length
    unplaced_seconds: Decimal = ZERO


@dataclass(frozen=True)
class Span:
    """A distinct event with the interval it owns (docs/method.md §3.5), not yet clipped to its
    title's duration.

    `start`, `end` and the wall columns are None where there is no interval. `wall_seconds` is the
    time to the next event, or the growth of reported watch time; `watch_intervals` caps it, because
    the cap depends on the clipped length. Skips before the event and inside its interval are its
    own. `step` is None outside the sequence, `following` also where nothing follows.
    """

    event: Event
    evidence: str | None = None
    start: Decimal | None = None
    end: Decimal | None = None
    forward_skip_count: int = 0
    backward_skip_count: int = 0
    wall_started_at: datetime | None = None
    wall_seconds: Decimal | None = None
    unplaced_seconds: Decimal = ZERO
    play: PlayKey | None = None
    step: Step | None = None
    following: Step | None = None
    advance: Decimal | None = None


@dataclass(frozen=True)
class Interval:
    """What was watched at a stretch, clipped: where it lies on the title and on the clock.

    One event's, or contiguous ones of one play in one. `start` and `end` are None where all of it
    is unplaced. `event` is its first.
    """

    event: Event
    play: PlayKey
    evidence: str
    start: Decimal | None
    end: Decimal | None
    unplaced_seconds: Decimal
    wall_started_at: datetime
    wall_seconds: Decimal
    bandwidth_watch_seconds: Decimal
    bandwidth_megabits: Decimal

    @property
    def seconds(self) -> Decimal:
        """Watch time, unplaced time included."""
        placed = ZERO if self.start is None or self.end is None else self.end - self.start
        return placed + self.unplaced_seconds

    @property
    def on_title(self) -> Seconds | None:
        return None if self.start is None or self.end is None else (self.start, self.end)

    @property
    def on_clock(self) -> Moments:
        return self.wall_started_at, self.wall_started_at + _lasting(self.wall_seconds)


@dataclass(frozen=True)
class Derived:
    """What every mart is made of."""

    events: list[Event]
    titles: dict[str, Title]
    spans: dict[EventKey, Span]
    sequences: dict[SessionKey, list[Span]]  # the events of each sequence, in its order
    pieces: dict[EventKey, Interval]
    intervals: list[Interval]  # rows of int_watch_intervals
    playback: Playback = field(default=PLAYBACK)


# --- Reading -------------------------------------------------------------------------------------


def parse_line(line: str, landed_at: datetime) -> dict[str, Any] | None:
    """A line of NDJSON as a raw event, or None if it is not a JSON object."""
    try:
        value = json.loads(line, parse_constant=_refuse)
    except ValueError:
        return None
    return {**value, "landed_at": landed_at} if isinstance(value, dict) else None


def outcome(event: RawEvent | None, catalogue: Catalogue = NO_CATALOGUE) -> str:
    """`accepted`, `ignored`, or the first reason of docs/method.md §2.3 to reject a row (None:
    unreadable)."""
    if not isinstance(event, Mapping):
        return "unparseable"
    if event.get("event_type") == "ignore":
        return "ignored"
    for name in ("customer_id", "title_id", "session_id"):
        if _text(event.get(name)) is None:
            return f"missing_{name}"
    if event.get("event_type") not in EVENT_TYPES:
        return "unknown_event_type"
    if _moment(event, "event_timestamp") is None:
        return "invalid_timestamp"
    return "accepted" if _has_valid_positions(event, catalogue) else "invalid_position"


def reject_reason(event: RawEvent | None, catalogue: Catalogue = NO_CATALOGUE) -> str | None:
    """Why a row is rejected; None if it is accepted or ignored."""
    found = outcome(event, catalogue)
    return None if found in ("accepted", "ignored") else found


def distinct(events: Iterable[RawEvent | None], catalogue: Catalogue = NO_CATALOGUE) -> list[Event]:
    """The accepted events, typed, each once: as it first landed, stated rows as they grew."""
    copies: dict[EventKey, list[tuple[tuple[Any, ...], Event]]] = defaultdict(list)
    for raw in events:
        if raw is not None and outcome(raw, catalogue) == "accepted":
            event = _typed(raw, catalogue)
            copies[event.key].append((_precedence(event, raw), event))
    return [min(landed, key=lambda copy: copy[0])[1] for landed in copies.values()]


def _precedence(event: Event, raw: RawEvent) -> tuple[Any, ...]:
    """Of deliveries of one event the least counts; the content only breaks a full tie."""
    landed_at = event.landed_at is None, event.landed_at or EPOCH
    position = event.position is None, event.position or ZERO
    landed = *landed_at, *_nulls_first(event.reported_watch), *position, _content(raw)
    if event.event_type not in STATED:
        return landed
    lasted = None if event.ended_at is None else event.ended_at - EPOCH
    return (
        *_greatest_first(lasted, timedelta()),
        *_greatest_first(event.watched, ZERO),
        *_greatest_first(event.end_position, ZERO),
        *landed,
    )


def _greatest_first(value: Any, nothing: Any) -> tuple[bool, Any]:
    return value is None, nothing if value is None else -value


def _has_valid_positions(raw: RawEvent, catalogue: Catalogue) -> bool:
    """Every position that is needed is there, and every one that is there can be."""
    is_live, event_type = _is_live_row(raw, catalogue), raw["event_type"]
    is_span = event_type == "span"
    is_needed = is_span or (event_type in PLACED and not is_live)
    positions = [(raw.get("position_seconds"), is_needed)]
    if event_type in STATED:
        positions.append((raw.get("end_position_seconds"), is_span))
    return all(
        not needed if _text(value) is None else _position(value, is_live) is not None
        for value, needed in positions
    )


def _is_live_row(raw: RawEvent, catalogue: Catalogue) -> bool:
    """Is the row's title live as far as the catalogue, or else the row itself, tells?"""
    title = catalogue.get(str(raw["title_id"]))
    if title is not None:
        return title["duration_seconds"] is None
    return _boolean(raw.get("is_live")) is True


def _typed(raw: RawEvent, catalogue: Catalogue) -> Event:
    """An accepted raw event with its values typed; a bad optional value becomes None.

    What means something of some types alone is None of the others.
    """
    event_at, event_type = _moment(raw, "event_timestamp"), raw["event_type"]
    assert event_at is not None, "only accepted events are typed"
    is_live, is_stated = _is_live_row(raw, catalogue), event_type in STATED
    ended_at, watched = _moment(raw, "ended_at"), _thousandths(raw.get("watched_seconds"))
    has_ended = is_stated and ended_at is not None and ended_at >= event_at
    has_watched = is_stated and watched is not None and watched >= 0
    rate = _number(raw.get("playback_rate"))
    return Event(
        event_id=_text(raw.get("event_id")) or hashlib.md5(_content(raw).encode()).hexdigest(),
        customer_id=str(raw["customer_id"]),
        session_id=str(raw["session_id"]),
        title_id=str(raw["title_id"]),
        event_type=event_type,
        event_at=event_at,
        landed_at=raw["landed_at"],
        position=_position(raw.get("position_seconds"), is_live),
        playback_rate=None if rate is None else _rounded(max(-MAX_RATE, min(rate, MAX_RATE))),
        seek_from=_of(event_type == "seek", _position(raw.get("seek_from_seconds"), is_live)),
        is_playing=_of(event_type == "heartbeat", _boolean(raw.get("is_playing"))),
        is_completed=_boolean(raw.get("is_completed")),
        is_live=_boolean(raw.get("is_live")),
        ended_at=_of(has_ended, ended_at),
        end_position=_of(is_stated, _position(raw.get("end_position_seconds"), is_live)),
        watched=_of(has_watched, watched),
        max_position=_of(is_stated, _position(raw.get("max_position_seconds"), is_live)),
        title_name=_text(raw.get("title_name")),
        title_duration=_thousandths(raw.get("title_duration_seconds")),
        reported_watch=_whole(raw.get("watch_duration_seconds")),
        completion_percentage=_number(raw.get("completion_percentage")),
        bandwidth_mbps=_thousandths(raw.get("bandwidth_mbps"), 10**9),
        buffering_events=_whole(raw.get("buffering_events")),
        buffering_seconds=_thousandths(raw.get("buffering_duration_seconds"), 10**9),
        error_count=_whole(raw.get("error_count")),
        attributes={name: _text(raw.get(name)) for name in SESSION_ATTRIBUTES},
    )


def _of(is_meant: bool, value: Item | None) -> Item | None:
    return value if is_meant else None


def _content(raw: RawEvent) -> str:
    """A row's content as text, its landing hour left out."""
    fields = {name: value for name, value in raw.items() if name != "landed_at"}
    return json.dumps(fields, sort_keys=True, default=str)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _nulls_first(value: int | None) -> tuple[bool, int]:
    return value is not None, value or 0


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


def _thousandths(value: Any, limit: int = 10**10) -> Decimal | None:
    """A number rounded half up to thousandths; None also from the limit on: decimal(13, 3)."""
    number = _number(value)
    if number is None or abs(number) >= limit:
        return None
    rounded = _rounded(number)
    return rounded if abs(rounded) < limit else None


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(THOUSANDTH, ROUND_HALF_UP)


def _position(value: Any, is_live: bool) -> Decimal | None:
    """A position on a title's timeline: up to 48 hours, of a live title anything that fits."""
    position = _thousandths(value)
    if position is None or is_live:
        return position
    return position if 0 <= position <= MAX_POSITION else None


def _boolean(value: Any) -> bool | None:
    word = (_text(value) or "").strip().lower()
    return word in YES if word in (*YES, *NO) else None


def _moment(raw: RawEvent, name: str) -> datetime | None:
    """A field's timestamp, if it can be: not before 2000, nor over a day ahead of the landing."""
    moment = _timestamp(raw.get(name))
    if moment is None or not EARLIEST <= moment <= raw["landed_at"] + MAX_AHEAD:
        return None
    return moment


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


# --- Titles (docs/method.md §2.5) ----------------------------------------------------------------


def durations(
    events: Iterable[RawEvent | None], catalogue: Catalogue
) -> dict[str, tuple[Decimal | None, str | None]]:
    """Duration and source of every title of the catalogue or the events.

    Both are None for a live stream and for a title about which the telemetry says too little.
    """
    found = titles(events, catalogue)
    return {title_id: (title.duration, title.duration_source) for title_id, title in found.items()}


def titles(events: Iterable[RawEvent | None], catalogue: Catalogue) -> dict[str, Title]:
    """Every title of the catalogue or the events."""
    return _titles(distinct(events, catalogue), catalogue)


def _titles(events: Iterable[Event], catalogue: Catalogue) -> dict[str, Title]:
    found: dict[str, Title] = {}
    for title_id, row in catalogue.items():
        duration = row["duration_seconds"]
        source = None if duration is None else "catalogue"
        found[title_id] = Title(row.get("title_name"), duration, source, duration is None)
    for title_id, of_title in grouped(events, lambda event: event.title_id).items():
        if title_id not in found:
            found[title_id] = _uncatalogued(of_title)
    return found


def _uncatalogued(events: Sequence[Event]) -> Title:
    """A title that only its events know: what most of them say."""
    names = Counter(event.title_name for event in events if event.title_name is not None)
    name = min(names, key=lambda name: (-names[name], name), default=None)
    if any(event.is_live for event in events):
        return Title(name, None, None, is_live=True)
    told = [event.title_duration for event in events if event.title_duration is not None]
    duration = _most_frequent(seconds for seconds in told if seconds > 0)
    if duration is not None:
        return Title(name, duration, "catalogue", is_live=False)
    duration = _inferred_duration(events)
    return Title(name, duration, None if duration is None else "inferred", is_live=False)


def _inferred_duration(events: Sequence[Event]) -> Decimal | None:
    implied = _most_frequent(whole for event in events if (whole := _implied_duration(event)) >= 1)
    if implied is not None:
        return Decimal(implied)
    completed_at = [event.position for event in events if event.event_type == "complete"]
    return max((position for position in completed_at if position and position > 0), default=None)


def _implied_duration(event: Event) -> int:
    """The whole second, rounded half up, that position ÷ completion implies; 0 for none."""
    position, percentage = event.position, event.completion_percentage
    if percentage is None or percentage <= 0 or position is None or position <= 0:
        return 0
    return int(Fraction(position) * 100 / Fraction(percentage) + Fraction(1, 2))


def _most_frequent(values: Iterable[Any]) -> Any:
    """The value that occurs most often, the greater on a tie; None of none."""
    votes = Counter(values)
    return max(votes, key=lambda value: (votes[value], value), default=None)


# --- The sequence: order within a stamp, and state (docs/method.md §3.1, §3.2) -------------------


def sequence(
    events: Iterable[RawEvent | None],
    catalogue: Catalogue = NO_CATALOGUE,
    playback: Playback = PLAYBACK,
) -> dict[SessionKey, list[Span]]:
    """The events of every customer, session and title that take part, in their order."""
    return derive(events, catalogue, playback).sequences


def _takes_part(event: Event, is_live: bool) -> bool:
    """Is it in the sequence? Without a position only a closing event is, but in a live title."""
    if event.event_type not in IN_SEQUENCE:
        return False
    return event.position is not None or event.is_closing or is_live


def in_order(events: Iterable[Event]) -> list[Event]:
    """By time, and within one stamp by what the state before it allows."""
    ordered: list[Event] = []
    is_playing: bool | None = None  # nothing known
    for _, stamp in sorted(grouped(events, lambda event: event.event_at).items()):
        ordered_stamp = _in_turn(stamp, is_playing)
        for event in ordered_stamp:
            is_playing = _is_playing_after(event, is_playing)
        ordered += ordered_stamp
    return ordered


def _is_playing_after(event: Event, is_playing: bool | None) -> bool | None:
    """Playing or not, as far as the order within the next stamp hangs on it."""
    if event.is_opening or event.is_closing:
        return event.is_opening
    if event.event_type != "heartbeat":
        return is_playing
    if event.is_playing is not None:
        return event.is_playing
    return True if is_playing is None else is_playing


def _in_turn(stamp: Sequence[Event], was_playing: bool | None) -> list[Event]:
    """The events of one stamp: whichever of an opening and a closing one the state calls for."""
    waiting = sorted(stamp, key=lambda event: event.among_equals)

    def of(*types: str) -> list[Event]:
        return [event for name in types for event in waiting if event.event_type == name]

    openings = [event for event in waiting if event.is_opening]
    pauses = [[event] for event in of("pause")]
    endings = [event for event in waiting if event.event_type in ENDING]
    first: list[Event] = []
    if was_playing is None:  # one closing, and the last
        closings = [*pauses, *([endings] if endings else [])]
    elif was_playing:  # one closing, and the first
        closings = [*([endings] if endings else []), *pauses]
        first = closings.pop(0) if closings else []
    else:  # they end what was paused
        closings, first = pauses, endings
    turns: list[Event] = []
    is_playing = was_playing and not first
    while openings or closings:
        if closings and (is_playing or not openings):
            turns += closings.pop(0)
            is_playing = False
        else:
            turns.append(openings.pop(0))
            is_playing = True
    seeks = of("seek_start", "seek")
    halts = of("buffer_start", "ad_start", "ad_end", "buffer_end")
    return [*of("heartbeat"), *first, *seeks, *turns, *halts]


class _Player:
    """What is known of one viewer's playback of one title in one session, event by event."""

    def __init__(self, is_live: bool, playback: Playback) -> None:
        self.is_live = is_live
        self.playback = playback
        self.previous: Step | None = None
        self.word: str | None = None  # the last: "play", "close" or "idle"
        self.has_beaten = False  # a heartbeat came that says nothing
        self.halts: set[str] = set()  # of "buffer" and "ad"
        self.told_halts: set[str] = set()  # the same, if moving on did not lift them
        self.rate: Decimal | None = None
        self.watch: int | None = None
        self.play_number = 0

    def hear(self, event: Event) -> Step:
        """The next event of the sequence."""
        position, is_filled = self._playhead(event)
        was_meant, word_before, watch_before = self._is_meant(), self.word, self.watch
        rate_before, was_buffering = self.rate, "buffer" in self.halts
        if event.playback_rate is not None:
            self.rate = event.playback_rate
        if event.counted_watch is not None:
            self.watch = event.counted_watch
        if event.is_opening or event.is_closing:
            self.play_number += 1
        own_word = self._word(event)
        self.word = own_word or self.word
        self.has_beaten |= event.event_type == "heartbeat" and event.is_playing is None
        self._halt(event, position, rate_before)
        is_meant = self._is_meant()
        self.previous = Step(
            event=event,
            position=position,
            is_filled=is_filled,
            was_meant=was_meant,
            is_meant=is_meant,
            is_halted=bool(self.halts),
            plays=is_meant is True
            and not self.halts
            and event.event_type != "seek_start"
            and (self.rate is None or 0 <= self.rate <= self.playback.trick_play_rate),
            is_pause=word_before != "idle"
            if event.event_type == "pause"
            else own_word == "idle" and was_meant is True,
            rate=self.rate,
            watch_before=watch_before,
            watch=self.watch,
            play_number=self.play_number,
            is_buffering="buffer" in self.halts,
            begins_buffering=event.event_type == "buffer_start" and not was_buffering,
        )
        return self.previous

    def _is_meant(self) -> bool | None:
        """The intent: to play, not to play, or nothing known."""
        if self.word is None:
            return True if self.has_beaten else None
        return self.word == "play"

    def _word(self, event: Event) -> str | None:
        """What an event says of the intent; in a halt, "not playing" is the halt's."""
        if event.is_opening or event.is_playing:
            return "play"
        if event.is_closing:
            return "close"
        return "idle" if event.is_playing is False and not self.told_halts else None

    def _playhead(self, event: Event) -> tuple[Decimal | None, bool]:
        """Where the playhead is after an event, and whether that is only the clock's word."""
        is_filled = event.position is None and self.is_live
        position = _epoch(event.event_at) if is_filled else event.position
        return None if position is None else self._not_stale(event, position), is_filled

    def _not_stale(self, event: Event, position: Decimal) -> Decimal:
        """A position of before a seek, told after it, gives way to where the seek went."""
        seek = self.previous
        if seek is None or seek.event.event_type != "seek" or seek.position is None:
            return position
        if not (event.is_opening or event.event_type == "heartbeat"):
            return position
        left = seek.event.seek_from
        if left is None or left == seek.position:
            return position
        is_soon = _between(seek.event, event) <= self.playback.seek_tolerance_seconds
        is_nearer = abs(position - left) < abs(position - seek.position)
        return seek.position if is_soon and is_nearer else position

    def _halt(self, event: Event, position: Decimal | None, rate_before: Decimal | None) -> None:
        """Buffers and advertisements: set, lifted by their end, or by anything that tells it."""
        if event.is_opening or event.is_closing or event.is_playing:
            self.halts, self.told_halts = set(), set()
        elif event.event_type in BUFFERING | ADVERTISING:
            name, edge = event.event_type.split("_")
            for halts in (self.halts, self.told_halts):
                halts.discard(name) if edge == "end" else halts.add(name)
        elif event.event_type == "heartbeat" and event.is_playing is None:
            previous = self.previous
            if previous is None or previous.event.event_type == "seek_start":
                return
            if position is None or previous.position is None:
                return
            limit = _limit(_between(previous.event, event), rate_before, self.rate, self.playback)
            if 0 < position - previous.position <= limit:
                self.halts = set()


def _limit(
    wall: Decimal, rate: Decimal | None, next_rate: Decimal | None, playback: Playback
) -> Decimal:
    """The furthest plausible advance."""
    greater = max(rate or ZERO, next_rate or ZERO) or playback.max_playback_rate
    return wall * min(greater, playback.trick_play_rate) + playback.clock_tolerance_seconds


def _epoch(moment: datetime) -> Decimal:
    """Seconds since 1970-01-01 UTC."""
    return Decimal((moment - EPOCH) // timedelta(milliseconds=1)) / 1000


def _between(earlier: Event, later: Event) -> Decimal:
    """Seconds of wall clock between two events, exact to the millisecond."""
    return _epoch(later.event_at) - _epoch(earlier.event_at)


# --- The interval of each event (docs/method.md §3.3, §3.5) --------------------------------------


def spans(
    events: Iterable[RawEvent | None],
    catalogue: Catalogue = NO_CATALOGUE,
    playback: Playback = PLAYBACK,
) -> dict[EventKey, Span]:
    """Every distinct event with the interval it owns."""
    return derive(events, catalogue, playback).spans


def _sequence(
    events: Sequence[Event], in_session: Iterable[Event], is_live: bool, playback: Playback
) -> list[Span]:
    """The events of one customer, session and title that take part; `in_session` of all titles."""
    player = _Player(is_live, playback)
    taking_part = (event for event in events if _takes_part(event, is_live))
    steps: list[Step | None] = [player.hear(event) for event in in_order(taking_part)]
    found: list[Span] = []
    skips_before = (0, 0)
    for previous, step, following in zip([None, *steps], steps, [*steps[1:], None], strict=False):
        assert step is not None
        move = None if following is None else _move(step, following, playback)
        claim = _claim(previous, step, following, move, in_session, playback)
        inside = (0, 0) if move is None else _skips_inside(step, claim, move, playback)
        found.append(
            replace(
                _owned(step.event, claim),
                forward_skip_count=skips_before[0] + inside[0],
                backward_skip_count=skips_before[1] + inside[1],
                play=("number", step.play_number),
                step=step,
                following=following,
                advance=None if move is None else move.advance,
            )
        )
        skips_before = (0, 0)
        if following is not None and move is not None:
            skips_before = _skips_between(step, following, move, is_live, playback)
    return found


def _owned(event: Event, claim: Claim | None) -> Span:
    """An event with what it owns; an empty interval is none, but its evidence stays."""
    if claim is None:
        return Span(event)
    is_placed = claim.start is not None and claim.end is not None and claim.start < claim.end
    if not is_placed and claim.unplaced_seconds == 0:
        return Span(event, claim.evidence)
    return Span(
        event=event,
        evidence=claim.evidence,
        start=claim.start if is_placed else None,
        end=claim.end if is_placed else None,
        wall_started_at=claim.wall_started_at,
        wall_seconds=claim.wall_seconds,
        unplaced_seconds=claim.unplaced_seconds,
    )


def _move(step: Step, following: Step, playback: Playback) -> Move:
    """How the playhead came from one event to the next: before of that one, less after of this."""
    wall = _between(step.event, following.event)
    clock = _rounded(wall * (step.rate or 1))
    is_seek = following.event.event_type == "seek"
    is_unsaid = is_seek and following.event.left is None
    is_beat = is_by_clock = False
    before_next = following.position
    if is_seek and not is_unsaid:
        before_next = following.event.left
    elif step.plays and (is_unsaid or following.position is None):
        assert step.position is not None, "nothing plays after a closing event"
        by_clock = step.position + clock
        is_beat = (
            following.position is not None
            and abs(following.position - by_clock) <= playback.seek_tolerance_seconds
        )
        is_by_clock = not is_beat
        before_next = by_clock if is_by_clock else following.position
    elif is_unsaid:
        before_next = step.position
    is_known = before_next is not None and step.position is not None
    advance = before_next - step.position if is_known else None
    limit = _limit(wall, step.rate, following.rate, playback)
    return Move(
        wall=wall,
        clock=clock,
        before_next=before_next,
        advance=advance,
        is_plausible=advance is not None and 0 < advance <= limit,
        is_beat=is_beat,
        is_by_clock=is_by_clock,
        is_filled=step.is_filled or following.is_filled,
        is_vouched=(step.is_filled or following.is_filled)
        and "heartbeat" in (step.event.event_type, following.event.event_type),
    )


def _claim(
    previous: Step | None,
    step: Step,
    following: Step | None,
    move: Move | None,
    in_session: Iterable[Event],
    playback: Playback,
) -> Claim | None:
    """What an event owns: the tables of docs/method.md §3.5."""
    if following is None or move is None:
        claim = _switched(step, in_session, playback) if step.plays else None
    elif step.plays:
        claim = _vouched(step, _played(step, following, move, playback), move, playback)
    elif _has_lost_its_end(step, following, move):
        claim = _vouched(step, _until(step, move, "lost_close", move.advance), move, playback)
    else:
        claim = None
    return claim or (_closed(previous, step) if step.event.is_closing else None)


def _played(step: Step, following: Step, move: Move, playback: Playback) -> Claim | None:
    """It plays after the event, and something follows."""
    if move.is_by_clock:
        is_bounded = following.position is None or step.event.event_type == "heartbeat"
        if is_bounded and move.wall > playback.max_inferred_seconds:
            return None
        return _until(step, move, "clock", move.clock)
    advance, before_next = move.advance, move.before_next
    assert advance is not None and before_next is not None
    if move.is_plausible:
        evidence = "lost_close" if following.event.is_opening else "observed"
        return _until(step, move, evidence, advance)
    if advance > 0:
        return _until(step, move, "seek", min(move.clock, advance))
    growth = _growth(step.watch, following.event)
    if advance < 0 < growth:
        return _reported(following.event, before_next, min(growth, move.wall))
    return None


def _until(step: Step, move: Move, evidence: str, lasts: Decimal | None) -> Claim:
    """So many seconds from where the event left the playhead, on the clock to the next event."""
    assert step.position is not None and lasts is not None
    start, end = step.position, step.position + lasts
    return Claim(evidence, start, end, step.event.event_at, move.wall)


def _vouched(step: Step, claim: Claim | None, move: Move, playback: Playback) -> Claim | None:
    """Where the clock stands in for positions, a heartbeat vouches for no more than its time."""
    if claim is None or not move.is_vouched:
        return claim
    longest = playback.heartbeat_seconds + playback.clock_tolerance_seconds
    lasts = min(claim.end - claim.start, longest)
    if claim.evidence == "reported":
        began_at = claim.wall_started_at + _lasting(claim.wall_seconds - lasts)
        return Claim("reported", claim.end - lasts, claim.end, began_at, lasts)
    return _until(step, move, claim.evidence, lasts)


def _has_lost_its_end(step: Step, following: Step, move: Move) -> bool:
    """A halt, and the next event has moved on plausibly: a heartbeat or a closing event."""
    is_told = following.event.is_closing or (
        following.event.event_type == "heartbeat" and following.event.is_playing is not False
    )
    is_halt = step.is_halted and step.event.event_type != "seek_start"
    return is_halt and step.is_meant is not False and is_told and move.is_plausible


def _switched(step: Step, in_session: Iterable[Event], playback: Playback) -> Claim | None:
    """An opening event is the last of its title, and the session goes on with another."""
    event = step.event
    later = [
        other
        for other in in_session
        if other.event_at > event.event_at and other.title_id != event.title_id
    ]
    if not later or not event.is_opening or step.position is None:
        return None
    wall = min(_between(event, other) for other in later)
    if wall > playback.max_inferred_seconds:
        return None
    return Claim("switched", step.position, step.position + wall, event.event_at, wall)


def _closed(previous: Step | None, step: Step) -> Claim | None:
    """A closing event where the intent was not to play: its start was lost."""
    growth = _growth(step.watch_before, step.event)
    if step.was_meant or step.position is None or growth <= 0:
        return None
    lasts = growth if previous is None else min(growth, _between(previous.event, step.event))
    return _reported(step.event, step.position, lasts)


def _reported(closing: Event, position: Decimal, lasts: Decimal) -> Claim:
    """`lasts` seconds that end at an event, in a position and on the clock."""
    began_at = closing.event_at - _lasting(lasts)
    return Claim("reported", position - lasts, position, began_at, lasts)


def _growth(known: int | None, event: Event) -> Decimal:
    """Δw: growth of reported watch time, 0 where the event reports none."""
    return ZERO if event.counted_watch is None else Decimal(event.counted_watch - (known or 0))


def _skips_inside(
    step: Step, claim: Claim | None, move: Move, playback: Playback
) -> tuple[int, int]:
    """How often the playhead skipped forward, backward, while the event's playback went on."""
    if move.is_filled or move.is_by_clock or move.advance is None or not step.plays:
        return 0, 0
    if claim is not None and claim.evidence == "seek":
        return _skips(move.advance - min(move.clock, move.advance), playback)
    return 0, _skips(min(move.advance, ZERO), playback)[1]


def _skips_between(
    step: Step, following: Step, move: Move, is_live: bool, playback: Playback
) -> tuple[int, int]:
    """Did the playhead skip forward, backward, on its way to the next event?

    Only once something is known of the intent: a first start at a bookmark is no skip.
    """
    if step.is_meant is None or move.is_filled or move.before_next is None:
        return 0, 0
    if following.event.event_type == "seek" and not move.is_beat:
        assert following.position is not None
        return _skips(following.position - move.before_next, playback)
    if move.advance is None or step.plays:
        return 0, 0
    if step.event.event_type == "seek_start":
        return _skips(move.advance, playback)
    if following.event.is_closing or _has_lost_its_end(step, following, move):
        return 0, 0
    if move.advance > 0 and (is_live or (step.is_meant and move.is_plausible)):
        return 0, 0
    return _skips(move.advance, playback)


def _skips(moved: Decimal, playback: Playback) -> tuple[int, int]:
    """A move that is not playback as a skip forward, backward, or none."""
    forward = moved > playback.forward_skip_seconds
    return int(forward), int(-moved > playback.backward_skip_seconds)


# --- Rows that state what was watched (docs/method.md §3.6) --------------------------------------


def _stated_spans(events: Iterable[Event], playback: Playback) -> list[Span]:
    """The `span` rows of one customer, session and title: a play lasts until a skip."""
    found: list[Span] = []
    end_before: Decimal | None = None
    number = 0
    for event in sorted(events, key=lambda event: (event.event_at, event.event_id)):
        start, end = event.position, event.end_position
        assert start is not None and end is not None, "else it is rejected"
        skips = (0, 0) if end_before is None else _skips(start - end_before, playback)
        number += any(skips)
        lasts = max(ZERO, end - start) if event.ended_at is None else _stated_wall(event)
        claim = Claim("stated", start, end, event.event_at, lasts)
        found.append(
            replace(
                _owned(event, claim),
                forward_skip_count=skips[0],
                backward_skip_count=skips[1],
                play=("span", number),
            )
        )
        end_before = end
    return found


def _stated_wall(event: Event) -> Decimal:
    assert event.ended_at is not None
    return _epoch(event.ended_at) - _epoch(event.event_at)


def _stated_play(event: Event, is_live: bool, playback: Playback) -> Span:
    """A `play` row: watch time, placed as far as its positions allow."""
    if event.watched is None:
        return Span(event)
    on_title = _placed(event, event.watched, is_live, playback)
    lasts = event.watched if event.ended_at is None else _stated_wall(event)
    unplaced = event.watched if on_title is None else ZERO
    start, end = on_title or (None, None)
    if start is not None and end is not None and not is_live and start < 0:
        unplaced, start = min(end, ZERO) - start, ZERO
    claim = Claim("stated", start, end, event.event_at, lasts, unplaced)
    return replace(_owned(event, claim), play=("row", *event.key))


def _placed(event: Event, watched: Decimal, is_live: bool, playback: Playback) -> Seconds | None:
    """Where a `play` row says that it was watched, or the clock in a live title."""
    start, end = event.position, event.end_position
    longest = watched * playback.max_playback_rate
    if start is not None and end is not None and watched <= end - start <= longest:
        return start, end
    if end is not None:
        return end - watched, end
    if start is None and is_live:
        start = _epoch(event.event_at)
    return None if start is None else (start, start + watched)


# --- What was watched ----------------------------------------------------------------------------


def watch_intervals(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> list[Interval]:
    """The rows of int_watch_intervals: contiguous intervals of one play are one."""
    return derive(events, catalogue, playback).intervals


def watch_pieces(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[EventKey, Interval]:
    """Every event's non-empty interval, clipped to its title, with its clock time."""
    return derive(events, catalogue, playback).pieces


def derive(events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback) -> Derived:
    """The distinct events, and all that they and the catalogue say of titles and intervals."""
    accepted = distinct(events, catalogue)
    known = _titles(accepted, catalogue)
    owned: dict[EventKey, Span] = {event.key: Span(event) for event in accepted}
    sequences: dict[SessionKey, list[Span]] = {}
    pieces: list[Interval] = []
    by_session = grouped(accepted, lambda event: (event.customer_id, event.session_id))
    for in_session in by_session.values():
        for key, in_title in grouped(in_session, lambda event: event.session_key).items():
            title = known[key[-1]]
            sequences[key] = _sequence(in_title, in_session, title.is_live, playback)
            stated = [
                *_stated_spans((e for e in in_title if e.event_type == "span"), playback),
                *(
                    _stated_play(event, title.is_live, playback)
                    for event in in_title
                    if event.event_type == "play"
                ),
            ]
            listed = [*sequences[key], *stated]
            owned |= {span.event.key: span for span in listed}
            clipped = (_clipped(span, title, playback) for span in listed)
            pieces += [piece for piece in clipped if piece is not None]
    by_event = {piece.event.key: piece for piece in pieces}
    return Derived(accepted, known, owned, sequences, by_event, _merged(pieces), playback)


def _clipped(span: Span, title: Title, playback: Playback) -> Interval | None:
    """The interval within its title and 48 h, on the clock for no longer than its length allows.

    Capped `reported` evidence begins later: it still ends at its closing event.
    """
    if span.wall_started_at is None or span.wall_seconds is None or span.evidence is None:
        return None
    start, end, unplaced = span.start, span.end, min(span.unplaced_seconds, MAX_POSITION)
    if start is not None and end is not None and end - start > MAX_POSITION:
        is_reported = span.evidence == "reported"
        start, end = (end - MAX_POSITION, end) if is_reported else (start, start + MAX_POSITION)
    if start is not None and end is not None and not title.is_live:
        start = max(start, ZERO)
        end = end if title.duration is None else min(end, title.duration)
    if start is None or end is None or start >= end:
        start = end = None
    watched = (ZERO if start is None or end is None else end - start) + unplaced
    if watched == 0:
        return None
    longest = _rounded(watched / playback.min_playback_rate + playback.clock_tolerance_seconds)
    wall = min(span.wall_seconds, longest)
    began_at = span.wall_started_at
    if span.evidence == "reported":
        began_at += _lasting(span.wall_seconds - wall)
    mbps = span.event.bandwidth_mbps
    measured = watched if mbps is not None and mbps >= 0 else ZERO
    return Interval(
        event=span.event,
        play=span.play,
        evidence=span.evidence,
        start=start,
        end=end,
        unplaced_seconds=unplaced,
        wall_started_at=began_at,
        wall_seconds=wall,
        bandwidth_watch_seconds=measured,
        bandwidth_megabits=measured * (mbps or ZERO),
    )


def _merged(pieces: Iterable[Interval]) -> list[Interval]:
    """Pieces in their order, those of one play and evidence that follow without a gap in one."""
    rows: list[Interval] = []
    for of_play in plays_of(pieces):
        merged: list[Interval] = []
        for piece in of_play:
            if merged and _goes_on(merged[-1], piece):
                merged[-1] = _joined(merged[-1], piece)
            else:
                merged.append(piece)
        rows += merged
    return rows


def plays_of(intervals: Iterable[Interval]) -> list[list[Interval]]:
    """The intervals by the play that they belong to."""
    by_play = grouped(intervals, lambda item: (item.event.session_key, item.play))
    return list(by_play.values())


def _goes_on(row: Interval, piece: Interval) -> bool:
    return (
        row.evidence == piece.evidence
        and row.wall_started_at.date() == piece.wall_started_at.date()
        and row.unplaced_seconds == piece.unplaced_seconds == 0
        and row.end == piece.start
        and row.on_clock[1] == piece.on_clock[0]
    )


def _joined(row: Interval, piece: Interval) -> Interval:
    return replace(
        row,
        end=piece.end,
        wall_seconds=row.wall_seconds + piece.wall_seconds,
        bandwidth_watch_seconds=row.bandwidth_watch_seconds + piece.bandwidth_watch_seconds,
        bandwidth_megabits=row.bandwidth_megabits + piece.bandwidth_megabits,
    )


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
    is_short = sum(end - start for start, end in listed) < 10**6
    if is_short and all(end == int(end) for interval in listed for end in interval):
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
    found = {pair: islands(on_title(owned)) for pair, owned in by_pair.items()}
    return {pair: listed for pair, listed in found.items() if listed}


def on_title(intervals: Iterable[Interval]) -> list[Seconds]:
    """Where intervals lie on their title, as far as they are placed."""
    return [item.on_title for item in intervals if item.on_title is not None]


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
    spans_of = grouped(derived.spans.values(), lambda span: span.event.session_key)
    sessions = {
        key: _session(
            spans_of[key],
            derived.sequences[key],
            owned.get(key, []),
            derived.titles[key[-1]],
            derived.playback,
            engagement,
        )
        for key in spans_of
    }
    for of_session in grouped(sessions, lambda key: key[:2]).values():
        _tell_own_counts([sessions[key] | {"key": key} for key in of_session], sessions)
    return sessions


def _tell_own_counts(
    of_session: Iterable[dict[str, Any]], sessions: dict[SessionKey, dict[str, Any]]
) -> None:
    """How much each title of a session adds to the counters, which run on through its titles.

    What events tell is the title's own.
    """
    greatest: dict[str, Any] = dict.fromkeys(COUNTERS, 0)
    for row in sorted(of_session, key=lambda row: (row["started_at"], row["key"][2])):
        for name, source in COUNTERS.items():
            value = row[name]
            if value is not None and row[source] == "counter":
                own = max(0, value - greatest[name])
                greatest[name] = max(greatest[name], value)
            else:
                own = value
            sessions[row["key"]][f"own_{name}"] = own


def _session(
    owned: Sequence[Span],
    in_sequence: Sequence[Span],
    intervals: Sequence[Interval],
    title: Title,
    playback: Playback,
    engagement: Engagement,
) -> dict[str, Any]:
    events = [span.event for span in owned]
    started_at, ended_at = min(event.event_at for event in events), _ended_at(events)
    watch = total(interval.seconds for interval in intervals)
    unplaced = total(interval.unplaced_seconds for interval in intervals)
    observed = total(item.seconds for item in intervals if item.evidence in ("observed", "stated"))
    furthest = _furthest(events, title.is_live, playback)
    row = {
        "started_at": started_at,
        "ended_at": ended_at,
        "session_seconds": _epoch(ended_at) - _epoch(started_at),
        "event_count": len(events),
        "watch_seconds": watch,
        "unplaced_watch_seconds": unplaced,
        "unique_watch_seconds": unique_seconds(on_title(intervals)) if unplaced == 0 else None,
        "observed_watch_seconds": observed,
        "inferred_watch_seconds": watch - observed,
        "play_count": len(plays_of(intervals)),
        "pause_count": sum(span.step.is_pause for span in in_sequence if span.step),
        "forward_skip_count": sum(span.forward_skip_count for span in owned),
        "backward_skip_count": sum(span.backward_skip_count for span in owned),
        "max_position_seconds": _at_most(furthest, title.duration),
        "has_complete_event": any(
            event.event_type == "complete" or event.is_completed is True for event in events
        ),
        "is_engaged": watch >= engagement.engaged_session_seconds,
        "has_seek_evidence": any(span.evidence == "seek" for span in owned),
        "has_position_beyond_duration": furthest is not None
        and title.duration is not None
        and furthest > title.duration + playback.clock_tolerance_seconds,
        "has_uncredited_report": _has_uncredited_report(events, watch, title.duration),
        **_buffering(events, in_sequence),
        **_errors(events),
        "startup_seconds": _startup(in_sequence),
        "playback_started_at": min((item.on_clock[0] for item in intervals), default=None),
        "playback_ended_at": max((item.on_clock[1] for item in intervals), default=None),
        **bandwidth(intervals),
        **{name: _earliest_reported(events, name) for name in SESSION_ATTRIBUTES},
    }
    is_unseen = any(event.is_opening for event in events) and watch == 0
    return {
        **row,
        "rebuffer_ratio": _rebuffer_ratio(row["buffering_seconds"], watch),
        "is_opened": any(event.is_opening for event in events),
        "is_exit_before_start": is_unseen and not row["error_count"],
        "is_start_failure": is_unseen and bool(row["error_count"]),
    }


def _ended_at(events: Iterable[Event]) -> datetime:
    return max(event.ended_at or event.event_at for event in events)


def _furthest(events: Iterable[Event], is_live: bool, playback: Playback) -> Decimal | None:
    """The furthest position that a row reports, ends of stated rows included."""
    reported: list[Decimal | None] = []
    for event in events:
        reported += event.position, event.seek_from, event.end_position, event.max_position
        is_on_clock = event.position is event.end_position is None
        if event.event_type == "play" and event.watched is not None and not is_on_clock:
            reported.append((_placed(event, event.watched, is_live, playback) or (None, None))[1])
    return max((position for position in reported if position is not None), default=None)


def _at_most(seconds: Decimal | None, duration: Decimal | None) -> Decimal | None:
    return seconds if seconds is None or duration is None else min(seconds, duration)


def _has_uncredited_report(
    events: Iterable[Event], watch: Decimal, duration: Decimal | None
) -> bool:
    """Did the player's counter grow by a duration or more beyond what was credited?"""
    reported = [event.counted_watch for event in events if event.counted_watch is not None]
    if not reported or duration is None:
        return False
    return max(reported) - min(reported) - watch >= duration


def _buffering(events: Sequence[Event], in_sequence: Sequence[Span]) -> dict[str, Any]:
    """What the counters say, or else stalls told by events."""
    count = _highest(event.buffering_events for event in events)
    seconds = _highest(event.buffering_seconds for event in events)
    source = None if count is None and seconds is None else "counter"
    if source is None and any(event.event_type in BUFFERING for event in events):
        source, stalled = "events", _stalls(in_sequence)
        count, seconds = len(stalled), total(stalled)
    return {
        "buffering_event_count": count,
        "buffering_seconds": seconds,
        "buffering_source": source,
    }


def _stalls(in_sequence: Sequence[Span]) -> list[Decimal]:
    """How long playback waited each time it was meant to go on; 0 where nothing says until when."""
    found: list[Decimal] = []
    has_played = False
    for number, span in enumerate(in_sequence):
        step = span.step
        assert step is not None
        if has_played and step.begins_buffering and step.is_meant:
            lifted = (
                later.event
                for later in in_sequence[number + 1 :]
                if later.step is not None and not later.step.is_buffering
            )
            found.append(_between(span.event, next(lifted, span.event)))
        has_played |= span.evidence is not None
    return found


def _errors(events: Sequence[Event]) -> dict[str, Any]:
    """The greatest count reported, or else how many errors there are among the events."""
    counted = _highest(event.error_count for event in events)
    if counted is not None:
        return {"error_count": counted, "error_source": "counter"}
    told = sum(event.event_type == "error" for event in events)
    return {"error_count": told or None, "error_source": "events" if told else None}


def _startup(in_sequence: Sequence[Span]) -> Decimal | None:
    """From the first opening event to the first played second, where something tells it."""
    kinds = [span.event.event_type for span in in_sequence]
    opened = next((n for n, kind in enumerate(kinds) if kind in OPENING), None)
    played = next((n for n, span in enumerate(in_sequence) if span.evidence is not None), None)
    if opened is None or played is None:
        return None
    first, span = in_sequence[opened].event, in_sequence[played]
    # A span of reported time begins before its event.
    began_at = span.wall_started_at or span.event.event_at
    if began_at < first.event_at:
        return None
    waited = Decimal((began_at - first.event_at) // timedelta(milliseconds=1)) / 1000
    if BUFFERING & {*kinds[opened + 1 : played + 1]}:
        return waited
    following, step, advance = span.following, span.step, span.advance
    if following is None or step is None or advance is None:
        return None
    is_told = following.event.event_type == "heartbeat"
    if not is_told or span.evidence not in ("observed", "lost_close"):
        return None
    rate = step.rate if step.rate and step.rate > 0 else 1
    lasted = _half_up(Fraction(advance) / Fraction(rate))
    return max(waited, _between(first, following.event) - lasted)


def _half_up(seconds: Fraction) -> Decimal:
    """Rounded half up to milliseconds."""
    return Decimal(floor(seconds * 1000 + Fraction(1, 2))) / 1000


def bandwidth(plays: Iterable[Interval]) -> dict[str, Any]:
    """Watched seconds whose event reports a bandwidth, and seconds × Mbps."""
    listed = list(plays)
    return {
        "bandwidth_watch_seconds": total(play.bandwidth_watch_seconds for play in listed),
        "bandwidth_megabits": total(play.bandwidth_megabits for play in listed),
    }


def title_retention(
    events: Iterable[RawEvent | None], catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[tuple[str, int], dict[str, Any]]:
    """A row per watched title with a duration × hundredth of it: each overlap taken by itself."""
    return retention_of(derive(events, catalogue, playback))


def retention_of(derived: Derived) -> dict[tuple[str, int], dict[str, Any]]:
    """`title_retention` from what is derived already: of viewers whose time is all placed."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    unplaced = {item.event.pair_key for item in derived.intervals if item.unplaced_seconds}
    placed = [item for item in derived.intervals if item.event.pair_key not in unplaced]
    for title_id, plays in grouped(placed, lambda item: item.event.title_id).items():
        duration = derived.titles[title_id].duration
        if duration is not None:
            rows |= {(title_id, n): row for n, row in enumerate(_retention(plays, duration))}
    return rows


def _retention(plays: Sequence[Interval], duration: Decimal) -> list[dict[str, Any]]:
    viewers = grouped(plays, lambda item: item.event.customer_id).values()
    seen = [island for owned in viewers for island in islands(on_title(owned))]
    furthest = [max(end for _, end in on_title(owned)) for owned in viewers]
    views = len({item.event.session_key for item in plays})
    length = duration / 100
    rows = []
    for percent in range(100):
        start, end = percent * length, (percent + 1) * length
        watched = _overlap(on_title(plays), start, end)
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
    """A row per customer × title: the main mart, column by column as in docs/method.md §6.1."""
    return engagement_of(derive(events, catalogue, playback), catalogue, engagement)


def engagement_of(
    derived: Derived, catalogue: Catalogue, engagement: Engagement
) -> dict[PairKey, dict[str, Any]]:
    """`viewer_title_engagement` from what is derived already."""
    coverage = _coverage(derived.intervals)
    sessions: dict[PairKey, list[dict[str, Any]]] = defaultdict(list)
    for (customer_id, _, title_id), session in sessions_of(derived, engagement).items():
        sessions[customer_id, title_id].append(session)
    rows: dict[PairKey, dict[str, Any]] = {}
    for pair, members in grouped(derived.events, lambda event: event.pair_key).items():
        title = derived.titles[pair[1]]
        row = {
            "title_name": title.title_name,
            "title_type": catalogue.get(pair[1], {}).get("title_type"),
            "title_duration_seconds": title.duration,
            "duration_source": title.duration_source,
            **_times(members, sessions[pair]),
            **_watch(sessions[pair], title.duration),
            **_shape(sessions[pair], coverage.get(pair, []), title.duration),
            **_interactions(sessions[pair]),
            **_quality(sessions[pair]),
        }
        row |= _completion(sessions[pair], row, engagement)
        row |= _score(row, title.duration, engagement)
        row["data_quality_flag"] = _flag(sessions[pair], row, engagement)
        for doubt in ("has_seek_evidence", "has_uncredited_report", "has_position_beyond_duration"):
            row[doubt] = any(session[doubt] for session in sessions[pair])
        rows[pair] = row
    return rows


def _times(events: Iterable[Event], sessions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "first_watched_at": min(session["started_at"] for session in sessions),
        "last_watched_at": max(session["ended_at"] for session in sessions),
        "active_days": len({event.event_at.date() for event in events}),
    }


def _watch(sessions: Sequence[dict[str, Any]], duration: Decimal | None) -> dict[str, Any]:
    watch = total(session["watch_seconds"] for session in sessions)
    reached = [session["max_position_seconds"] for session in sessions]
    furthest = max((position for position in reached if position is not None), default=None)
    return {
        "view_count": sum(session["watch_seconds"] > 0 for session in sessions),
        "watch_seconds": watch,
        "unplaced_watch_seconds": total(item["unplaced_watch_seconds"] for item in sessions),
        "observed_watch_seconds": total(item["observed_watch_seconds"] for item in sessions),
        "inferred_watch_seconds": total(item["inferred_watch_seconds"] for item in sessions),
        "max_position_seconds": furthest,
        "watch_percentage": _as_float(_percentage(watch, duration)),
        "completion_percentage": _as_float(_percentage(furthest, duration)),
    }


def _shape(
    sessions: Sequence[dict[str, Any]], coverage: Sequence[Seconds], duration: Decimal | None
) -> dict[str, Any]:
    """What rests on coverage: unknown, not zero, where some of the watch time is unplaced."""
    names = ("unique_watch_seconds", "rewatch_seconds", "unique_watch_percentage")
    if any(session["unplaced_watch_seconds"] for session in sessions):
        return dict.fromkeys((*names, "island_count", "longest_island_seconds"))
    lengths = [end - start for start, end in coverage]
    unique = total(lengths)
    watch = total(session["watch_seconds"] for session in sessions)
    shares = unique, watch - unique, _as_float(_percentage(unique, duration))
    return {
        **dict(zip(names, shares, strict=True)),
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
    buffering = sum_of_reported(session["buffering_seconds"] for session in sessions)
    watched = sum_of_reported(
        session["watch_seconds"] for session in sessions if session["buffering_seconds"] is not None
    )
    return {
        "buffering_event_count": sum_of_reported(s["buffering_event_count"] for s in sessions),
        "buffering_seconds": buffering,
        "buffering_reported_watch_seconds": watched,
        "rebuffer_ratio": _rebuffer_ratio(buffering, watched),
        "error_count": sum_of_reported(session["error_count"] for session in sessions),
        "dominant_device_type": _dominant_device(sessions),
    }


def _completion(
    sessions: Sequence[dict[str, Any]], row: Mapping[str, Any], engagement: Engagement
) -> dict[str, Any]:
    completions = sum(session["has_complete_event"] for session in sessions)
    if row["unique_watch_seconds"] is None:
        verified = None
    else:
        seen = _percentage(row["unique_watch_seconds"], row["title_duration_seconds"])
        is_enough = seen is not None and seen >= engagement.completion_threshold
        verified = completions if is_enough else 0
    return {
        "completion_count": completions,
        "verified_completion_count": verified,
        "is_completed": None if verified is None else verified > 0,
    }


def _score(
    row: Mapping[str, Any], duration: Decimal | None, engagement: Engagement
) -> dict[str, Any]:
    """The score of docs/method.md §6.2 and its components, exact until they become floats."""
    watch = Fraction(row["watch_seconds"])
    if duration is not None:
        watch = min(watch, engagement.watch_cap_durations * Fraction(duration))
    seen = _percentage(row["unique_watch_seconds"], duration) or Fraction(0)
    sessions = min(row["engaged_session_count"], engagement.session_cap)
    completions = min(row["verified_completion_count"] or 0, engagement.completion_cap)
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
    sessions: Sequence[dict[str, Any]], row: Mapping[str, Any], engagement: Engagement
) -> str:
    """The first match of docs/method.md §6.3's data_quality_flag."""

    def has(name: str) -> bool:
        return any(session[name] for session in sessions)

    if has("has_position_beyond_duration"):
        return "position_exceeds_duration"
    watched = _percentage(row["watch_seconds"], row["title_duration_seconds"]) or Fraction(0)
    if watched > engagement.excessive_watch_percentage and row["session_count"] == 1:
        return "excessive_watch_time"
    if row["completion_count"] > 0 and row["verified_completion_count"] == 0:
        return "completed_without_sufficient_watch"
    if has("has_seek_evidence"):
        return "implausible_seek"
    if has("has_uncredited_report"):
        return "reported_exceeds_credited"
    is_short = row["watch_seconds"] < engagement.very_short_watch_seconds
    return "very_short_watch" if is_short else "ok"


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


def _percentage(seconds: Decimal | None, duration: Decimal | None) -> Fraction | None:
    if seconds is None or not duration:
        return None
    return 100 * Fraction(seconds) / Fraction(duration)


def _rebuffer_ratio(buffering: Decimal | None, watch: Decimal | None) -> float | None:
    if buffering is None or watch is None or buffering + watch == 0:
        return None
    return float(Fraction(buffering) / Fraction(buffering + watch))


def _as_float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
