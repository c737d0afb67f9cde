"""Key moments of a retention curve: where it falls, dips, is played again, or holds."""

from dataclasses import dataclass

import pandas as pd

# Hundredths at the end, where everyone leaves.
END = 5
NEIGHBOURS = 5
# How far below its neighbourhood a part is skipped, and above it played again.
DIP, SPIKE = 0.03, 0.08
# A part holds where it loses at most so much a hundredth, for at least so many.
LOSS, LONGEST_AT_LEAST = 0.002, 8


@dataclass(frozen=True)
class Moment:
    """A part of the title, from one hundredth to another, and what happens there."""

    kind: str
    first: int
    last: int
    says: str


def moments(curve: pd.DataFrame) -> list[Moment]:
    """Of the columns `start_seconds`, `viewer_retention`, `survival`, `drop_off`, `rewatch_ratio`.

    A row is a hundredth, in order. Of each kind the clearest: at most three spikes and three dips.
    """
    found = [*_opening(curve), *_fall(curve)]
    around = curve.viewer_retention.rolling(2 * NEIGHBOURS + 1, center=True, min_periods=6).median()
    below = (around - curve.viewer_retention)[: -END or None]
    for at in _peaks(below, DIP):
        found.append(Moment("dip", at, at, f"skipped: {below[at]:.0%} fewer see it than around it"))
    usual = curve.rewatch_ratio.rolling(2 * NEIGHBOURS + 1, center=True, min_periods=6).median()
    above = (curve.rewatch_ratio - usual)[: -END or None]
    for at in _peaks(above, SPIKE):
        plays = curve.rewatch_ratio[at]
        found.append(Moment("spike", at, at, f"played again: {plays:.2f} times a viewer"))
    return [*found, *_flat(curve)]


def _opening(curve: pd.DataFrame) -> list[Moment]:
    """Who is still there after 30 s, where the title is longer than that."""
    after = curve.index[curve.start_seconds >= 30]
    if after.empty:
        return []
    stay = curve.survival[after[0]]
    return [Moment("opening", 0, after[0], f"first 30 s: {stay:.1%} stay longer")]


def _fall(curve: pd.DataFrame) -> list[Moment]:
    """Where most viewers leave, its end apart."""
    lost = curve.drop_off[: -END or None]
    if not lost.max() > 0:
        return []
    at = int(lost.idxmax())
    return [Moment("fall", at, at, f"most leave here: {lost[at]:.1%}")]


def _peaks(values: pd.Series, least: float) -> list[int]:
    """The three greatest of at least so much, each the greatest of its neighbourhood."""
    greatest = values.rolling(2 * NEIGHBOURS + 1, center=True, min_periods=1).max()
    peaks = values[(values >= least) & (values == greatest)]
    return sorted(int(at) for at in peaks.nlargest(3).index)


def _flat(curve: pd.DataFrame) -> list[Moment]:
    """The longest part that hardly loses anybody."""
    holds = curve.drop_off.fillna(0)[: -END or None] <= LOSS
    runs = (holds != holds.shift()).cumsum()[holds]
    if runs.empty:
        return []
    longest = runs[runs == runs.value_counts().idxmax()].index
    if len(longest) < LONGEST_AT_LEAST:
        return []
    first, last = int(longest[0]), int(longest[-1])
    lost = curve.survival[first] - curve.survival[last]
    return [Moment("flat", first, last, f"holds: {lost:.1%} leave in all")]
