"""A mapping in the making: the rules found so far, and the sampled rows in their order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from checker.matching import Candidate, candidates
from checker.paths import Path, Table
from checker.rules import paths_of, seconds_of, text_of, time_of

OPENING = {"start", "resume"}
CLOSING = {"pause", "stop", "complete"}
STATED = {"span", "play"}
NEEDS_POSITION = OPENING | {"heartbeat", "seek", "seek_start"}
# A heartbeat, a start or a resume: the playhead moves after it, unless something else is said.
PLAYS_ON = OPENING | {"heartbeat", "buffer_end", "seek"}


@dataclass(frozen=True)
class Found:
    """A rule for a field, and why; one that is not sure is said to be so."""

    rule: Any
    why: str
    is_sure: bool = True


@dataclass(frozen=True)
class Name:
    """What the source calls an event: its canonical type, None where it is unknown, and why."""

    event_type: str | None
    count: int
    why: str = ""
    # What one without a type looks like.
    looks_like: str = ""


@dataclass(frozen=True)
class Event:
    """A row's time and position in seconds, and what it is; `number` is the row's own."""

    number: int
    at: float
    position: float | None
    name: str
    event_type: str | None


@dataclass
class Draft:
    """What is known of a sample so far."""

    table: Table
    # What the user said, by field and by name of event: it stands.
    said: Mapping[str, Any] = field(default_factory=dict)
    said_types: Mapping[str, str] = field(default_factory=dict)
    # The ids of a catalogue, where one was given.
    titles: frozenset[str] = frozenset()
    columns: dict[str, Found] = field(default_factory=dict)
    names: dict[str, Name] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def take(self, name: str, rule: Any, why: str, is_sure: bool = True) -> None:
        """Takes a rule for a field, unless the user said another."""
        if name not in self.said:
            self.columns[name] = Found(rule, why, is_sure)

    def rule(self, name: str) -> Any:
        return self.columns[name].rule if name in self.columns else None

    @property
    def taken(self) -> set[Path]:
        return {path for found in self.columns.values() for path in paths_of(found.rule)}

    def likely(self, name: str, free: bool = True) -> list[Candidate]:
        """The paths that could be a field, the likeliest first; `free`: read by no other field."""
        taken = self.taken if free else set()
        return [
            each
            for each in candidates(name, self.table)
            if not each.is_unlikely and each.path not in taken and self.table.columns[each.path]
        ]

    def texts(self, name: str) -> dict[int, str]:
        """A field's text by row, where it has one; carried forward where the rule says so."""
        rule = self.rule(name)
        texts = {
            number: text
            for number in range(len(self.table.rows))
            if (text := text_of(rule, self.table, number)) is not None
        }
        if isinstance(rule, Mapping) and rule.get("carry_forward"):
            return self._carried(texts)
        return texts

    def seconds(self, name: str) -> dict[int, float]:
        """A field's seconds by row."""
        return self._by_row(seconds_of, name)

    def times(self, name: str = "event_timestamp") -> dict[int, float]:
        """A field's time by row, in seconds since 1970."""
        return self._by_row(time_of, name)

    def _by_row(self, read: Any, name: str) -> dict[int, float]:
        rule = self.rule(name)
        values = {number: read(rule, self.table, number) for number in range(len(self.table.rows))}
        return {number: value for number, value in values.items() if value is not None}

    def _carried(self, texts: dict[int, str]) -> dict[int, str]:
        known: dict[str, str] = {}
        sessions, carried = self.texts("session_id"), {}
        for number in sorted(self.times(), key=self.times().get):  # type: ignore[arg-type]
            session = sessions.get(number, "")
            if text := texts.get(number, known.get(session)):
                carried[number] = known[session] = text
        return carried

    def name_of(self, number: int) -> str:
        """A row's name of its event; blank text where it has none."""
        return text_of(self.rule("event_type"), self.table, number) or ""

    def type_of(self, number: int) -> str | None:
        rule = self.rule("event_type")
        if isinstance(rule, Mapping) and "constant" in rule:
            return str(rule["constant"])
        return self.names[name].event_type if (name := self.name_of(number)) in self.names else None

    def numbers_of(self, event_types: Iterable[str | None]) -> list[int]:
        """The rows that are of some types."""
        types = set(event_types)
        return [number for number in range(len(self.table.rows)) if self.type_of(number) in types]

    def sequences(self) -> list[list[Event]]:
        """The rows of each viewer, session and title, as far as these are known, by time."""
        keys = [self.texts(name) for name in ("customer_id", "session_id", "title_id")]
        positions = self.seconds("position_seconds")
        told: defaultdict[tuple[str, ...], list[Event]] = defaultdict(list)
        for number, at in self.times().items():
            key = tuple(values.get(number, "") for values in keys)
            event = Event(
                number, at, positions.get(number), self.name_of(number), self.type_of(number)
            )
            told[key].append(event)
        return [
            sorted(events, key=lambda event: (event.at, event.number)) for events in told.values()
        ]

    @cached_property
    def row_count(self) -> int:
        return len(self.table.rows)
