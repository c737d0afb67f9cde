"""The titles, how much they appeal, and when their viewers leave."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import UserError
from .events import MINUTE_MS, SECOND_MS

REFERENCE_TITLE = "reference"
# How the positions of a title count: from its begin, from when a live channel went on air, from
# 1970, or not at all. Live channels take turns in the last three.
SINCE_BEGIN, SINCE_ON_AIR, SINCE_EPOCH, NO_POSITIONS = range(4)
LIVE_SHARE = 0.2  # of the titles that viewers choose, all channels together
LONGEST_LIVE_VISIT_MS = 90 * MINUTE_MS
COLUMNS = ("title_id", "title_name", "title_type", "genre", "duration_seconds", "released_on")


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as columns, one element a title.

    A drop-off curve has three parts: `early_share` of viewers leave in the first minutes,
    `finishing_share` stay to the end, and the others leave in between, sooner the greater
    `middle_hazard` is.
    """

    title_ids: list[str]
    duration_ms: np.ndarray  # of a live channel: how long a visit lasts at most
    timeline: np.ndarray  # SINCE_BEGIN, or of a live channel one of the others
    is_episode: np.ndarray
    next_episode: np.ndarray  # row of the episode that follows, -1 for none
    appeal: np.ndarray  # shares, cumulative
    early_share: np.ndarray
    middle_hazard: np.ndarray
    finishing_share: np.ndarray
    reference: int  # row of the title only the reference viewer watches

    @property
    def is_live(self) -> np.ndarray:
        """Whether each title is a live channel, which has no duration."""
        return self.timeline != SINCE_BEGIN

    def pick(self, draws: np.ndarray) -> np.ndarray:
        """Titles chosen by their appeal: uniform draws in [0, 1) to rows of the catalogue."""
        return np.searchsorted(self.appeal, draws, side="right")


def read_catalogue(path: Path, live_channels: int = 0) -> Catalogue:
    """Read a catalogue in CSV, in the column order of `COLUMNS`, and add live channels.

    Raises UserError, in one line, where the file lacks a column or the reference title.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise UserError(f"{path}: the header must be {','.join(COLUMNS)}")
        rows = list(reader)
    for row in rows:
        if not re.fullmatch(r"[\w.-]+", row["title_id"]):
            raise UserError(f"{path}: title_id {row['title_id']!r} needs letters, digits, - or _")
        if not re.fullmatch(r"[1-9]\d{0,5}", row["duration_seconds"]):
            raise UserError(f"{path}: {row['title_id']} needs its duration in whole seconds")
    rows += live_channel_rows(live_channels)
    title_ids = [row["title_id"] for row in rows]
    if title_ids.count(REFERENCE_TITLE) != 1 or len(rows) < 2:
        raise UserError(f"{path}: needs one title_id {REFERENCE_TITLE!r} and one other title")
    reference = title_ids.index(REFERENCE_TITLE)
    place = np.arange(len(rows))
    is_live = place >= len(rows) - live_channels
    duration_ms = [int(row["duration_seconds"] or 0) * SECOND_MS for row in rows]
    return Catalogue(
        title_ids=title_ids,
        duration_ms=np.where(is_live, LONGEST_LIVE_VISIT_MS, duration_ms),
        timeline=np.where(is_live, SINCE_ON_AIR + (np.cumsum(is_live) - 1) % 3, SINCE_BEGIN),
        is_episode=np.array([row["title_type"] == "episode" for row in rows]),
        next_episode=_next_episodes(rows),
        appeal=_cumulative_appeal(len(rows) - live_channels, reference, live_channels),
        # Strides that share no factor with their divisor: neighbours differ, nothing is drawn.
        early_share=0.05 + 0.25 * (place * 5 % 11) / 10,
        middle_hazard=0.6 + 1.2 * (place * 7 % 13) / 12,
        finishing_share=np.where(is_live, 0.05, 0.30 + 0.40 * (place * 4 % 9) / 8),
        reference=reference,
    )


def _next_episodes(rows: list[dict[str, str]]) -> np.ndarray:
    """An episode is followed by the next row of the same series, "Series: 1. Name"."""
    series = [
        row["title_name"].partition(":")[0] if row["title_type"] == "episode" else None
        for row in rows
    ]
    following = [*series[1:], None]
    return np.array(
        [
            row + 1 if name is not None and name == after else -1
            for row, (name, after) in enumerate(zip(series, following, strict=True))
        ]
    )


def live_channel_rows(count: int) -> list[dict[str, str]]:
    """The rows of a catalogue, by `COLUMNS`, for live channels: they have no duration."""
    names = [f"Live channel {number}" for number in range(1, count + 1)]
    ids = [f"live{number:02d}" for number in range(1, count + 1)]
    return [
        dict(zip(COLUMNS, (title_id, name, "live", "Live", "", ""), strict=True))
        for title_id, name in zip(ids, names, strict=True)
    ]


def _cumulative_appeal(title_count: int, reference: int, live_channels: int) -> np.ndarray:
    """Zipf's law over a shuffle of the titles; nobody picks the reference title."""
    ranks = np.random.default_rng(title_count).permutation(title_count) + 1
    weights = ranks**-0.8
    weights[reference] = 0
    if live_channels:
        weights *= (1 - LIVE_SHARE) / weights.sum()
        weights = np.append(weights, np.full(live_channels, LIVE_SHARE / live_channels))
    cumulative = np.cumsum(weights / weights.sum())
    cumulative[np.flatnonzero(weights)[-1] :] = 1.0
    return cumulative
