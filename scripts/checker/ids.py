"""Whether an event's id stands for one event."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker.units import as_time

# What makes an event one, besides its id (docs/method.md §2.4).
KEY = ("customer_id", "session_id", "title_id", "event_type", "event_timestamp")


@dataclass(frozen=True)
class SharedIds:
    """The ids that stand for several events each, and two events of one of them."""

    column: str
    # Of so many ids so many are shared, by so many events.
    id_count: int
    shared_count: int
    event_count: int
    example: str
    # What the two differ in, by column.
    differences: Mapping[str, tuple[str, str]]
    # Whether they are one event each within a session, as where a player numbers its events.
    are_of_session: bool

    @property
    def are_none(self) -> bool:
        """Whether they are ids of something else, such as the viewer."""
        return not self.are_of_session and self.shared_count * 2 > self.id_count


def find_shared_ids(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], types: Mapping[str, str]
) -> SharedIds | None:
    """Ids whose rows differ in more than what a repeated delivery may; None where there are none.

    Rows that are no events (without a type, or to ignore) do not count.
    """
    if "event_id" not in columns:
        return None
    key_columns = [columns[name] for name in KEY if name in columns]
    events: defaultdict[str, dict[tuple[str, ...], Any]] = defaultdict(dict)
    for row in rows:
        event_id = _text(row.get(columns["event_id"]))
        event_type = types.get(str(row.get(columns.get("event_type", ""))), "ignore")
        if event_id and event_type != "ignore":
            texts = tuple(str(row.get(column)) for column in key_columns)
            events[event_id].setdefault(_key(row, columns, event_type), texts)
    shared = {event_id: told for event_id, told in events.items() if len(told) > 1}
    if not shared:
        return None
    example = max(shared, key=lambda event_id: len(shared[event_id]))
    one, other = list(shared[example].values())[:2]
    within = defaultdict(set)
    for event_id, told in shared.items():
        for key in told:
            within[event_id, *key[:2]].add(key)
    return SharedIds(
        columns["event_id"],
        len(events),
        len(shared),
        sum(map(len, shared.values())),
        example,
        {
            column: (mine, yours)
            for column, mine, yours in zip(key_columns, one, other, strict=True)
            if mine != yours
        },
        all(len(keys) == 1 for keys in within.values()),
    )


def _key(row: Mapping[str, Any], columns: Mapping[str, str], event_type: str) -> tuple[Any, ...]:
    """What makes a row's event one, in the order of KEY: the session first."""
    ids = [_text(row.get(columns.get(name, ""))) for name in KEY[:3]]
    told_at = row.get(columns.get("event_timestamp", ""))
    return (*ids, event_type, as_time(told_at) or str(told_at))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
