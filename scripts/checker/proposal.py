"""What a sample is in Playhead's terms: its columns, its events, its ids."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.ids import SharedIds, find_shared_ids
from checker.names import (
    Columns,
    Match,
    Row,
    propose_columns,
    propose_event_types,
    states_plays,
    without_unsteady,
)


@dataclass(frozen=True)
class Proposal:
    """Which columns are which fields, and which event names which types."""

    columns: Columns
    matches: Mapping[str, Match]
    event_names: Counter[str]
    event_types: Mapping[str, str]
    shared_ids: SharedIds | None = None


def propose(
    rows: Sequence[Row], columns: Columns, said: Mapping[str, str], said_types: Mapping[str, str]
) -> Proposal:
    """What the rows are; `said` and `said_types`, by field and by event name, come first."""
    matches = propose_columns(columns, said)
    names: Counter[str] = Counter()
    types = dict(said_types)
    if named := matches.get("event_type"):
        names.update(str(row[named.column]) for row in rows if row.get(named.column) is not None)
        if states_plays(rows, named.column, said.get("watched_seconds", "watched_seconds")):
            types.setdefault("play", "play")
    types = propose_event_types(names, types)
    matches = propose_columns(columns, said, set(types.values()))
    steady = without_unsteady(rows, columns_of(matches))
    matches = {
        name: match
        for name, match in matches.items()
        if name in steady or name in said or match.column == name
    }
    shared = find_shared_ids(rows, columns_of(matches), types)
    if shared and shared.are_none and matches["event_id"].rank > 0:
        del matches["event_id"]
    return Proposal(columns, matches, names, types, shared)


def columns_of(matches: Mapping[str, Match]) -> dict[str, str]:
    """The columns by field."""
    return {name: match.column for name, match in matches.items()}
