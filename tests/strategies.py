"""Hostile telemetry for property tests: mostly plausible playback, bent at every edge of
docs/method.md §3.

A simulated player moves a playhead as the clock runs, stops for buffers and advertisements, and
says so in the words that its habits know: the five of `VideoTelemetry`, or more. Then it is bent.

An `Example` is one viewer with one to three sessions and up to three titles, in local names; its
`events` are fit for the oracle as they are. `lake` draws many and stamps each with a prefix of its
own (customer, sessions, event ids and the titles that no catalogue has), so that the examples of a
lake do not touch each other and a failing one can be run alone. Equal arguments give equal lakes.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any, TypeVar
from zlib import crc32

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Drawn = TypeVar("Drawn")
RawEvent = dict[str, Any]

CATALOGUE: dict[str, dict[str, Any]] = {
    title_id: {
        "title_name": title_id.capitalize(),
        "title_type": title_type,
        "genre": genre,
        "duration_seconds": seconds and Decimal(seconds),
        "released_on": released_on,
    }
    for title_id, title_type, genre, seconds, released_on in (
        ("film", "movie", "drama", "300", date(2020, 2, 29)),
        ("clip", "short", "comedy", "60", date(2024, 12, 31)),
        ("half", "short", "comedy", "90.5", None),
        ("odd", "episode", None, "44.125", date(1999, 1, 1)),
        ("epic", "movie", "drama", "5400", date(2020, 2, 29)),
        ("live", "live", "sport", None, date(2024, 2, 28)),
        ("unseen", "movie", "drama", "120", None),
    )
}
# Lengths (in milliseconds) that the simulated player believes in. The last five titles are in no
# catalogue: one reports completion percentages, one completes, one does neither, one tells its
# length and its names, one says that it is live.
LENGTHS = {
    "film": 300_000,
    "clip": 60_000,
    "half": 90_500,
    "odd": 44_125,
    "epic": 5_400_000,
    "live": 3_600_000,
    "absent-percent": 200_000,
    "absent-complete": 120_000,
    "absent-unknown": 150_000,
    "absent-told": 100_000,
    "absent-live": 3_600_000,
}
CATALOGUED = tuple(title for title in LENGTHS if title in CATALOGUE)
ABSENT = tuple(title for title in LENGTHS if title not in CATALOGUE)
CANONICAL_FIELDS = (
    "event_id",
    "customer_id",
    "title_id",
    "session_id",
    "event_type",
    "event_timestamp",
    "watch_duration_seconds",
    "position_seconds",
    "completion_percentage",
    "device_type",
    "device_id",
    "device_os",
    "app_version",
    "quality",
    "bandwidth_mbps",
    "buffering_events",
    "buffering_duration_seconds",
    "error_count",
    "ip_address",
    "country",
    "state",
    "city",
    "isp",
    "connection_type",
    "playback_rate",
    "seek_from_seconds",
    "is_playing",
    "is_completed",
    "is_live",
    "ended_at",
    "end_position_seconds",
    "watched_seconds",
    "max_position_seconds",
    "title_name",
    "title_duration_seconds",
)
REASONS = (
    "missing_customer_id",
    "missing_title_id",
    "missing_session_id",
    "unknown_event_type",
    "invalid_timestamp",
    "invalid_position",
)
BANDWIDTHS = (12.5, 4, "7.25", 0, 38.1234, None, -1, "NaN", "")
SHARED_SESSION = "shared-session"  # a session id that several customers have

# Within a span, beside a midnight on a leap day, just before the hour.
STARTS = (
    datetime(2024, 2, 28, 23, 59, 30),
    datetime(2024, 2, 29, 10, 0, 0),
    datetime(2024, 2, 29, 10, 0, 7, 250_000),
    datetime(2024, 2, 29, 18, 59, 59, 999_000),
)
GAPS = (0, 1, 500, 1000, 1000, 2000, 2500, 5000, 7123, *[10_000, 20_000, 30_000] * 3, 60_000)
LONG_GAPS = (600_000, 1_799_999, 1_800_000, 1_800_001, 2_400_000)
RATES = (1, 1, 1, 1, 1, 1.5, 2, 0.5)
JUMPS = (-30_000, -10_000, -2001, -2000, -500, 500, 2000, 2001, 5000, 5001, 10_000, 40_000)
WHILE_PLAYING = ("pause", "pause", "pause", "stop", "complete", "complete", "resume", "start")
WHILE_PAUSED = ("resume", "resume", "resume", "start", "start", "pause", "stop", "complete")
WHILE_HALTED = (
    *("buffer_end", "ad_end") * 4,
    *("heartbeat",) * 6,
    *("buffer_start", "ad_start", "pause", "pause", "stop", "resume", "start"),
)
PLAYING_MOVES = ("play",) * 14 + (
    "watch_to_end",
    "watch_to_end",
    "stay",
    "at_bound",
    "over_bound",
    "jump",
    "jump",
    "far",
    "to_end",
    "over_end",
    "random",
)
PAUSED_MOVES = ("stay",) * 8 + (
    "restart",
    "restart",
    "play",
    "play",
    "jump",
    "jump",
    "jump",
    "far",
    "to_end",
    "random",
)
HALTED_MOVES = ("stay",) * 5 + ("play", "play", "play", "at_bound", "over_bound", "jump")
AT_ONCE = ("start", "resume", "pause", "pause", "stop", "complete")
ROWS = ("error", "ignore", "span", "play")  # what takes no part in the sequence
HALTS = ("buffer_start", "buffer_end", "ad_start", "ad_end")
# The types that a player knows beyond the five, as often as they come beside those.
VOCABULARIES: tuple[tuple[str, ...], ...] = (
    *((),) * 5,
    ("heartbeat",) * 8,
    ("heartbeat",) * 8 + ("seek",) * 3,
    ("seek", "seek", "seek"),
    ("heartbeat", "heartbeat", "seek", "seek_start", "seek_start"),
    ("heartbeat",) * 2 + ("buffer_start", "buffer_start"),
    ("heartbeat",) * 2 + ("ad_start", "buffer_start"),
    ("heartbeat",) * 6 + ("seek", "seek", "seek_start", "buffer_start", "ad_start", *ROWS),
    ("heartbeat", "seek", "seek_start", *HALTS, *ROWS, "error"),
)
SAID_RATES = (1, 1, 1, 1, 1.5, 2, "0.5", 0, 0, -2, 8, 4, 4.001, "1.3335", None, "fast")
SAID_PLAYING = (True, False, "true", "false", 1, 0, "Y", "n")
# How a live title tells positions: milliseconds to add to them, or none at all.
TIMELINES: dict[str, int | None] = {
    "plain": 0,
    "none": None,
    "epoch": 1_709_200_000_000,
    "midnight": 36_000_000,
    "negative": -20_000,
    "mixed": 0,
}
OFTEN_NONE = (*TIMELINES, "none", "none", "none")
OVER_END = (1, 5000, 5001, 40_000)
MOSTLY = (True, True, True, True, False)
SAME_TITLE, NEXT_TITLE, NEXT_TITLE_OPENS = 0, 1, 2
TITLE_MOVES = (SAME_TITLE,) * 7 + (NEXT_TITLE, NEXT_TITLE_OPENS, NEXT_TITLE_OPENS)
TWISTS = ("none",) * 16 + (
    "lost",
    "lost",
    "lost",
    "lost",
    "repeated",
    "repeated_later",
    "changed",
    "changed_later",
    "twin",
    "earlier_twin",
    "unreported",
    "reset",
    "new_device",
    "qoe",
    "qoe",
    "bad_qoe",
    "as_strings",
    "offset",
    "microseconds",
    "no_fraction",
    "late",
    "early",
    "fine_position",
    "sparse",
    "negative",
    "completed",
    "unplaced",
    "unplaced",
    "error",
)
DEVICES: tuple[dict[str, Any], ...] = (
    {
        "device_type": "tv",
        "device_id": "tv-1",
        "device_os": "tvOS",
        "app_version": "2.0.1",
        "quality": "4K",
        "connection_type": "fiber",
    },
    {
        "device_type": "mobile",
        "device_id": "phone-1",
        "device_os": "Android",
        "app_version": "2.1.0",
        "quality": "SD",
        "connection_type": "mobile",
    },
    {"device_type": "web", "device_id": "", "device_os": None, "quality": "HD"},
    {"device_type": None, "device_id": "  ", "app_version": "1.9"},
    {},
)
PLACES: tuple[dict[str, Any], ...] = (
    {
        "country": "CL",
        "state": "Ñuble",
        "city": "Chillán",
        "isp": 'Net, "One"',
        "ip_address": "::1",
    },
    {"country": "DE", "state": None, "city": "Ulm", "isp": "Net Two", "ip_address": "192.0.2.7"},
    {"country": "", "isp": None},
)


@dataclass
class Example:
    """One viewer's raw events, in local names until `stamped`."""

    name: str
    events: list[RawEvent]

    def stamped(self, name: str) -> "Example":
        """The same example under names that no other example has."""
        return Example(name, [_stamp(event, name) for event in self.events])


@dataclass
class _Title:
    """What the simulated player knows of one title in one session; times in milliseconds."""

    title_id: str
    position: int = 0
    watched: int = 0
    is_playing: bool = False
    halt: str | None = None  # "buffer" or "ad"
    left: int | None = None  # where the seek that came last says that it left
    timeline: str = "plain"

    @property
    def is_live(self) -> bool:
        return self.title_id in ("live", "absent-live")


@dataclass(frozen=True)
class _Habits:
    """What kind of player a session has."""

    vocabulary: tuple[str, ...] = ()
    says_playing: bool = False
    says_rate: bool = False
    is_calm: bool = False  # most of what happens is playback
    is_coarse: bool = False  # much happens in one stamp
    ids: str = "own"  # or "numbers", "numbers of a type", "blank"


@dataclass
class _Session:
    """A simulated session as it unfolds."""

    session_id: str
    at: datetime
    titles: list[_Title]
    reports: str  # whether the player reports watch time: "exact", "sloppy" or "never"
    context: RawEvent
    habits: _Habits = _Habits()
    rate: float = 1
    current: int = 0
    counters: RawEvent = field(default_factory=dict)
    events: list[RawEvent] = field(default_factory=list)

    @property
    def title(self) -> _Title:
        return self.titles[self.current]


@cache
def _sampled(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def pick(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """One of the values; strategies are kept, because building them costs more than drawing."""
    try:
        return _sampled(values)
    except TypeError:  # values that cannot be hashed
        return st.sampled_from(values)


@cache
def whole(lowest: int, highest: int) -> st.SearchStrategy[int]:
    """A whole number within limits that are included."""
    return st.integers(lowest, highest)


# --- Sessions ------------------------------------------------------------------------------------


@st.composite
def hostile_session(
    draw: st.DrawFn,
    session_id: str = "session",
    titles: tuple[str, ...] | None = None,
    customer_id: str = "viewer",
) -> list[RawEvent]:
    """The raw events of one customer × session over one to three titles."""
    titles = titles or draw(viewer_titles())
    session = _Session(
        session_id=session_id,
        at=draw(pick(STARTS)) + timedelta(milliseconds=draw(pick(GAPS))),
        titles=[_Title(title, draw(pick((0, 0, 0, 12_000)))) for title in titles],
        reports=draw(pick(("exact", "exact", "sloppy", "never"))),
        context={**draw(pick(DEVICES)), **draw(pick(PLACES))},
        habits=draw(habits()),
    )
    session.context["customer_id"] = customer_id
    for title in session.titles:
        if title.is_live:
            title.timeline = draw(pick(OFTEN_NONE))
    style = draw(pick(("played",) * 10 + ("random", "random", "looped", "stated", "stated")))
    if style == "random":
        events = draw(random_events(session))
    elif style == "looped":
        events = draw(looped_events(session))
    elif style == "stated":
        events = draw(stated_events(session))
    else:
        for _ in range(draw(whole(1, 14))):
            _step(draw, session)
        events = session.events or [_event(session, "start")]
    return _named(events, session.habits.ids)


@st.composite
def habits(draw: st.DrawFn) -> _Habits:
    """A player of `VideoTelemetry`, or one of another kind."""
    return _Habits(
        vocabulary=draw(pick(VOCABULARIES)),
        says_playing=draw(pick((False, True))),
        says_rate=draw(pick((False, False, True))),
        is_calm=draw(pick((False, True))),
        is_coarse=draw(pick((False, False, True))),
        ids=draw(pick(("own",) * 6 + ("numbers", "numbers", "numbers of a type", "blank"))),
    )


def _named(events: list[RawEvent], ids: str) -> list[RawEvent]:
    """Events with ids of their own, numbers within the session or within a type of it, or none.

    Without ids nothing orders two events of a type within one stamp: only one of them stays, and
    its exact repeats.
    """
    if ids == "own":
        return events
    if ids == "blank":
        blank = ("", None, " ")[len(events) % 3]
        return [{**event, "event_id": blank} for event in _told_apart(events)]
    numbers: dict[Any, int] = {}
    found: list[RawEvent] = []
    for event in events:
        of_type = event["event_type"] if ids == "numbers of a type" else None
        earlier = sum(key[0] == of_type for key in numbers)
        number = numbers.setdefault((of_type, event["event_id"]), earlier + 1)
        found.append({**event, "event_id": str(number)})
    return found


def _told_apart(events: list[RawEvent]) -> list[RawEvent]:
    """Of a type, title and stamp the first event, and its exact repeats."""
    first: dict[Any, RawEvent] = {}
    kept: list[RawEvent] = []
    for event in events:
        content = {k: v for k, v in event.items() if k not in ("event_id", "landed_at")}
        stamp = event["title_id"], event["event_type"], _iso(happened_at(event))
        if first.setdefault(stamp, content) == content:
            kept.append(event)
    return kept


@st.composite
def random_events(draw: st.DrawFn, session: _Session) -> list[RawEvent]:
    """Events with neither rhyme nor reason, close enough together to collide."""
    began_at = session.at
    for _ in range(draw(whole(1, 8))):
        session.current = draw(whole(0, len(session.titles) - 1))
        session.title.position = draw(whole(0, 40)) * 500
        session.title.watched = draw(whole(0, 20)) * 1000
        session.at = began_at + timedelta(seconds=draw(whole(0, 12)))
        event_type = draw(pick(_mixed(WHILE_PAUSED, session.habits.vocabulary)))
        _emit(draw, session, _allowed(session, event_type), "none")
    return session.events


@st.composite
def stated_events(draw: st.DrawFn, session: _Session) -> list[RawEvent]:
    """Rows that state what was played, and now and then events beside them."""
    for _ in range(draw(whole(1, 6))):
        session.current = draw(whole(0, len(session.titles) - 1))
        session.at += timedelta(milliseconds=draw(pick(GAPS)))
        if draw(pick((0, 0, 0, 1))):
            session.title.position = max(0, session.title.position + draw(pick(JUMPS)))
        event_type = draw(pick(("span", "span", "span", "play", "play", "play", "pause")))
        _emit(draw, session, event_type)
    return session.events or [_event(session, "start")]


@st.composite
def looped_events(draw: st.DrawFn, session: _Session) -> list[RawEvent]:
    """The first title seen from end to end, again and again, or all but the last few seconds."""
    title = session.title
    left_out = draw(pick((0, 0, 500, 20_000)))
    for _ in range(draw(whole(1, 4))):
        title.position = 0
        session.events.append(_event(session, "start"))
        title.position = LENGTHS[title.title_id] - left_out
        title.watched += title.position
        session.at += timedelta(milliseconds=title.position)
        event_type = _allowed(session, draw(pick(("pause", "complete"))))
        session.events.append(_event(session, event_type))
    return session.events


@st.composite
def hostile_viewer(draw: st.DrawFn) -> Example:
    """One viewer: one to three sessions that share titles and may run at the same time."""
    titles = draw(viewer_titles())
    events: list[RawEvent] = []
    for number in range(draw(pick((1, 1, 1, 2, 2, 3)))):
        is_shared = number == 0 and draw(whole(0, 9)) == 5
        session_id = SHARED_SESSION if is_shared else f"session-{number}"
        session = draw(hostile_session(session_id, titles))
        events += [_renumbered(event, number) for event in session]
    return Example("example", events)


def viewer_titles() -> st.SearchStrategy[tuple[str, ...]]:
    """One to three titles, of the catalogue and beyond it, the shorter ones more often."""
    weighted = (*CATALOGUED, "film", "film", "clip", "half", *ABSENT, "absent-percent")
    sizes = pick((1, 1, 2, 2, 3))
    picked = st.lists(pick(weighted), min_size=3, max_size=3)
    return st.tuples(sizes, picked).map(lambda drawn: tuple(dict.fromkeys(drawn[1][: drawn[0]])))


def _step(draw: st.DrawFn, session: _Session) -> None:
    """Let some time pass, move the playhead, and emit (or lose) an event."""
    if session.habits.is_calm and session.habits.vocabulary and draw(pick(MOSTLY)):
        return _play_on(draw, session)
    gap = draw(pick(GAPS))
    title_move = draw(pick(TITLE_MOVES))
    if title_move != SAME_TITLE and len(session.titles) > 1:
        session.current = (session.current + 1) % len(session.titles)
        if draw(pick((False, True))):
            gap = draw(pick(LONG_GAPS))
    title = session.title
    if title.left is not None:
        gap = draw(pick((gap, 0, 1000, 2000, 2001)))
    moves = PLAYING_MOVES if title.is_playing else PAUSED_MOVES
    move = draw(pick(HALTED_MOVES if title.halt else moves))
    if session.habits.is_coarse:
        session.at = session.at.replace(microsecond=0)
        gap = draw(pick((gap, 0, 0))) // 1000 * 1000
        move = "stay" if gap == 0 else move
    if move == "watch_to_end":
        gap = max(gap, LENGTHS[title.title_id] - title.position)
    session.at += timedelta(milliseconds=gap)
    _move(title, max(0, _moved(draw, session, move, gap)), gap)
    words = WHILE_PLAYING if title.is_playing else WHILE_PAUSED
    if title_move == NEXT_TITLE_OPENS:
        words = WHILE_PAUSED
    elif title.halt:
        words = WHILE_HALTED
    if not title.halt:
        words = _mixed(words, session.habits.vocabulary)
    event_type = _allowed(session, draw(pick(words)))
    if event_type == "start" and session.habits.is_coarse and draw(pick((False, True))):
        title.position = 0  # a loop, or a reload
    _emit(draw, session, event_type)
    if session.habits.is_coarse and draw(pick((False, False, True))):
        for _ in range(draw(whole(1, 3))):
            at_once = _mixed(AT_ONCE, session.habits.vocabulary)
            _emit(draw, session, _allowed(session, draw(pick(at_once))), "none")


def _play_on(draw: st.DrawFn, session: _Session) -> None:
    """Playback as it should be: it goes on for ten seconds, or waits until it may."""
    title = session.title
    twist = draw(pick(("none", "none", "none", None)))
    gap = draw(pick((1000, 4000))) if title.halt else 10_000
    session.at += timedelta(milliseconds=gap)
    if title.is_playing and not title.halt:
        _move(title, title.position + int(gap * max(0, min(session.rate, 4))), gap)
    if title.halt:
        ended = draw(pick((f"{title.halt}_end", f"{title.halt}_end", "heartbeat", "pause")))
        if not ended.endswith("end"):
            title.position += gap // 2  # nobody said that it went on
        _emit(draw, session, ended, twist)
    elif title.is_playing:
        words = _mixed(("heartbeat",) * 6, session.habits.vocabulary)
        _emit(draw, session, _allowed(session, draw(pick(words))), twist)
    else:
        _emit(draw, session, draw(pick(("resume", "start"))), twist)


@cache
def _mixed(words: tuple[str, ...], vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    return words + vocabulary


def _move(title: _Title, position: int, gap: int) -> None:
    """Move the playhead and count what was watched meanwhile: something even across a rewind."""
    advance = position - title.position
    if 0 < advance <= 2 * gap + 5000:
        title.watched += advance
    elif advance < 0 and title.is_playing:
        title.watched += gap // 2
    title.position = position


def _moved(draw: st.DrawFn, session: _Session, move: str, gap: int) -> int:
    """The playhead after a move, in milliseconds."""
    title = session.title
    length = LENGTHS[title.title_id]
    limit = int(min(session.rate, 4) * gap) + 5000 if session.rate > 0 else 2 * gap + 5000
    if session.habits.says_rate and move == "play":
        return title.position + int(gap * session.rate)
    if move == "stay" and title.position >= length and not title.is_playing:
        return 0  # seen to the end: from the start again
    if move == "play":
        return title.position + int(gap * draw(pick(RATES)))
    if move == "jump":
        return title.position + draw(pick(JUMPS))
    if move == "over_end":
        return length + draw(pick(OVER_END))
    if move == "random":
        return draw(whole(0, length // 500)) * 500
    fixed = {
        "stay": title.position,
        "restart": 0,
        "at_bound": title.position + limit,
        "over_bound": title.position + limit + 1,
        "far": title.position + 2 * gap + 45_000,
        "to_end": length,
        "watch_to_end": length,
    }
    return fixed[move]


def _allowed(session: _Session, event_type: str) -> str:
    """`complete` would give away the duration of a title that must stay unknown."""
    is_unknown = session.title.title_id == "absent-unknown"
    return "stop" if is_unknown and event_type == "complete" else event_type


# --- Events --------------------------------------------------------------------------------------


def _event(session: _Session, event_type: str) -> RawEvent:
    """An event as an honest player in a healthy network would deliver it."""
    title = session.title
    event: RawEvent = {
        **session.context,
        **session.counters,
        "event_id": f"event-{len(session.events)}",
        "session_id": session.session_id,
        "title_id": title.title_id,
        "event_type": event_type,
        "event_timestamp": _iso(session.at),
        "position_seconds": _told(title, title.position, len(session.events)),
        "bandwidth_mbps": 12.5,
        "landed_at": session.at.replace(minute=0, second=0, microsecond=0),
    }
    if session.reports != "never":
        event["watch_duration_seconds"] = title.watched // 1000
    if title.title_id not in ("absent-complete", "absent-unknown"):
        event["completion_percentage"] = round(
            100 * title.position / LENGTHS[title.title_id], 1 + len(session.events) % 2
        )
    if title.title_id == "absent-live" and title.timeline != "plain":
        event["is_live"] = True
    if title.title_id == "absent-told":
        event["title_name"] = ("Told", "Untold", None)[len(session.events) % 3]
        event["title_duration_seconds"] = (100, "100.5", 0, None)[len(session.events) % 4]
    return event


def _told(title: _Title, position: int, number: int) -> float | None:
    """A position in seconds, on the title's own timeline."""
    added = TIMELINES[title.timeline]
    if added is None or (title.timeline == "mixed" and number % 2):
        return None
    return (position + added) / 1000


def _emit(draw: st.DrawFn, session: _Session, event_type: str, twist: str | None = None) -> None:
    """Append an event, and whatever a twist makes of it."""
    twist = twist or draw(pick(TWISTS))
    if twist == "new_device":
        session.context |= draw(pick(DEVICES))
    if twist == "qoe":
        _count(draw, session)
    event = _said(draw, session, event_type)
    if session.reports == "sloppy" and draw(pick((False, True))):
        event["watch_duration_seconds"] = draw(pick((None, 0, 1, 7, 30, 500, -1, -600)))
    if twist == "lost":
        return
    if twist in EDITS:
        EDITS[twist](event, session)
    session.events.append(event)
    if twist in COPIES:
        session.events.append(_copy(draw, event, twist, len(session.events)))
    if event_type in ("span", "play") and draw(pick((False, False, True))):
        session.events.append(_grown(draw, event))


def _said(draw: st.DrawFn, session: _Session, event_type: str) -> RawEvent:
    """An event with what its type says beside its position; the player's state follows it."""
    title = session.title
    left, title.left = title.left, None
    if event_type == "seek":
        return _sought(draw, session)
    if event_type in ("span", "play"):
        return _stated(draw, session, event_type)
    event = _event(session, event_type)
    if session.habits.says_rate and draw(pick((False, True))):
        event["playback_rate"] = draw(pick(SAID_RATES))
        if isinstance(event["playback_rate"], int | float):
            session.rate = event["playback_rate"]
    is_beat = event_type == "heartbeat"
    if is_beat and session.habits.says_playing and draw(pick((False, True, True))):
        is_true = draw(pick((True, True, True, False)))
        is_playing = title.is_playing and title.halt is None
        event["is_playing"] = is_playing if is_true else draw(pick(SAID_PLAYING))
    if left is not None and (is_beat or event_type in ("start", "resume")):
        stale = left + draw(pick((0, 500, 1000)))
        event["position_seconds"] = _told(title, stale, len(session.events))
    if event_type in ("start", "resume"):
        title.is_playing, title.halt = True, None
    elif event_type in ("pause", "stop", "complete"):
        title.is_playing, title.halt = False, None
    elif event_type in HALTS:
        title.halt = event_type.split("_")[0] if event_type.endswith("start") else None
    elif is_beat and "is_playing" not in event and not session.events:
        title.is_playing = True
    return event


def _sought(draw: st.DrawFn, session: _Session) -> RawEvent:
    """A seek, which may say where it left; or a time update under that name."""
    title, before = session.title, session.title.position
    target = draw(pick((*JUMPS, "random", 0, 0)))
    title.position = draw(whole(0, 240)) * 500 if target == "random" else max(0, before + target)
    event = _event(session, "seek")
    said = draw(
        pick(("nothing", "nothing", "nothing", "left", "left", "left", "went", "wrong", "absurd"))
    )
    if said == "left":
        event["seek_from_seconds"] = _told(title, before, 0)
        title.left = before
    elif said == "went":
        event["seek_from_seconds"] = event["position_seconds"]
    elif said == "wrong":
        event["seek_from_seconds"] = _told(title, max(0, before + draw(pick(JUMPS))), 0)
    elif said == "absurd":
        event["seek_from_seconds"] = draw(pick((-1, 172_800.001, "there")))
    return event


def _stated(draw: st.DrawFn, session: _Session, event_type: str) -> RawEvent:
    """A row that states what was played from here on, as fast as this player plays."""
    title, event = session.title, _event(session, event_type)
    if event["position_seconds"] is None:
        event["position_seconds"] = title.position / 1000
    length = draw(pick((0, 1000, 10_000, 10_000, 30_000, 45_001)))
    title.position += length
    event["end_position_seconds"] = event["position_seconds"] + length / 1000
    if draw(whole(0, 9)) == 5:
        event["end_position_seconds"] = max(0, event["position_seconds"] - 3)
    lasts = draw(pick((None, length, length, 3 * length + 6000, length // 2, -1, 10**9)))
    if lasts is not None:
        event["ended_at"] = _iso(session.at + timedelta(milliseconds=lasts))
        session.at += timedelta(milliseconds=max(0, min(lasts, length)))
    if event_type == "span":
        return event
    watched = draw(pick((length, length, length // 2, length // 2 - 1, length + 1, 30_000, None)))
    event["watched_seconds"] = None if watched is None else watched / 1000
    known = draw(pick(("both", "both", "end", "start", "start", "neither")))
    if known in ("end", "neither"):
        event.pop("position_seconds")
    if known in ("start", "neither"):
        event.pop("end_position_seconds")
    if draw(whole(0, 4)) == 3:
        event["max_position_seconds"] = draw(pick((title.position / 1000, 299, -1, "far")))
    return event


def _grown(draw: st.DrawFn, event: RawEvent) -> RawEvent:
    """A stated row saved again: it has grown, or only part of it has, or it has not."""
    grown = dict(event)
    lasts = draw(pick((0, 5000, 20_000)))
    if lasts and isinstance(event.get("ended_at"), str):
        ended_at = datetime.fromisoformat(event["ended_at"]) + timedelta(milliseconds=lasts)
        grown["ended_at"] = ended_at.isoformat(timespec="milliseconds")
    if isinstance(event.get("watched_seconds"), float):
        grown["watched_seconds"] = event["watched_seconds"] + draw(pick((0, 5, 20)))
    if isinstance(event.get("end_position_seconds"), float):
        grown["end_position_seconds"] = event["end_position_seconds"] + draw(pick((0, 5, 20)))
    grown["landed_at"] = event["landed_at"] + timedelta(hours=draw(pick((-1, 0, 1))))
    return grown


def _count(draw: st.DrawFn, session: _Session) -> None:
    """Let one of the session's counters grow, or be reported for the first time."""
    name = draw(pick(("buffering_events", "buffering_duration_seconds", "error_count")))
    grown = draw(pick((0, 0, 1, 2)))
    session.counters[name] = session.counters.get(name, 0) + grown
    if name == "buffering_duration_seconds" and grown == 2:
        session.counters[name] += 0.5


def _unreported(event: RawEvent, _: _Session) -> None:
    event["watch_duration_seconds"] = None
    event.pop("completion_percentage", None)


def _negative(event: RawEvent, session: _Session) -> None:
    event["watch_duration_seconds"] = -1 - 599 * (len(session.events) % 2)


def _completed(event: RawEvent, session: _Session) -> None:
    event["is_completed"] = (True, "yes", False, 1)[len(session.events) % 4]


def _unplaced(event: RawEvent, _: _Session) -> None:
    """What may do without a position does."""
    if event["event_type"] in ("pause", "stop", "complete", "error", *HALTS):
        event["position_seconds"] = None


def _failed(event: RawEvent, _: _Session) -> None:
    """An error in place of the event, at any position or none."""
    event["event_type"] = "error"


def _reset(event: RawEvent, session: _Session) -> None:
    session.title.watched = 0
    event["watch_duration_seconds"] = 0


def _bad_qoe(event: RawEvent, _: _Session) -> None:
    event |= {"buffering_events": -1, "buffering_duration_seconds": None, "error_count": -3}


def _as_strings(event: RawEvent, _: _Session) -> None:
    for name, value in event.items():
        if isinstance(value, int | float):
            event[name] = str(value)  # also what is true or false


def _offset(event: RawEvent, session: _Session) -> None:
    event["event_timestamp"] = _iso(session.at + timedelta(hours=5, minutes=30), "+05:30")


def _microseconds(event: RawEvent, session: _Session) -> None:
    event["event_timestamp"] = _iso(session.at, "999Z")


def _no_fraction(event: RawEvent, session: _Session) -> None:
    session.at = session.at.replace(microsecond=0)
    event["event_timestamp"] = f"{session.at.isoformat(timespec='seconds')}Z"


def _late(event: RawEvent, _: _Session) -> None:
    event["landed_at"] += timedelta(hours=50)


def _early(event: RawEvent, _: _Session) -> None:
    event["landed_at"] -= timedelta(hours=2)


def _fine_position(event: RawEvent, session: _Session) -> None:
    """A fourth decimal: a half is rounded up, to the next millisecond."""
    if event["event_type"] not in ("span", "play") and session.title.timeline == "plain":
        event["position_seconds"] = f"{Decimal(session.title.position) / 1000:.3f}5"


def _sparse(event: RawEvent, _: _Session) -> None:
    for name in CANONICAL_FIELDS[9:24]:
        event.pop(name, None)


EDITS = {
    "unreported": _unreported,
    "negative": _negative,
    "completed": _completed,
    "unplaced": _unplaced,
    "error": _failed,
    "reset": _reset,
    "bad_qoe": _bad_qoe,
    "as_strings": _as_strings,
    "offset": _offset,
    "microseconds": _microseconds,
    "no_fraction": _no_fraction,
    "late": _late,
    "early": _early,
    "fine_position": _fine_position,
    "sparse": _sparse,
}
COPIES = ("repeated", "repeated_later", "changed", "changed_later", "twin", "earlier_twin")


def _copy(draw: st.DrawFn, event: RawEvent, twist: str, number: int) -> RawEvent:
    """A second row of an event, or a twin: equal in everything but its event_id.

    A changed one is a repeat that differs in the rest, or (another type under the same id) none.
    """
    copy = dict(event)
    if twist.endswith("twin"):
        copy["event_id"] = f"event-{number}" if twist == "twin" else f"a-{number}"
    if twist.endswith("later"):
        copy["landed_at"] += timedelta(hours=draw(pick((-1, 1, 26))))
    if twist.startswith("changed") and event["event_type"] not in ("span", "play"):
        copy["event_type"] = draw(pick((event["event_type"],) * 3 + ("pause", "resume")))
        # Whether NULL or a negative counter comes first is nobody's business.
        copy["watch_duration_seconds"] = draw(pick((3, 90)))
        copy["device_type"] = "tablet"
        copy["position_seconds"] = draw(whole(0, 40)) + 0.25
        if copy["position_seconds"] == event["position_seconds"]:
            copy["position_seconds"] += 1  # else the tie would leave open which device counts
    return copy


def _iso(moment: datetime, suffix: str = "Z") -> str:
    return moment.isoformat(timespec="milliseconds") + suffix


def _renumbered(event: RawEvent, session_number: int) -> RawEvent:
    """The event with an id that no other session has, if it is no number and not blank."""
    event_id = event["event_id"] or ""
    if not event_id.strip() or event_id.isdigit():
        return event
    return {**event, "event_id": f"{event_id}-{session_number}"}


def _stamp(event: RawEvent, name: str) -> RawEvent:
    own = {"customer_id": f"{name}-{event['customer_id']}"}
    event_id = event["event_id"] or ""
    if event_id.strip() and not event_id.isdigit():
        own["event_id"] = f"{name}-{event_id}"
    if event["session_id"] != SHARED_SESSION:
        own["session_id"] = f"{name}-{event['session_id']}"
    if event["title_id"] not in CATALOGUE:
        own["title_id"] = f"{name}-{event['title_id']}"
    return {**event, **own}


def identity(event: RawEvent) -> tuple[Any, ...]:
    """What tells an event from others, as far as these strategies go."""
    names = ("event_id", "customer_id", "session_id", "title_id", "event_type")
    own = () if (event["event_id"] or "").strip() else (event.get("position_seconds"),)
    return *(event[name] for name in names), happened_at(event), *own


# --- Rows to reject ------------------------------------------------------------------------------


def good_event() -> RawEvent:
    """An event that is accepted, to be spoilt."""
    landed_at = datetime(2024, 2, 29, 10)
    title = _Title("film", position=12_500, watched=12_000)
    context = {**DEVICES[0], **PLACES[0], "customer_id": "viewer"}
    session = _Session("session", landed_at + timedelta(minutes=9), [title], "exact", context)
    return _event(session, "resume")


BAD_VALUES: dict[str, tuple[str, tuple[Any, ...]]] = {
    "missing_customer_id": ("customer_id", (None, "", "   ")),
    "missing_title_id": ("title_id", (None, "", "   ")),
    "missing_session_id": ("session_id", (None, "", "   ")),
    "unknown_event_type": ("event_type", (None, "", "volume", "played", "completed", "7")),
    "invalid_timestamp": (
        "event_timestamp",
        (
            None,
            "",
            "yesterday",
            "2024-13-01T00:00:00.000Z",
            "2024-02-30T00:00:00.000Z",
            "1999-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00.000Z",
            "2024-03-01T10:00:00.001Z",  # a day and a millisecond ahead of the landing hour
            "2100-01-01T00:00:00.000Z",
        ),
    ),
    "invalid_position": (
        "position_seconds",
        (None, "", "NaN", "Infinity", "ten", -0.001, -30, "-30", 172_800.001, 1e9, True),
    ),
}


# Rows whose positions cannot be, beyond a resume's own.
BAD_POSITIONS: tuple[RawEvent, ...] = (
    *(
        {"event_type": event_type, "position_seconds": position}
        for event_type in ("heartbeat", "seek", "seek_start", "span", "start")
        for position in (None, -1)
    ),
    *(
        {"event_type": event_type, "position_seconds": "ten"}
        for event_type in ("pause", "complete", "buffer_end", "error", "play")
    ),
    {"event_type": "span", "end_position_seconds": None},
    {"event_type": "span", "end_position_seconds": 172_800.001},
    {"event_type": "span", "end_position_seconds": None, "title_id": "live"},
    {"event_type": "play", "end_position_seconds": -1},
    {"event_type": "play", "end_position_seconds": "later", "title_id": "live"},
    {"event_type": "heartbeat", "position_seconds": None, "is_live": True},  # the catalogue knows
    {"event_type": "heartbeat", "position_seconds": None, "is_live": False, "title_id": "absent"},
    {"event_type": "stop", "position_seconds": 10**10, "title_id": "live"},
)


@st.composite
def rejected_event(draw: st.DrawFn, reason: str | None = None) -> tuple[str, RawEvent]:
    """(reason, event): an event with that fault, and perhaps later ones, or the field absent."""
    reason = reason or draw(pick(REASONS))
    first = REASONS.index(reason)
    event = good_event()
    event["event_id"] = f"rejected-{draw(whole(0, 10**9))}"
    for fault in (reason, *draw(st.lists(pick(REASONS[first:]), max_size=2))):
        name, values = BAD_VALUES[fault]
        value = draw(pick((*values, ...)))
        if value is ...:
            event.pop(name, None)
        else:
            event[name] = value
    if reason == "invalid_position" and draw(pick((False, True))):
        row = {"end_position_seconds": 20, "position_seconds": 10, **draw(pick(BAD_POSITIONS))}
        return reason, {**good_event(), "event_id": event["event_id"], **row}
    return reason, event


@st.composite
def ignored_event(draw: st.DrawFn) -> RawEvent:
    """A row of no interest, whatever it lacks."""
    _, event = draw(rejected_event())
    return {**event, "event_id": f"ignored-{draw(whole(0, 10**9))}", "event_type": "ignore"}


def edge_events() -> list[RawEvent]:
    """Events just inside the limits: all of them are accepted."""
    edits: tuple[tuple[str, Any], ...] = (
        ("event_timestamp", "2000-01-01T00:00:00.000Z"),
        ("event_timestamp", "2024-03-01T10:00:00.000Z"),
        ("event_timestamp", "2024-02-29T10:09:00Z"),
        ("position_seconds", 0),
        ("position_seconds", "0.0"),
        ("position_seconds", 172_800),
        ("position_seconds", "172800.000"),
        ("watch_duration_seconds", None),
        ("watch_duration_seconds", "many"),
        ("completion_percentage", "NaN"),
        ("buffering_events", "few"),
        ("error_count", ""),
        ("playback_rate", "1e3"),
        ("is_completed", "perhaps"),
        ("ended_at", "2024-02-29T09:00:00Z"),
        ("end_position_seconds", "far"),
        ("watched_seconds", -3),
        ("title_duration_seconds", "long"),
    )
    return [
        {**good_event(), "event_id": f"edge-{number}", name: value}
        for number, (name, value) in enumerate(edits)
    ]


def malformed_line() -> st.SearchStrategy[str]:
    """A line that is not JSON: cut off, garbled, or something else altogether."""
    line = json_line(good_event())
    cut_off = whole(1, len(line) - 1).map(lambda length: line[:length])
    garbled = pick((line[1:], line.replace(":", ""), line + "}", line.replace('"', "'")))
    alien = pick(("not json", "<event/>", "{]", "a,b,c", "\\", "{'a': 1}"))
    return st.one_of(cut_off, garbled, alien)


def not_an_object() -> st.SearchStrategy[str]:
    """A line that is JSON, but no object."""
    return pick(("[]", "null", "42", '"text"', "true", '[{"event_id": "e"}]'))


def json_line(event: RawEvent) -> str:
    """An event as the lake holds it: a line of NDJSON, the landing hour left to the path."""
    fields = {name: value for name, value in event.items() if name != "landed_at"}
    return json.dumps(fields, ensure_ascii=False)


# --- Deliveries ----------------------------------------------------------------------------------

# Hours between an event's own landing hour and the one in which it lands.
DELAYS = (0, 0, 0, 0, 1, 26, 240, 720)
MANNERS = ("whole", "torn", "torn", "first_last", "first_last", "last_last", "last_last")
Arrival = tuple[int, int]  # the number of a delivery, and a delay


@st.composite
def delivered_viewer(
    draw: st.DrawFn, numbers: tuple[int, ...]
) -> tuple[Example, list[list[Arrival]]]:
    """A hostile viewer, and of each event the one or two arrivals, in deliveries of these numbers.

    A session comes whole, or torn in any order; or its first event, or its last one, comes after
    all others. The hour in which an event lands says nothing about the delivery that brings it:
    so deliveries fill hours that earlier ones have filled, and hours before those.
    """
    viewer = draw(hostile_viewer())
    arrivals: list[list[Arrival]] = [[] for _ in viewer.events]
    for session_id in dict.fromkeys(event["session_id"] for event in viewer.events):
        own = [n for n, event in enumerate(viewer.events) if event["session_id"] == session_id]
        own.sort(key=lambda n: happened_at(viewer.events[n]))
        manner = draw(pick(MANNERS))
        late = draw(whole(1, len(numbers) - 1))
        if manner == "whole":
            brought = [numbers[late]] * len(own)
        else:
            among = numbers if manner == "torn" else numbers[:late]
            brought = [draw(pick(among)) for _ in own]
        if manner.endswith("_last"):
            brought[0 if manner == "first_last" else -1] = numbers[late]
        for n, number in zip(own, brought, strict=True):
            arrivals[n].append((number, draw(pick(DELAYS))))
            if draw(whole(0, 9)) == 5:
                arrivals[n].append((draw(pick(numbers)), draw(pick(DELAYS))))
    return viewer, arrivals


def deliveries(viewers: int, count: int = 5, seed_number: int = 0) -> list[list[RawEvent]]:
    """So many hostile viewers in so many deliveries; one, neither the first nor the last, is empty.

    Equal arguments give equal deliveries.
    """
    # Hypothesis tries the least first; any of them may be the last that it tries.
    *_, empty = collect(whole(1, count - 2), count - 2, seed_number)
    numbers = tuple(number for number in range(count) if number != empty)
    drawn = collect(delivered_viewer(numbers), viewers, seed_number)
    examples = [example.stamped(f"x{number}") for number, (example, _) in enumerate(drawn)]
    parts: list[list[RawEvent]] = [[] for _ in range(count)]
    for example, (_, arrivals) in zip(spread(examples, days=5), drawn, strict=True):
        for event, of_event in zip(example.events, arrivals, strict=True):
            for number, hours in of_event:
                landed_at = event["landed_at"] + timedelta(hours=hours)
                parts[number].append({**event, "landed_at": landed_at})
    return parts


def happened_at(event: RawEvent) -> datetime:
    """When an event happened, in UTC; `event_timestamp` must be ISO 8601 with an offset."""
    return datetime.fromisoformat(event["event_timestamp"]).astimezone(UTC).replace(tzinfo=None)


def cases(parts: list[list[RawEvent]]) -> Counter[str]:
    """How often each case that incremental runs must stand occurs in deliveries."""
    found: Counter[str] = Counter()
    hours: set[datetime] = set()
    brought: dict[Any, int] = {}  # by event, the first delivery that brings it
    for number, events in enumerate(parts):
        found["delivery that is empty"] += not events
        landed = {event["landed_at"] for event in events}
        found["hour that an earlier delivery has filled"] += len(landed & hours)
        found["new hour before the newest"] += sum(
            hour < max(hours, default=hour) for hour in landed - hours
        )
        found["event again"] += sum(
            brought.get(identity(event), number) < number for event in events
        )
        found["event 30 days late"] += sum(
            event["landed_at"] - happened_at(event) >= timedelta(days=29, hours=23)
            for event in events
        )
        hours |= landed
        for event in events:
            brought.setdefault(identity(event), number)
    sessions: dict[tuple[str, str], list[RawEvent]] = {}
    for event in sorted(chain.from_iterable(parts), key=happened_at):
        sessions.setdefault((event["customer_id"], event["session_id"]), []).append(event)
    for events in sessions.values():
        first, *others = dict.fromkeys(identity(event) for event in events)
        came = [brought[event] for event in others]
        found["session in several deliveries"] += len({brought[first], *came}) > 1
        found["first event last"] += bool(came) and brought[first] > max(came)
        found["later event first"] += came != sorted(came)
    return found


# --- Many at once --------------------------------------------------------------------------------


def collect(strategy: st.SearchStrategy[Drawn], count: int, seed_number: int = 0) -> list[Drawn]:
    """`count` different draws of a strategy, the same for the same arguments.

    Hypothesis likes to vary an example that it has just tried, so a round of draws holds repeats:
    further rounds, with seeds of their own, replace them. Fewer come back if a round adds nothing.
    """
    drawn: dict[str, Drawn] = {}
    rounds = 0
    while len(drawn) < count:
        before = len(drawn)
        for value in _draws(strategy, max(count - before, 50), f"{seed_number}/{rounds}"):
            drawn.setdefault(repr(value), value)
        rounds += 1
        if len(drawn) == before:
            break
    return list(drawn.values())[:count]


def _draws(strategy: st.SearchStrategy[Drawn], count: int, name: str) -> list[Drawn]:
    drawn: list[Drawn] = []

    @seed(name)
    @settings(
        database=None,
        deadline=None,
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw_one(value: Drawn) -> None:
        drawn.append(value)

    draw_one()
    return drawn


def lake(count: int, seed_number: int = 0) -> list[Example]:
    """`count` viewers (or fewer, should hypothesis run out of them), each under its own names."""
    examples = collect(hostile_viewer(), count, seed_number)
    return [example.stamped(f"x{number}") for number, example in enumerate(examples)]


def all_events(examples: Iterable[Example]) -> list[RawEvent]:
    """The raw events of many examples, in one list."""
    return [event for example in examples for event in example.events]


def shuffled(events: list[RawEvent]) -> st.SearchStrategy[list[RawEvent]]:
    """The same events in any order."""
    return st.permutations(events)


def shifted(events: list[RawEvent], by: timedelta) -> list[RawEvent]:
    """The same events at another time; `event_timestamp` must be ISO 8601 with an offset."""
    moved = []
    for event in events:
        changes: RawEvent = {"landed_at": event["landed_at"] + by}
        for name in ("event_timestamp", "ended_at"):
            if isinstance(event.get(name), str):
                moment = datetime.fromisoformat(event[name]) + by
                changes[name] = moment.isoformat(timespec="microseconds")
        moved.append({**event, **changes})
    return moved


def spread(examples: Iterable[Example], days: int = 50) -> list[Example]:
    """The examples over as many days, their events at bandwidths of every kind, by event_id."""
    return [
        Example(
            example.name,
            [
                {**event, "bandwidth_mbps": BANDWIDTHS[crc32(repr(identity(event)).encode()) % 9]}
                for event in shifted(example.events, timedelta(days=number % days))
            ],
        )
        for number, example in enumerate(examples)
    ]
