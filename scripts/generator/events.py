"""The records that pass between the viewers, the faults and the lake."""

from collections.abc import Sequence

import numpy as np

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

EVENT_TYPES = ("start", "pause", "resume", "stop", "complete", "heartbeat", "seek",
               "buffer_start", "buffer_end", "ad_start", "ad_end")  # fmt: skip
"""What players report; a record's `kind` is an index into `EVENT_TYPES + UNKNOWN_TYPES`."""

UNKNOWN_TYPES = ("cast_start", "subtitles_on", "picture_in_picture")
"""What a player should not report: the names the `unknown_types` fault writes."""

(START, PAUSE, RESUME, STOP, COMPLETE, HEARTBEAT, SEEK, BUFFER_START, BUFFER_END, AD_START,
 AD_END) = range(len(EVENT_TYPES))  # fmt: skip

EVENT = np.dtype(
    [
        ("arrival_ms", "i8"),  # epoch milliseconds, UTC: decides the partition
        ("event_ms", "i8"),  # epoch milliseconds, UTC, on the device's clock
        ("ordinal", "i8"),  # the event's place in the simulation: becomes its event_id
        ("session", "i8"),  # the session's place in the simulation: becomes its session_id
        ("position_ms", "i8"),
        ("seek_from_ms", "i4"),  # of a seek
        ("number", "i4"),  # the event's number in its session, from 1, as event_id; 0: an UUID
        ("customer", "i4"),  # row of the population
        ("watch_ms", "i4"),  # cumulative in the session, as the next three
        ("buffering_ms", "i4"),
        ("buffering_events", "u2"),
        ("errors", "u2"),
        ("bandwidth_tenths", "u2"),  # tenths of Mbps
        ("rate_percent", "u2"),  # of playback
        ("title", "i2"),  # row of the catalogue
        ("cut", "u2"),  # 0: a whole line; else cut at about cut / 65536 of its length
        ("kind", "i1"),
        ("device", "i1"),  # the customer's 1st, 2nd or 3rd device
        ("app_version", "i1"),
        ("quality", "i1"),
        ("connection", "i1"),
        ("negative", "?"),  # report the position as -position - 1
    ],
    align=True,
)
"""One event on its way to the lake, or a copy of it: 80 bytes, every field at its alignment.

Choose rows with `take`: indexing copies such records field by field, which takes ten times as long.
"""

PIECE = np.dtype(
    [
        ("customer", "i4"),
        ("title", "i2"),
        ("session", "i8"),
        ("start_ms", "i8"),  # on the title's timeline
        ("end_ms", "i8"),
        ("started_ms", "i8"),  # on the clock, epoch milliseconds
        ("ended_ms", "i8"),
    ]
)
"""One piece that somebody really watched: a row of the truth."""


_OPAQUE = np.dtype((np.void, EVENT.itemsize))


def join(batches: Sequence[np.ndarray]) -> np.ndarray:
    """Batches of events (EVENT) one after the other: whole records, not field by field."""
    return np.concatenate([batch.view(_OPAQUE) for batch in batches]).view(EVENT)


def opens(events: np.ndarray) -> np.ndarray:
    """Whether each event opens a span (`start`, `resume`): a boolean array."""
    return (events["kind"] == START) | (events["kind"] == RESUME)


def closes(events: np.ndarray) -> np.ndarray:
    """Whether each event ends a span (`pause`, `stop`, `complete`): a boolean array."""
    return (events["kind"] == PAUSE) | (events["kind"] == STOP) | (events["kind"] == COMPLETE)


def first_of_sessions(events: np.ndarray) -> np.ndarray:
    """The row of each session's first event, of events in the order of sessions."""
    return np.flatnonzero(np.diff(events["session"], prepend=-1))
