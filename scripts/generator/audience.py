"""How many viewers there are at each hour, and so how many sessions have to begin."""

import numpy as np

from .catalogue import Catalogue
from .events import HOUR_MS
from .population import draw_population
from .viewers import Viewers

CUSTOMERS_AT_SCALE_ONE = 900_000  # on the first day
# First and last hour (UTC), and the range of concurrent viewers at scale 1.
DAYPARTS = {
    "late night": (2, 6, 2_000, 5_000),
    "morning": (6, 10, 5_000, 10_000),
    "midday": (10, 14, 8_000, 15_000),
    "afternoon": (14, 18, 10_000, 18_000),
    "prime time": (18, 22, 15_000, 25_000),
    "evening": (22, 26, 8_000, 15_000),
}
VIEWERS_BY_HOUR = {
    hour % 24: (low, high)
    for begin, end, low, high in DAYPARTS.values()
    for hour in range(begin, end)
}
# From Friday 18:00 to Sunday 22:00 (UTC); the epoch's first day was a Thursday.
FIRST_WEEKEND_HOUR, WEEKEND_HOURS, WEEK_HOURS = 24 + 18, 52, 7 * 24
_SAMPLE_CUSTOMERS, _SAMPLE_SESSIONS = 4_000, 4_000


class Audience:
    """Draws a target for each hour and the arrivals that meet it, hour after hour."""

    def __init__(self, scale: float, session_ms: np.ndarray, rng: np.random.Generator) -> None:
        """`session_ms`: a sample of how long sessions last."""
        self._scale = scale
        self._rng = rng
        self._mean_ms = session_ms.mean()
        # Within the hour in which it begins, at a uniform moment, a session lasts on average:
        in_hour_ms = np.minimum(session_ms, HOUR_MS)
        self._mean_in_hour_ms = (in_hour_ms - in_hour_ms**2 / (2 * HOUR_MS)).mean()
        self._running_until_ms = np.empty(0, np.int64)

    def arrivals(self, hour_ms: int) -> int:
        """How many sessions begin in the hour that begins at `hour_ms` (epoch milliseconds).

        Little's law gives the arrivals that hold a number of viewers; those who are still
        watching from the hours before are counted, so that a new hour soon meets its target.
        """
        target = self._target(hour_ms)
        steady = target * HOUR_MS / self._mean_ms
        carried_ms = np.clip(self._running_until_ms - hour_ms, 0, HOUR_MS).sum()
        exact = (target * HOUR_MS - carried_ms) / self._mean_in_hour_ms
        return int(self._rng.poisson(np.clip(exact, 0.1 * steady, 1.6 * steady)))

    def steady_arrivals(self, hour_ms: int, viewers: int = 0) -> int:
        """The same, whoever is still watching: hours that are simulated apart add up.

        `viewers`: how many shall watch at once; 0: as many as this hour of the day has.
        """
        target = viewers or self._target(hour_ms)
        return int(self._rng.poisson(target * HOUR_MS / self._mean_ms))

    def _target(self, hour_ms: int) -> float:
        low, high = VIEWERS_BY_HOUR[hour_ms // HOUR_MS % 24]
        share = self._rng.uniform(0.1, 0.6) + (0.3 if is_weekend(hour_ms) else 0.0)
        return self._scale * (low + share * (high - low))

    def watch(self, hour_ms: int, session_end_ms: np.ndarray) -> None:
        """Count the sessions that began in an hour, until they end."""
        running = np.concatenate((self._running_until_ms, session_end_ms))
        self._running_until_ms = running[running > hour_ms + HOUR_MS]


def is_weekend(hour_ms: int) -> bool:
    """Whether an hour is one of the weekend's, which is from Friday evening to Sunday evening."""
    return (hour_ms // HOUR_MS - FIRST_WEEKEND_HOUR) % WEEK_HOURS < WEEKEND_HOURS


def sample_session_ms(catalogue: Catalogue, rng: np.random.Generator) -> np.ndarray:
    """How long sessions of this catalogue last: a sample, from first to last event."""
    viewers = Viewers(catalogue, draw_population(_SAMPLE_CUSTOMERS, 2, rng), 0, rng)
    # The first block leaves the bookmarks at which many sessions of the second one begin.
    viewers.simulate(0, HOUR_MS, _SAMPLE_SESSIONS)
    sample = viewers.simulate(24 * HOUR_MS, HOUR_MS, _SAMPLE_SESSIONS)
    return sample.session_end_ms - sample.session_start_ms
