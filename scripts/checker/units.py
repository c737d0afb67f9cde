"""Whether times are times and positions seconds, and the SQL that makes them so.

The pipeline's own rule decides which rows it rejects (checker.trial). This is about values that it
would accept and misread, or reject one and all, where the reason is a unit.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from statistics import median
from typing import Any

# Epoch numbers of the years 2001 to 2286, by their unit: how many make a second.
EPOCHS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
FIRST_EPOCH, LAST_EPOCH = 10**9, 10**10
# The longest position that the pipeline takes.
LONGEST_SECONDS = 48 * 3600


@dataclass(frozen=True)
class Repair:
    """What a field's values are, in words, and the SQL that makes them what they should be."""

    field: str
    words: str
    expression: str


def as_number(value: Any) -> float | None:
    """A finite number, or text of one; else None."""
    if isinstance(value, bool | dict | list):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def epoch_unit(value: Any) -> str | None:
    """The unit of a number that could be an epoch time, else None."""
    number = as_number(value)
    for unit, a_second in EPOCHS.items():
        if number is not None and FIRST_EPOCH <= number / a_second < LAST_EPOCH:
            return unit
    return None


def as_time(value: Any) -> datetime | None:
    """A time, from ISO 8601, a timestamp or an epoch number; UTC where it has no offset."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, str) and epoch_unit(value) is None:
        try:
            value = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        unit = epoch_unit(value)
        return datetime.fromtimestamp(float(value) / EPOCHS[unit], UTC) if unit else None
    return value.replace(tzinfo=value.tzinfo or UTC)


def quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def find_repairs(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], nested: Mapping[str, str]
) -> list[Repair]:
    """What the columns' values must be turned into; `nested`: the SQL of columns in objects."""
    repairs = []
    for name, column in columns.items():
        values = _values(rows, column)
        sql = nested.get(column, quoted(column))
        found = []
        if name == "event_timestamp":
            found = _epoch_repair(column, sql, values)
        elif name == "position_seconds":
            found = _position_repair(column, sql, values, _advances(rows, columns))
        elif name == "title_duration_seconds":
            found = _duration_repair(column, sql, values)
        elif name == "completion_percentage":
            found = _ratio_repair(column, sql, values)
        if column in nested and not found:
            words = f"{column} is inside an object: Playhead reads what is at the top"
            found = [Repair(name, words, sql)]
        repairs += found
    return repairs


def flattened(row: Mapping[str, Any], depth: int = 3) -> dict[tuple[str, ...], Any]:
    """The values within a row's objects, by the keys that lead there; not those at the top."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping) and depth:
            found |= {(key, *rest): inner for rest, inner in flattened(value, depth - 1).items()}
            found |= {
                (key, inner): each
                for inner, each in value.items()
                if not isinstance(each, Mapping | list)
            }
    return found


def _ratio_repair(column: str, sql: str, values: Sequence[Any]) -> list[Repair]:
    numbers = [number for value in values if (number := as_number(value)) is not None]
    if len(numbers) < 5 or not 0 < max(numbers) <= 1 or len(set(numbers)) < 3:
        return []
    return [
        Repair(
            "completion_percentage",
            f"{column} goes from 0 to 1: Playhead takes percent, 0 to 100",
            f"try_cast({sql} as double) * 100",
        )
    ]


def _duration_repair(column: str, sql: str, values: Sequence[Any]) -> list[Repair]:
    numbers = [number for value in values if (number := as_number(value)) is not None]
    if not numbers or median(numbers) <= LONGEST_SECONDS:
        return []
    return [
        Repair(
            "title_duration_seconds",
            f"{column} looks like milliseconds, as over 48 h it is: Playhead takes seconds",
            f"try_cast({sql} as double) / 1000",
        )
    ]


def _values(rows: Sequence[Mapping[str, Any]], column: str) -> list[Any]:
    return [row[column] for row in rows if row.get(column) not in (None, "")]


def _epoch_repair(column: str, sql: str, values: Sequence[Any]) -> list[Repair]:
    units = [unit for value in values if (unit := epoch_unit(value))]
    if len(units) * 2 <= len(values) or not units:
        return []
    unit = max(set(units), key=units.count)
    micros = f"try_cast({sql} as decimal(38, 6)) * 1000000 / {EPOCHS[unit]}"
    return [
        Repair(
            "event_timestamp",
            f"{column} holds epoch {unit}: Playhead takes ISO 8601 text (2025-03-03T12:00:00.000Z) "
            "or timestamps",
            f"make_timestamp(cast(round({micros}) as bigint))",
        )
    ]


def _position_repair(
    column: str, sql: str, values: Sequence[Any], advances: Sequence[float]
) -> list[Repair]:
    numbers = [number for value in values if (number := as_number(value)) is not None]
    clocks = [value for value in values if re.fullmatch(r"(\d+:)?\d+:\d+(\.\d+)?", str(value))]
    if len(clocks) * 2 > len(values):
        parts = f"list_reverse(string_split({sql}, ':'))"
        return [
            Repair(
                "position_seconds",
                f"{column} is a clock ({clocks[0]}): Playhead takes seconds",
                f"list_sum([try_cast({parts}[i] as double) * 60 ** (i - 1) for i in [1, 2, 3]])",
            )
        ]
    advance = median(advances) if len(advances) >= 5 else None
    named = re.search(r"(ms|msec|millis|milliseconds)$", column.lower()) is not None
    beyond = sum(number > LONGEST_SECONDS for number in numbers) * 2 > len(numbers)
    if beyond or (advance is not None and 200 < advance < 5000) or (named and advance is None):
        why = f"; it advances by {advance:,.0f} a second" if advance is not None else ""
        return [
            Repair(
                "position_seconds",
                f"{column} looks like milliseconds{why}: Playhead takes seconds",
                f"try_cast({sql} as double) / 1000",
            )
        ]
    return []


def _advances(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> list[float]:
    """How far the position moved a second of the clock, between neighbours of a session."""
    keys = [columns.get(name, "") for name in ("customer_id", "session_id", "title_id")]
    sessions = defaultdict(list)
    for row in rows:
        at = as_time(row.get(columns.get("event_timestamp", "")))
        position = as_number(row.get(columns["position_seconds"]))
        if at is not None and position is not None:
            key = tuple(str(row.get(name)) for name in keys)
            sessions[key].append((at, position))
    return [
        (position - before) / (at - then).total_seconds()
        for told in sessions.values()
        for (then, before), (at, position) in pairwise(sorted(told))
        if at > then and position > before
    ]
