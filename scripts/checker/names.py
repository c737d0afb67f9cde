"""Which of a source's columns and event names stand for which of Playhead's."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from checker.event_types import event_type_of, letters
from checker.fields import FIELDS, STATED, Field
from checker.units import as_number, as_time

Row = Mapping[str, Any]

HOW = ("same name", "same letters", "known name", "similar name")
# So alike must names be that neither the same nor known are.
LIKENESS = 0.86
# What --columns says of a field that no column is to be read for.
NOTHING = "none"
# What the pipeline takes for true and false.
BOOLEANS = {"true", "false", "1", "0", "t", "f", "yes", "no", "y", "n"}
# Slow motion to fast scanning, both ways.
MOST_RATE = 64
# The share of a title's rows that must tell one name or duration, if it is the title's own.
STEADINESS = 0.9


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


def propose_columns(
    columns: Columns, said: Mapping[str, str], types: Collection[str] = ()
) -> dict[str, Match]:
    """The column for each field that one is found for, each column once; `said` comes first.

    Of several, one whose values could be the field's comes first, then one whose name is closer.
    Fields of rows that state what was played are left out where `types` has none of these.
    """
    is_stated = not set(STATED).isdisjoint(types)
    candidates = sorted(
        (not _could_be(each, columns.values[column]), rank, order, place, column)
        for place, each in enumerate(FIELDS)
        for column in columns.values
        for rank, order in _closeness(each, column)
        if said.get(each.name) != NOTHING and (is_stated or not each.is_stated)
    )
    matches = {name: Match(column, -1) for name, column in said.items() if column != NOTHING}
    taken = {match.column for match in matches.values()}
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


def states_plays(rows: Sequence[Row], event_type: str, watched: str) -> bool:
    """Whether the rows called `play` are whole viewings: they alone have seconds watched."""
    says_play = [str(row.get(event_type)) == "play" for row in rows]
    says_watched = [row.get(watched) not in (None, "") for row in rows]
    return any(says_play) and says_play == says_watched


def without_unsteady(rows: Sequence[Row], columns: Mapping[str, str]) -> dict[str, str]:
    """The columns, but for a title's name or duration that changes within the title.

    Such a duration is that of a viewing, say, and would cut the title short.
    """
    kept = dict(columns)
    for name in {"title_name", "title_duration_seconds"} & set(columns):
        told: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            if row.get(columns[name]) not in (None, ""):
                told[str(row.get(columns.get("title_id", "")))][str(row[columns[name]])] += 1
        most = sum(max(counts.values()) for counts in told.values())
        if most < STEADINESS * sum(counts.total() for counts in told.values()):
            del kept[name]
    return kept


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
        "rate": _is_rate,
        "boolean": lambda value: str(value).lower() in BOOLEANS,
        "text": lambda value: not isinstance(value, dict | list | tuple),
    }
    if each.name == "state" and sum(map(fits["event"], seen)) * 2 > len(seen):
        return False
    if each.kind == "event":
        return not seen or any(fits["event"](value) for value in values)
    return sum(map(fits[each.kind], seen)) * 2 >= len(seen)


def _is_rate(value: Any) -> bool:
    number = as_number(value)
    return number is not None and abs(number) <= MOST_RATE


def find_nested(
    inner: Sequence[Mapping[tuple[str, ...], Any]], matches: Mapping[str, Match], row_count: int
) -> dict[str, tuple[str, ...]]:
    """Of the fields without a column, those within objects, by the keys that lead there."""
    columns = Columns(row_count)
    paths: dict[str, tuple[str, ...]] = {}
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
