"""The reference viewer: 130 seconds watched of a 300 second clip, 120 of them different."""

import numpy as np

from . import population as people
from .catalogue import Catalogue
from .events import EVENT, HOUR_MS, PAUSE, PIECE, RESUME, SECOND_MS, START
from .population import Population
from .rows import REFERENCE_SESSION_NUMBER

REFERENCE_HOUR = 12
# kind, seconds after 12:00:00, position in seconds, seconds watched so far
_EVENTS = (
    (START, 0, 0, 0),
    (PAUSE, 30, 30, 30),
    (RESUME, 31, 30, 30),
    (PAUSE, 121, 120, 120),
    (RESUME, 122, 110, 120),
    (PAUSE, 132, 120, 130),
)


def reference_viewing(
    catalogue: Catalogue, population: Population, first_day_ms: int
) -> tuple[np.ndarray, np.ndarray]:
    """The reference viewer's events (EVENT) and pieces (PIECE) on the day that begins then."""
    kind, after_seconds, position_seconds, watch_seconds = np.array(_EVENTS).T
    customer, noon_ms = population.reference, first_day_ms + REFERENCE_HOUR * HOUR_MS
    events = np.zeros(len(_EVENTS), EVENT)
    events["event_ms"] = events["arrival_ms"] = noon_ms + after_seconds * SECOND_MS
    events["ordinal"] = -1 - np.arange(len(_EVENTS))
    events["session"] = REFERENCE_SESSION_NUMBER
    events["customer"] = customer
    events["title"] = catalogue.reference
    events["kind"] = kind
    events["app_version"] = people.newest_version(0)
    events["quality"] = people.QUALITIES.index("HD")
    events["connection"] = people.WIFI
    events["watch_ms"] = watch_seconds * SECOND_MS
    events["position_ms"] = position_seconds * SECOND_MS
    events["bandwidth_tenths"] = 120
    events["rate_percent"] = 100

    pieces = np.zeros(len(_EVENTS) // 2, PIECE)
    pieces["customer"] = customer
    pieces["title"] = catalogue.reference
    pieces["session"] = REFERENCE_SESSION_NUMBER
    pieces["start_ms"], pieces["end_ms"] = events["position_ms"].reshape(-1, 2).T
    pieces["started_ms"], pieces["ended_ms"] = events["event_ms"].reshape(-1, 2).T
    return events, pieces
