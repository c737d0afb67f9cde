"""Which of a source's columns and event names stand for which of Playhead's."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from checker.fields import EVENT_TYPES, FIELDS, SURROUNDINGS, Field
from checker.units import as_number, as_time

Row = Mapping[str, Any]

HOW = ("same name", "same letters", "known name", "similar name")
# So alike must names be that neither the same nor known are.
LIKENESS = 0.86


@dataclass(frozen=True)
class Match:
    """A column for a field; `rank` is its place in HOW, -1 where the user said so."""

    column: str
    rank: int
    others: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        return "you said so" if self.rank < 0 else HOW[self.rank]


@dataclass
class Columns:
    """What the sampled rows have, by column; of JSON, by key."""

    row_count: int
    values: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Columns":
        columns = cls(len(rows))
        for row in rows:
            for name, value in row.items():
                kept = columns.values.setdefault(name, [])
                if value is not None and value != "":
                    kept.append(value)
        return columns

    def filled(self, column: str) -> float:
        """The share of rows, 0 to 1, that have a value."""
        return len(self.values.get(column, ())) / max(self.row_count, 1)


def words(name: str) -> list[str]:
    """The words of a name in snake, camel or kebab case, lower."""
    return re.findall(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+", name)


def letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def event_type_of(name: Any) -> str | None:
    """The canonical type that an event's name speaks of, or None: `video_play` → `start`."""
    said = [word.lower() for word in words(str(name))]
    core = "".join(word for word in said if word not in SURROUNDINGS)
    for event_type, known in EVENT_TYPES.items():
        if core in known.split():
            return event_type
    return None


def propose_columns(columns: Columns, said: Mapping[str, str]) -> dict[str, Match]:
    """The column for each field that one is found for, each column once; `said` comes first.

    Of several, one whose values could be the field's comes first, then one whose name is closer.
    """
    candidates = sorted(
        (not _could_be(each, columns.values[column]), rank, order, place, column)
        for place, each in enumerate(FIELDS)
        for column in columns.values
        for rank, order in _closeness(each, column)
    )
    matches = {name: Match(column, -1) for name, column in said.items()}
    taken = set(said.values())
    for unlikely, rank, _, place, column in candidates:
        each = FIELDS[place]
        hopeless = unlikely and (not each.is_required or _are_objects(columns.values[column]))
        if not hopeless and each.name not in matches and column not in taken:
            matches[each.name] = Match(column, rank)
            taken.add(column)
    for name, match in matches.items():
        others = tuple(
            dict.fromkeys(
                column
                for unlikely, _, _, place, column in candidates
                if FIELDS[place].name == name and not unlikely and column not in taken
            )
        )
        matches[name] = Match(match.column, match.rank, others)
    return {each.name: matches[each.name] for each in FIELDS if each.name in matches}


def propose_event_types(names: Counter[str], said: Mapping[str, str]) -> dict[str, str]:
    """The canonical type of each event name that speaks of one."""
    spoken = {name: said.get(name) or event_type_of(name) for name in names}
    return {name: event_type for name, event_type in spoken.items() if event_type}


def _closeness(each: Field, column: str) -> list[tuple[int, int]]:
    """(place in HOW, place among the known names) where the names are close at all."""
    if column == each.name:
        return [(0, 0)]
    if letters(column) == letters(each.name):
        return [(1, 0)]
    known = [letters(name) for name in each.also.split()]
    if letters(column) in known:
        return [(2, known.index(letters(column)))]
    if letters(column) in {letters(name) for other in FIELDS for name in other.also.split()}:
        return []
    alike = max(
        SequenceMatcher(None, letters(column), name).ratio()
        for name in (letters(each.name), *known)
        if len(name) > 3 or name == letters(column)
    )
    return [(3, int(100 * (1 - alike)))] if alike >= LIKENESS else []


def _are_objects(values: Sequence[Any]) -> bool:
    return all(isinstance(value, dict | list) for value in values[:200])


def _could_be(each: Field, values: Sequence[Any]) -> bool:
    """Whether most values fit the field's kind; true where there are none to judge by."""
    seen = values[:200]
    fits: dict[str, Callable[[Any], bool]] = {
        "event": lambda value: event_type_of(value) is not None,
        "time": lambda value: as_time(value) is not None,
        "number": lambda value: as_number(value) is not None,
        "text": lambda value: not isinstance(value, dict | list | tuple),
    }
    if each.name == "state" and any(event_type_of(value) for value in seen):
        return False
    if each.kind == "event":
        return not seen or any(fits["event"](value) for value in values)
    return sum(map(fits[each.kind], seen)) * 2 >= len(seen)


def find_nested(
    inner: Sequence[Mapping[tuple[str, ...], Any]], matches: Mapping[str, Match], row_count: int
) -> dict[str, tuple[str, ...]]:
    """Of the fields without a column, those within objects, by the keys that lead there."""
    columns, paths = Columns(row_count), {}
    for row in inner:
        for path, value in row.items():
            if paths.setdefault(path[-1], path) == path and value not in (None, ""):
                columns.values.setdefault(path[-1], []).append(value)
    found = propose_columns(columns, {})
    return {
        name: paths[match.column]
        for name, match in found.items()
        if name not in matches and match.rank < len(HOW) - 1
    }
