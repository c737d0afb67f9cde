"""The whole generator: from its options to a lake on the disk."""

import csv
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np

from . import UserError
from .audience import CUSTOMERS_AT_SCALE_ONE, Audience, sample_session_ms
from .catalogue import COLUMNS, Catalogue, live_channel_rows, read_catalogue
from .dialects import DialectWriter, dialect_named
from .events import DAY_MS, HOUR_MS, SECOND_MS, join
from .faults import REALISTIC, FaultRates, Faults
from .lake import Lake, TruthWriter
from .players import PLAIN, Player, PlayerOptions
from .population import Population, draw_population
from .reference import REFERENCE_HOUR, reference_viewing
from .rows import Identifiers, RowWriter
from .viewers import Viewers

CATALOGUE_PATH = Path(__file__).resolve().parents[2] / "seeds" / "titles.csv"
FORMATS = ("ndjson", "parquet")
MIN_CUSTOMERS = 20
MAX_LIVE_CHANNELS = 100


@dataclass(frozen=True)
class GeneratorOptions:
    """What to generate; raises UserError where it makes no sense."""

    output: Path
    days: int = 28
    start: date = date(2025, 3, 3)
    scale: float = 0.0092
    """1 is 15,000 to 25,000 concurrent viewers at prime time, about four million events a day"""
    seed: int = 1
    format: str = "ndjson"
    faults: FaultRates = REALISTIC
    player: PlayerOptions = PLAIN
    live_channels: int = 0
    """titles that the catalogue has besides, without a duration"""
    truth: bool = False
    customer_prefix: str = "c"
    dialect: str = ""
    """another source's way to say the events, by its preset's name; none: `VideoTelemetry`"""
    catalogue: Path = CATALOGUE_PATH

    def __post_init__(self) -> None:
        if self.days < 1:
            raise UserError(f"--days is {self.days}: give 1 or more")
        if not 2001 <= self.start.year <= 2999:
            raise UserError(f"--start is {self.start}: give a date from 2001-01-01 on")
        if not 0 < self.scale < math.inf:
            raise UserError(f"--scale is {self.scale}: give a number above 0, such as 0.0092")
        if self.seed < 0:
            raise UserError(f"--seed is {self.seed}: give 0 or more")
        if not 0 <= self.live_channels < MAX_LIVE_CHANNELS:
            raise UserError(
                f"--live-channels is {self.live_channels}: give a number below {MAX_LIVE_CHANNELS}"
            )
        if self.format not in FORMATS:
            raise UserError(f"--format is {self.format!r}: give {' or '.join(FORMATS)}")
        if self.dialect:
            dialect_named(self.dialect, self.player)
        if not all(c.isascii() and (c.isalnum() or c in "-_.") for c in self.customer_prefix):
            raise UserError(
                f"--customer-prefix is {self.customer_prefix!r}: use letters, digits, -, _ and ."
            )

    @property
    def start_ms(self) -> int:
        """The first midnight (UTC), in epoch milliseconds."""
        midnight = datetime.combine(self.start, time(), UTC)
        return int(midnight.timestamp()) * SECOND_MS


@dataclass(frozen=True)
class Summary:
    """What was generated: events that happened, rows that landed, in how many files and bytes."""

    events: int
    rows: int
    files: int
    bytes: int


def generate(options: GeneratorOptions, on_hour: Callable[[], object] = lambda: None) -> Summary:
    """Write the lake, the catalogue and, if asked for, the truth under `options.output`.

    The same options give the same bytes. Sessions begin on the days asked for; what they send
    after these, and what arrives late, lands in the hours that follow. `on_hour` is called after
    each of `24 × days` hours. Raises UserError where the output is not empty or the catalogue
    unusable, OSError where a file cannot be read or written.
    """
    if options.output.exists() and any(options.output.iterdir()):
        raise UserError(f"{options.output} is not empty: choose another --output or delete it")
    catalogue = read_catalogue(options.catalogue, options.live_channels)
    options.output.mkdir(parents=True, exist_ok=True)
    _write_catalogue(options)

    seeds = np.random.SeedSequence(options.seed).spawn(6)
    population_rng, sample_rng, audience_rng, viewers_rng = map(np.random.default_rng, seeds[:4])
    customers = max(MIN_CUSTOMERS, round(CUSTOMERS_AT_SCALE_ONE * options.scale))
    population = draw_population(customers, options.days, population_rng)
    audience = Audience(options.scale, sample_session_ms(catalogue, sample_rng), audience_rng)
    start_ms = options.start_ms
    viewers = Viewers(catalogue, population, start_ms, viewers_rng)
    faults = Faults(options.faults, seeds[4])
    player = Player(options.player, catalogue, start_ms, seeds[5])
    ids = Identifiers(catalogue, population, options.seed, options.customer_prefix)
    truth_path = options.output / "truth" / "watched.csv.gz"
    truth = TruthWriter(truth_path, ids) if options.truth else None
    reference_events, reference_pieces = reference_viewing(catalogue, population, start_ms)
    reference_hour_ms = start_ms + REFERENCE_HOUR * HOUR_MS
    event_count = len(reference_events)

    writer = _writer(options, (catalogue, population, ids, options.player))
    with Lake(options.output / "telemetry", options.format, writer) as lake:
        for hour_ms in range(start_ms, start_ms + options.days * DAY_MS, HOUR_MS):
            block = viewers.simulate(hour_ms, HOUR_MS, audience.arrivals(hour_ms))
            audience.watch(hour_ms, block.session_end_ms)
            events, pieces = player.report(block)
            event_count += len(events)
            arriving = faults.apply(events)
            if hour_ms == reference_hour_ms:
                arriving = join((arriving, reference_events))
                pieces = np.concatenate((pieces, reference_pieces))
            lake.land(hour_ms, arriving)
            if truth:
                truth.add(pieces)
            on_hour()
        lake.land_the_rest()
    if truth:
        truth.close()
    return Summary(event_count, lake.rows, lake.files, lake.bytes)


def _writer(
    options: GeneratorOptions,
    arguments: tuple[Catalogue, Population, Identifiers, PlayerOptions],
) -> RowWriter:
    if options.dialect:
        return DialectWriter(dialect_named(options.dialect, options.player), *arguments)
    return RowWriter(*arguments)


def _write_catalogue(options: GeneratorOptions) -> None:
    copy = options.output / "titles.csv"
    shutil.copyfile(options.catalogue, copy)
    with copy.open("a", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writerows(live_channel_rows(options.live_channels))
