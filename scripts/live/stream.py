"""What simulated viewers report between two moments of the clock, whoever asks and how often.

Each day (UTC) is a simulation of its own, of the same customers. So a window of five minutes can be
worked out by a process that knows nothing of the one before it, as AWS Lambda's are, and the
windows of a day add up to what a producer sends that runs all the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from generator import UserError
from generator.audience import CUSTOMERS_AT_SCALE_ONE, Audience, sample_session_ms
from generator.catalogue import read_catalogue
from generator.events import DAY_MS, EVENT, HOUR_MS, PIECE, join
from generator.faults import REALISTIC, FaultRates, Faults
from generator.players import PLAIN, Player, PlayerOptions
from generator.population import draw_population
from generator.rows import Identifiers, RowWriter
from generator.run import CATALOGUE_PATH, MIN_CUSTOMERS
from generator.viewers import Viewers

VIEWERS_AT_SCALE_ONE = 25_000
# What is delivered last is 72 hours late, of a session that began the day before.
DAYS_BEFORE = 4
# A day's events and sessions are numbered from so many times the day's own number.
_EVENTS_A_DAY, _SESSIONS_A_DAY = 1 << 42, 1 << 28


class Message(NamedTuple):
    """One event as it goes into the topic."""

    session_id: bytes
    line: bytes
    arrival_ms: int
    """when it reaches the topic: epoch milliseconds, on the clock of the simulation"""


@dataclass(frozen=True)
class StreamOptions:
    """Who watches, and what goes wrong; raises UserError where it makes no sense."""

    scale: float = 0.0092
    """1 is 15,000 to 25,000 concurrent viewers at prime time, and fewer at other hours"""
    viewers: int = 0
    """in place of `scale`: so many at once, at all hours"""
    seed: int = 1
    faults: FaultRates = REALISTIC
    player: PlayerOptions = PLAIN
    on_air_ms: int = 0
    """no session begins in an hour before this moment, in epoch milliseconds"""

    def __post_init__(self) -> None:
        if not 0 < self.scale <= 100:
            raise UserError(f"--scale is {self.scale}: give a number above 0, up to 100")
        if self.viewers < 0:
            raise UserError(f"--viewers is {self.viewers}: give 0 or more")
        if self.seed < 0:
            raise UserError(f"--seed is {self.seed}: give 0 or more")

    @property
    def customer_count(self) -> int:
        """How many customers there are."""
        scale = self.viewers / VIEWERS_AT_SCALE_ONE if self.viewers else self.scale
        return max(MIN_CUSTOMERS, round(CUSTOMERS_AT_SCALE_ONE * scale))


class Stream:
    """The messages of one window after the other. Windows must follow each other without a gap."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._catalogue = read_catalogue(CATALOGUE_PATH)
        seeds = np.random.SeedSequence(options.seed).spawn(2)
        population_rng, sample_rng = map(np.random.default_rng, seeds)
        self._population = draw_population(options.customer_count, 1, population_rng)
        self._session_ms = sample_session_ms(self._catalogue, sample_rng)
        self.ids = Identifiers(self._catalogue, self._population, options.seed, "c")
        self._writer = RowWriter(self._catalogue, self._population, self.ids, options.player)
        self._waiting = np.empty(0, EVENT)
        self._day: Iterator[tuple[np.ndarray, np.ndarray]] = iter(())
        self._next_hour_ms: int | None = None

    def between(self, begin_ms: int, end_ms: int) -> tuple[np.ndarray, np.ndarray]:
        """What arrives in `[begin_ms, end_ms)` (EVENT), by arrival.

        And the pieces (PIECE) of the sessions that begin in the hours first simulated for it, of
        which some lie in the future: the truth.
        """
        if self._next_hour_ms is None:
            first_day = max(begin_ms // DAY_MS - DAYS_BEFORE, self._options.on_air_ms // DAY_MS)
            self._next_hour_ms = first_day * DAY_MS
        batches, pieces = [self._waiting], [np.empty(0, PIECE)]
        while self._next_hour_ms < end_ms:
            events, watched = self._simulate(self._next_hour_ms)
            self._next_hour_ms += HOUR_MS
            batches.append(events.take(np.flatnonzero(events["arrival_ms"] >= begin_ms)))
            pieces.append(watched)
        if len(batches) > 1:
            waiting = join(batches)
            order = np.argsort(waiting["arrival_ms"], kind="stable")
            self._waiting = waiting.take(order)
        due = np.searchsorted(self._waiting["arrival_ms"], end_ms)
        arriving, self._waiting = self._waiting[:due], self._waiting[due:]
        return arriving, np.concatenate(pieces)

    def messages(self, events: np.ndarray) -> Iterator[Message]:
        """Events as messages for the topic, in their order."""
        if not len(events):
            return
        sessions = self.ids.sessions(events["session"]).to_pylist()
        (pieces,) = self._writer.lines(events, np.zeros(1, np.int64))
        lines = b"".join(pieces).splitlines()
        arrivals = events["arrival_ms"].tolist()
        for session, line, arrival_ms in zip(sessions, lines, arrivals, strict=True):
            yield Message(session.encode(), line, arrival_ms)

    def _simulate(self, hour_ms: int) -> tuple[np.ndarray, np.ndarray]:
        """What is reported of the sessions that begin in an hour, and what they watch."""
        if hour_ms % DAY_MS == 0:
            self._day = self._simulate_day(hour_ms)
        events, pieces = next(self._day)
        if hour_ms + HOUR_MS <= self._options.on_air_ms:
            return events[:0], pieces[:0]
        return events, pieces

    def _simulate_day(self, day_ms: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The same for each hour of a day."""
        options, number = self._options, day_ms // DAY_MS
        seeds = np.random.SeedSequence([options.seed, number]).spawn(4)
        audience_rng, viewers_rng = map(np.random.default_rng, seeds[:2])
        audience = Audience(options.scale, self._session_ms, audience_rng)
        viewers = Viewers(self._catalogue, self._population, day_ms, viewers_rng)
        faults = Faults(options.faults, seeds[2])
        player = Player(options.player, self._catalogue, day_ms, seeds[3])
        for hour_ms in range(day_ms, day_ms + DAY_MS, HOUR_MS):
            arrivals = audience.steady_arrivals(hour_ms, options.viewers)
            events, pieces = player.report(viewers.simulate(hour_ms, HOUR_MS, arrivals))
            arriving = faults.apply(events)
            arriving["ordinal"] += number * _EVENTS_A_DAY
            arriving["session"] += number * _SESSIONS_A_DAY
            pieces["session"] += number * _SESSIONS_A_DAY
            yield arriving, pieces
