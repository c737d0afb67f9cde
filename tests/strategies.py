"""Hostile telemetry for property tests: mostly plausible playback, bent at every edge of §3.

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
# Lengths (in milliseconds) that the simulated player believes in. The last three titles are in no
# catalogue: one reports completion percentages, one completes, one does neither.
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
JUMPS = (-30_000, -10_000, -2001, -2000, -500, 500, 5000, 5001, 10_000, 40_000)
WHILE_PLAYING = ("pause", "pause", "pause", "stop", "complete", "complete", "resume", "start")
WHILE_PAUSED = ("resume", "resume", "resume", "start", "start", "pause", "stop", "complete")
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
OVER_END = (1, 5000, 5001, 40_000)
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


@dataclass
class _Session:
    """A simulated session as it unfolds."""

    session_id: str
    at: datetime
    titles: list[_Title]
    reports: str  # whether the player reports watch time: "exact", "sloppy" or "never"
    context: RawEvent
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
    )
    session.context["customer_id"] = customer_id
    style = draw(pick(("played",) * 10 + ("random", "looped")))
    if style == "random":
        return draw(random_events(session))
    if style == "looped":
        return draw(looped_events(session))
    for _ in range(draw(whole(1, 14))):
        _step(draw, session)
    return session.events or [_event(session, "start")]


@st.composite
def random_events(draw: st.DrawFn, session: _Session) -> list[RawEvent]:
    """Events with neither rhyme nor reason, close enough together to collide."""
    began_at = session.at
    for _ in range(draw(whole(1, 8))):
        session.current = draw(whole(0, len(session.titles) - 1))
        session.title.position = draw(whole(0, 40)) * 500
        session.title.watched = draw(whole(0, 20)) * 1000
        session.at = began_at + timedelta(seconds=draw(whole(0, 12)))
        event_type = draw(pick(WHILE_PAUSED))
        session.events.append(_event(session, _allowed(session, event_type)))
    return session.events


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
    gap = draw(pick(GAPS))
    title_move = draw(pick(TITLE_MOVES))
    if title_move != SAME_TITLE and len(session.titles) > 1:
        session.current = (session.current + 1) % len(session.titles)
        if draw(pick((False, True))):
            gap = draw(pick(LONG_GAPS))
    title = session.title
    move = draw(pick(PLAYING_MOVES if title.is_playing else PAUSED_MOVES))
    if move == "watch_to_end":
        gap = max(gap, LENGTHS[title.title_id] - title.position)
    session.at += timedelta(milliseconds=gap)
    _move(title, max(0, _moved(draw, title, move, gap)), gap)
    opens = title_move == NEXT_TITLE_OPENS or not title.is_playing
    event_type = _allowed(session, draw(pick(WHILE_PAUSED if opens else WHILE_PLAYING)))
    title.is_playing = event_type in ("start", "resume")
    _emit(draw, session, event_type)


def _move(title: _Title, position: int, gap: int) -> None:
    """Move the playhead and count what was watched meanwhile: something even across a rewind."""
    advance = position - title.position
    if 0 < advance <= 2 * gap + 5000:
        title.watched += advance
    elif advance < 0 and title.is_playing:
        title.watched += gap // 2
    title.position = position


def _moved(draw: st.DrawFn, title: _Title, move: str, gap: int) -> int:
    """The playhead after a move, in milliseconds."""
    length = LENGTHS[title.title_id]
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
        "at_bound": title.position + 2 * gap + 5000,
        "over_bound": title.position + 2 * gap + 5001,
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
        "position_seconds": title.position / 1000,
        "bandwidth_mbps": 12.5,
        "landed_at": session.at.replace(minute=0, second=0, microsecond=0),
    }
    if session.reports != "never":
        event["watch_duration_seconds"] = title.watched // 1000
    if title.title_id not in ("absent-complete", "absent-unknown"):
        event["completion_percentage"] = round(
            100 * title.position / LENGTHS[title.title_id], 1 + len(session.events) % 2
        )
    return event


def _emit(draw: st.DrawFn, session: _Session, event_type: str) -> None:
    """Append an event, and whatever a twist makes of it."""
    twist = draw(pick(TWISTS))
    if twist == "new_device":
        session.context |= draw(pick(DEVICES))
    if twist == "qoe":
        _count(draw, session)
    event = _event(session, event_type)
    if session.reports == "sloppy" and draw(pick((False, True))):
        event["watch_duration_seconds"] = draw(pick((None, 0, 1, 7, 30, 500)))
    if twist == "lost":
        return
    if twist in EDITS:
        EDITS[twist](event, session)
    session.events.append(event)
    if twist in COPIES:
        session.events.append(_copy(draw, event, twist, len(session.events)))


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


def _reset(event: RawEvent, session: _Session) -> None:
    session.title.watched = 0
    event["watch_duration_seconds"] = 0


def _bad_qoe(event: RawEvent, _: _Session) -> None:
    event |= {"buffering_events": -1, "buffering_duration_seconds": None, "error_count": -3}


def _as_strings(event: RawEvent, _: _Session) -> None:
    for name, value in event.items():
        if isinstance(value, int | float):
            event[name] = str(value)


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
    event["position_seconds"] = f"{Decimal(session.title.position) / 1000:.3f}5"


def _sparse(event: RawEvent, _: _Session) -> None:
    for name in CANONICAL_FIELDS[9:]:
        event.pop(name, None)


EDITS = {
    "unreported": _unreported,
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
    """A second row of an event, or a twin: equal in everything but its event_id."""
    copy = dict(event)
    if twist.endswith("twin"):
        copy["event_id"] = f"event-{number}" if twist == "twin" else f"a-{number}"
    if twist.endswith("later"):
        copy["landed_at"] += timedelta(hours=draw(pick((-1, 1, 26))))
    if twist.startswith("changed"):
        copy["event_type"] = draw(pick(("pause", "resume")))
        copy["watch_duration_seconds"] = draw(pick((None, 3, 90)))
        copy["device_type"] = "tablet"
        copy["position_seconds"] = draw(whole(0, 40)) + 0.25
        if copy["position_seconds"] == event["position_seconds"]:
            copy["position_seconds"] += 1  # else the tie would leave open which device counts
    return copy


def _iso(moment: datetime, suffix: str = "Z") -> str:
    return moment.isoformat(timespec="milliseconds") + suffix


def _renumbered(event: RawEvent, session_number: int) -> RawEvent:
    return {**event, "event_id": f"{event['event_id']}-{session_number}"}


def _stamp(event: RawEvent, name: str) -> RawEvent:
    own = {key: f"{name}-{event[key]}" for key in ("event_id", "customer_id")}
    if event["session_id"] != SHARED_SESSION:
        own["session_id"] = f"{name}-{event['session_id']}"
    if event["title_id"] not in CATALOGUE:
        own["title_id"] = f"{name}-{event['title_id']}"
    return {**event, **own}


# --- Rows to reject ------------------------------------------------------------------------------


def good_event() -> RawEvent:
    """An event that is accepted, to be spoilt."""
    landed_at = datetime(2024, 2, 29, 10)
    title = _Title("film", position=12_500, watched=12_000)
    context = {**DEVICES[0], **PLACES[0], "customer_id": "viewer"}
    session = _Session("session", landed_at + timedelta(minutes=9), [title], "exact", context)
    return _event(session, "pause")


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
    return reason, event


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
    brought: dict[str, int] = {}  # by event_id, the first delivery that brings it
    for number, events in enumerate(parts):
        found["delivery that is empty"] += not events
        landed = {event["landed_at"] for event in events}
        found["hour that an earlier delivery has filled"] += len(landed & hours)
        found["new hour before the newest"] += sum(
            hour < max(hours, default=hour) for hour in landed - hours
        )
        found["event again"] += sum(
            brought.get(event["event_id"], number) < number for event in events
        )
        found["event 30 days late"] += sum(
            event["landed_at"] - happened_at(event) >= timedelta(days=29, hours=23)
            for event in events
        )
        hours |= landed
        for event in events:
            brought.setdefault(event["event_id"], number)
    sessions: dict[tuple[str, str], list[RawEvent]] = {}
    for event in sorted(chain.from_iterable(parts), key=happened_at):
        sessions.setdefault((event["customer_id"], event["session_id"]), []).append(event)
    for events in sessions.values():
        first, *others = dict.fromkeys(event["event_id"] for event in events)
        came = [brought[event_id] for event_id in others]
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
        event_at = datetime.fromisoformat(event["event_timestamp"]) + by
        changes = {
            "event_timestamp": event_at.isoformat(timespec="microseconds"),
            "landed_at": event["landed_at"] + by,
        }
        moved.append({**event, **changes})
    return moved


def spread(examples: Iterable[Example], days: int = 50) -> list[Example]:
    """The examples over as many days, their events at bandwidths of every kind, by event_id."""
    return [
        Example(
            example.name,
            [
                {**event, "bandwidth_mbps": BANDWIDTHS[crc32(event["event_id"].encode()) % 9]}
                for event in shifted(example.events, timedelta(days=number % days))
            ],
        )
        for number, example in enumerate(examples)
    ]
