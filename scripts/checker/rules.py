"""What a rule of docs/players.md yields of a sampled row, as far as the check has to know."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from checker.paths import Path, Table
from checker.units import A_SECOND, as_number, as_seconds, as_time, ends_of_range


def text_of(rule: Any, table: Table, number: int) -> str | None:
    """The value as text; None for NULL. `row_hash`, gaps and what is carried forward are NULL."""
    value = _value(rule, table, number)
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def seconds_of(rule: Any, table: Table, number: int) -> float | None:
    """A position or a length of time in seconds; None for NULL, and for a share of a title."""
    value = _value(rule, table, number)
    if value is None:
        return None
    settings = rule if isinstance(rule, Mapping) else {}
    if end := settings.get("range"):
        ends = ends_of_range(value)
        value = None if ends is None else ends[end == "end"]
    seconds = as_seconds(value, settings.get("unit", "s"))
    return None if seconds is None else seconds + _offset(settings, table, number)


def time_of(rule: Any, table: Table, number: int) -> float | None:
    """A time in seconds since 1970; None for NULL."""
    value = _value(rule, table, number)
    settings = rule if isinstance(rule, Mapping) else {}
    if unit := settings.get("unit"):
        seconds = as_number(value)
        seconds = None if seconds is None else seconds / A_SECOND[unit]
    else:
        at = as_time(value)
        seconds = at.timestamp() if at else None
    return None if seconds is None else seconds + _offset(settings, table, number)


def paths_of(rule: Any, besides: bool = False) -> list[Path]:
    """The paths that a rule reads; `besides`: those that are only subtracted or added too."""
    if isinstance(rule, str):
        return [path_of(rule)]
    if isinstance(rule, list):
        return [path for each in rule for path in paths_of(each, besides)]
    if not isinstance(rule, Mapping):
        return []
    parts = ("from", "join", "minus", "plus") if besides else ("from", "join")
    return [path for part in parts if part in rule for path in paths_of(rule[part], besides)]


@cache
def path_of(text: str) -> Path:
    return Path.parse(text)


def _value(rule: Any, table: Table, number: int) -> Any:
    if isinstance(rule, str):
        path = path_of(rule)
        if path in table.columns:
            return table.columns[path].get(number)
        return path.read(table.rows[number])
    if isinstance(rule, list):
        values = (_value(each, table, number) for each in rule)
        return next((value for value in values if value is not None), None)
    if not isinstance(rule, Mapping):
        return None
    value = rule.get("constant")
    if "from" in rule:
        value = _value(rule["from"], table, number)
    elif "join" in rule:
        parts = [text_of(each, table, number) for each in rule["join"]]
        value = "/".join(part or "" for part in parts) if any(parts) else None
    markers = rule.get("null_if", [])
    if str(value) in map(str, markers if isinstance(markers, list) else [markers]):
        value = None
    stands_for = {str(its): meant for its, meant in rule.get("values", {}).items()}
    return rule.get("default") if value is None else stands_for.get(str(value), value)


def _offset(settings: Mapping[str, Any], table: Table, number: int) -> float:
    plus = seconds_of(settings["plus"], table, number) if "plus" in settings else None
    minus = seconds_of(settings["minus"], table, number) if "minus" in settings else None
    return (plus or 0) - (minus or 0)
