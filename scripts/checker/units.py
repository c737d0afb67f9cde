"""In which unit a source's times and seconds are, and how that is told."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

# How many of each unit make a second; docs/players.md has the same names.
A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9, "ticks": 10**7, "min": 1 / 60}
EPOCHS = ("s", "ms", "us", "ns")
WORDS = {
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "ticks": "ticks of 100 ns",
    "min": "minutes",
}
# Epoch numbers of the years 2001 to 2286.
FIRST_EPOCH, LAST_EPOCH = 10**9, 10**10
# The longest position that the pipeline takes, of a title that is not live.
LONGEST_SECONDS = 48 * 3600
# What a name says of its unit, by its last word.
NAMED = {
    "ms": r"ms|msec|msecs|millis|milliseconds?",
    "us": r"us|usec|micros|microseconds?",
    "ns": r"ns|nanos|nanoseconds?",
    "ticks": r"ticks",
    "s": r"s|secs?|seconds?",
    "min": r"mins?|minutes?",
    "percent": r"pct|percent|percentage",
    "ratio": r"ratio|fraction",
}
SHARE_NAMES = re.compile(r"percent|pct|progress|completion|ratio|fraction", re.I)
CLOCK = re.compile(r"(\d+:)?\d{1,2}:\d{2}([.,]\d+)?")
ISO8601 = re.compile(
    r"P(\d+(\.\d+)?D)?(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?", re.I
)
RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:\.\.|\[\.\]|-|,)\s*(\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True)
class Unit:
    """A unit, and why it is thought to be the one; `is_sure` where the data say so."""

    name: str
    why: str
    is_sure: bool = True


def as_number(value: Any) -> float | None:
    """A finite number, or text of one; else None."""
    if isinstance(value, bool | dict | list):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def epoch_unit(value: Any) -> str | None:
    """The unit of a number that could be an epoch time, else None."""
    number = as_number(value)
    for unit in EPOCHS:
        if number is not None and FIRST_EPOCH <= number / A_SECOND[unit] < LAST_EPOCH:
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
        return datetime.fromtimestamp(float(value) / A_SECOND[unit], UTC) if unit else None
    return value.replace(tzinfo=value.tzinfo or UTC)


def as_seconds(value: Any, unit: str = "s") -> float | None:
    """A length of time in seconds; None for what is none, and for a share of a title."""
    text = str(value).strip()
    if unit == "clock":
        if not CLOCK.fullmatch(text):
            return None
        parts = [float(part.replace(",", ".")) for part in reversed(text.split(":"))]
        return sum(part * 60**place for place, part in enumerate(parts))
    if unit == "iso8601":
        told = re.findall(r"(\d+(?:\.\d+)?)([DHMS])", text.upper())
        each = {"D": 86400, "H": 3600, "M": 60, "S": 1}
        return sum(float(n) * each[part] for n, part in told) if ISO8601.fullmatch(text) else None
    number = as_number(value)
    return None if number is None or unit not in A_SECOND else number / A_SECOND[unit]


def ends_of_range(value: Any) -> tuple[float, float] | None:
    """Both ends of `a..b`; None for what is no range."""
    told = RANGE.fullmatch(value) if isinstance(value, str) else None
    if not told:
        return None
    start, end = float(told[1]), float(told[2])
    return (start, end) if start <= end <= LONGEST_SECONDS else None


def unit_of_time(values: Sequence[Any]) -> Unit | None:
    """Of a time; None where it is text or a timestamp."""
    units = [unit for value in values if (unit := epoch_unit(value))]
    if len(units) * 2 <= len(values):
        return None
    unit = max(EPOCHS, key=units.count)
    return Unit(unit, f"{WORDS[unit]} since 1970")


def unit_in_text(values: Sequence[Any]) -> Unit | None:
    """`PT1M30S` and `0:01:30`, where most values are such."""
    for name, pattern in {"clock": CLOCK, "iso8601": ISO8601}.items():
        texts = [value for value in values if isinstance(value, str)]
        told = [text for text in texts if len(text) > 1 and pattern.fullmatch(text.strip())]
        if told and len(told) * 2 > len(values):
            return Unit(name, f"such as {told[0]}")
    return None


def unit_of_name(name: str) -> str | None:
    """What a name ends with: `positionMs`, `PlaybackPositionTicks`, `position_seconds`."""
    last = re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*", name)[-1:]
    for unit, pattern in NAMED.items():
        if last and len(name) > len(last[0]) and re.fullmatch(pattern, last[0].lower()):
            return unit
    return None


def unit_of_position(name: str, values: Sequence[Any], advances: Sequence[float]) -> Unit:
    """By the clock, by the name, or by what is too long; `advances` are per second of the clock."""
    if in_text := unit_in_text(values):
        return in_text
    numbers = [number for value in values if (number := as_number(value)) is not None]
    advance = median(advances) if advances else None
    named = unit_of_name(name)
    highest = max(numbers, default=0.0)
    is_share = named in ("percent", "ratio") or (
        SHARE_NAMES.search(name) and (advance is None or advance < 0.5)
    )
    if is_share and 0 < highest <= 100:
        unit = "percent" if highest > 1 else "ratio"
        return Unit(unit, f"0 to {highest:g}, of the title's duration")
    if advance is not None and (len(advances) >= 5 or named is None):
        unit = min(
            (each for each in A_SECOND if each != "min" or named == "min"),
            key=lambda each: abs(math.log(A_SECOND[each] / advance)),
        )
        if unit != "s" or len(advances) >= 5:
            return Unit(unit, f"it advances by {advance:,.0f} a second", len(advances) >= 2)
    if named in A_SECOND:
        return Unit(str(named), "as its name says")
    if numbers and median(numbers) > LONGEST_SECONDS and not _is_clock_of_day(numbers):
        return Unit("ms", "as seconds it would be over 48 hours", False)
    return Unit("s", "", advance is not None)


def unit_of_length(
    name: str, values: Sequence[Any], at_most: float | None, usual: str, at_least: float = 0
) -> Unit:
    """Of a length of time that lies between `at_least` and `at_most` seconds, where that is known.

    `usual` is the unit of the source's positions, which comes first where it fits.
    """
    if in_text := unit_in_text(values):
        return in_text
    if (named := unit_of_name(name)) in A_SECOND:
        return Unit(str(named), "as its name says", named != "s")
    numbers = [number for value in values if (number := as_number(value)) is not None]
    longest, limit = max(numbers, default=0.0), at_most or LONGEST_SECONDS
    for unit in dict.fromkeys([usual, "s", "ms", "ticks", "us"]):
        seconds = longest / A_SECOND.get(unit, 1)
        if unit in A_SECOND and at_least <= seconds <= limit:
            if unit == "s":
                return Unit(unit, "", at_most is not None or at_least > 0)
            why = "as positions are" if unit == usual else f"as seconds {longest:,.0f} is too long"
            return Unit(unit, why, unit == usual)
    return Unit("s", "", False)


def _is_clock_of_day(numbers: Sequence[float]) -> bool:
    """Positions of a live title that are seconds since 1970."""
    return all(epoch_unit(number) == "s" for number in numbers)
