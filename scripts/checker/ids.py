"""Whether an event's id stands for one event."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from checker.draft import Draft

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
    # What the two differ in, by field.
    differences: Mapping[str, tuple[str, str]]
    # Whether they are one event each within a session, as where a player numbers its events.
    are_of_session: bool

    @property
    def are_none(self) -> bool:
        """Whether they are ids of something else, such as the viewer."""
        return not self.are_of_session and self.shared_count * 2 > self.id_count


def find_shared_ids(draft: Draft, ids: Mapping[int, str], column: str) -> SharedIds | None:
    """Ids whose rows differ in more than what a repeated delivery may; None where there are none.

    Rows that are no events (without a type, or to ignore) do not count.
    """
    texts = [draft.texts(name) for name in KEY[:3]]
    times = draft.times()
    events: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for number, event_id in ids.items():
        event_type = draft.type_of(number) or "ignore"
        if event_type != "ignore":
            who = [each.get(number, "") for each in texts]
            events[event_id].add((*who, event_type, str(times.get(number, ""))))
    shared = {event_id: sorted(told) for event_id, told in events.items() if len(told) > 1}
    if not shared:
        return None
    example = max(shared, key=lambda event_id: len(shared[event_id]))
    one, other = shared[example][:2]
    within = [{key[:2] for key in told} for told in shared.values()]
    return SharedIds(
        column,
        len(events),
        len(shared),
        sum(map(len, shared.values())),
        example,
        {
            name: (mine, yours)
            for name, mine, yours in zip(KEY, one, other, strict=True)
            if mine != yours
        },
        all(
            len(sessions) == len(told)
            for sessions, told in zip(within, shared.values(), strict=True)
        ),
    )
