"""Steps over whole columns that more than one module takes."""

import numpy as np


def running(values: np.ndarray, group: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Running total within each group, itself included; `first` is each group's first row.

    Groups are numbered 0, 1, … and lie next to each other.
    """
    total = np.cumsum(values)
    before = total[first] - values[first]
    return total - before[group]


def alternate(openings: np.ndarray, closings: np.ndarray) -> np.ndarray:
    """(n,) and (n,) to (2n,): each opening event with its closing event after it."""
    return np.stack((openings, closings), axis=1).reshape(-1)


def spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For `counts[i]` things of each row i: the row of each thing, and its place there from 0."""
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
