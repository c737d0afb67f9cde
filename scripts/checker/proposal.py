"""The mapping that a sample asks for: a preset's, or one of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checker.attributes import find_attributes, find_event_id, leave_out_the_rest
from checker.draft import Draft, Found, Name
from checker.fields import FIELDS
from checker.identity import fill_identity, find_customer, find_session, find_title, settle_gap
from checker.ids import SharedIds
from checker.paths import Path, Table
from checker.playback import (
    find_minutes,
    find_position,
    find_position_by_clock,
    find_time,
    find_types,
    set_position_unit,
    tell_by_what_follows,
)
from checker.rules import paths_of
from checker.stated import find_each, find_stated

# What --columns says of a field that is to be read from nothing.
NOTHING = "none"


@dataclass(frozen=True)
class Proposal:
    """A mapping, with the reason of each of its parts."""

    table: Table
    columns: Mapping[str, Found]
    names: Mapping[str, Name]
    rows: Mapping[str, Any]
    notes: Sequence[str] = ()
    shared_ids: SharedIds | None = None
    # The preset, and why; then the rest is what differs from it.
    preset: str = ""
    preset_why: Sequence[str] = ()
    # The rules of the preset, which hold where `columns` has none, and the names that it knows.
    preset_columns: Mapping[str, Any] = field(default_factory=dict)
    preset_names: Mapping[str, Name] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of docs/players.md, with only what Playhead does not know by itself."""
        columns = {
            name: found.rule
            for name, found in self.columns.items()
            if found.rule != name and found.rule != f'"{name}"'
        }
        order = [each.name for each in FIELDS]
        aliases = {
            name: told.event_type
            for name, told in self.names.items()
            if told.event_type and told.event_type != name
        }
        told = {
            "preset": self.preset,
            "telemetry_columns": dict(
                sorted(columns.items(), key=lambda item: order.index(item[0]))
            ),
            "event_type_aliases": aliases,
            "telemetry_rows": dict(self.rows),
        }
        return {name: value for name, value in told.items() if value}

    def rule(self, name: str) -> Any:
        """What a field is read by, the preset's rule where this has none."""
        if name in self.columns:
            return self.columns[name].rule
        return self.preset_columns.get(name)

    @property
    def all_names(self) -> dict[str, Name]:
        """What each name of an event means, the preset's among them."""
        return {**self.preset_names, **self.names}

    @property
    def missing(self) -> list[str]:
        """The required fields that nothing was found for."""
        missing = [
            each.name for each in FIELDS if each.is_required and self.rule(each.name) is None
        ]
        types = {told.event_type for told in self.all_names.values()}
        is_play = self.rule("event_type") == {"constant": "play"} or types <= {"play", "ignore"}
        if self.rule("position_seconds") is None and not (is_play or self.preset):
            missing.append("position_seconds")
        return missing

    @property
    def unused(self) -> list[Path]:
        """What the sample has, and no rule reads."""
        read = {path for found in self.columns.values() for path in paths_of(found.rule, True)}
        read |= {path for rule in self.preset_columns.values() for path in paths_of(rule, True)}
        return [
            path for path in self.table.columns if path not in read and self.table.columns[path]
        ]


def propose(
    table: Table,
    titles: frozenset[str] = frozenset(),
    said: Mapping[str, Any] | None = None,
    said_types: Mapping[str, str] | None = None,
) -> Proposal:
    """What the rows are, of no preset; `said`, by field and by name of event, stands."""
    rows, apart = find_each(table)
    draft = Draft(apart, said or {}, said_types or {}, titles, rows=rows)
    for name, rule in draft.said.items():
        others = [each.text for each in draft.likely(name) if each.text != rule][:2]
        why = "you said so" + f"; or {', '.join(others)}?" * bool(others)
        draft.columns[name] = Found(rule, why)
    find_types(draft)
    find_time(draft)
    position = find_position(draft)
    # Its unit is told by the clock of a session, so the ids come first.
    find_title(draft, position)
    find_customer(draft)
    find_session(draft)
    fill_identity(draft)
    find_position_by_clock(draft)
    if not find_minutes(draft):
        find_stated(draft)
    settle_gap(draft)
    set_position_unit(draft)
    tell_by_what_follows(draft)
    shared = find_event_id(draft)
    find_attributes(draft)
    leave_out_the_rest(draft)
    return Proposal(draft.table, draft.columns, draft.names, draft.rows, draft.notes, shared)
