"""What happened, when and where in the title: event_type, event_timestamp, position_seconds."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from checker.draft import CLOSING, NEEDS_POSITION, OPENING, PLAYS_ON, Draft, Event, Name
from checker.event_types import COSTS, MARK, MINUTE_WATCHED, event_type_of, letters, types_by_code
from checker.matching import find_event_type
from checker.paths import Path
from checker.rules import paths_of
from checker.units import (
    Unit,
    as_number,
    as_time,
    epoch_unit,
    unit_of_position,
    unit_of_time,
)

# Where a seek went, by its name; it is the position of a row that has no other.
SEEK_TARGETS = set(
    [
        "newtime",
        "newposition",
        "timeto",
        "seekto",
        "to",
        "toposition",
        "positionto",
        "seekposition",
        "targettime",
    ]
)
# As near to the clock, in seconds, is a position that has not been moved (docs/method.md §3.2).
NEAR = 2
# How fast a position moves on in a second, in the units that numbers are likely in.
CLOCKS = (1, 10**3, 10**6, 10**7)
# The share of rows that may have no type by mishap.
STRAY = 0.05
# How many sources a position may have.
MOST_SOURCES = 4


def find_types(draft: Draft) -> None:
    """event_type, and what the names of events mean."""
    if "event_type" not in draft.said and (found := find_event_type(draft.table)):
        path, why = found
        draft.take("event_type", str(path), why)
    if "event_type" not in draft.columns:
        return
    names = Counter(filter(None, map(draft.name_of, range(draft.row_count))))
    paths = paths_of(draft.rule("event_type"))
    codes = types_by_code(paths[-1].keys[-1], names) if paths else {}
    for name, count in names.most_common():
        event_type = draft.said_types.get(name) or codes.get(name) or event_type_of(name)
        draft.names[name] = Name(event_type, count, "you said so" * (name in draft.said_types))


def find_time(draft: Draft) -> None:
    """event_timestamp, and in which unit."""
    if "event_timestamp" in draft.said:
        return
    likely = [
        each for each in draft.likely("event_timestamp") if draft.table.filled(each.path) > 0.5
    ]
    paths = [each.path for each in likely] or [
        path
        for path in draft.table.columns
        if draft.table.filled(path) > 0.9 and all(map(as_time, draft.table.values(path)))
    ]
    if not paths:
        return
    values = draft.table.values(paths[0])
    others = ", ".join(str(path) for path in paths[1:4])
    why = (likely[0].why if likely else "its values are times") + f"; or {others}?" * bool(others)
    unit = unit_of_time(values)
    if unit:
        draft.take("event_timestamp", in_unit(paths[0], unit, None), f"{why}; {unit.why}")
        return
    draft.take("event_timestamp", str(paths[0]), why)
    if any(isinstance(value, str) and not _has_offset(value) for value in values):
        draft.notes.append(
            f"{paths[0]} has no offset and is read as UTC: if it is local time, add its time_zone, "
            "such as Europe/Berlin, to event_timestamp"
        )


def find_position(draft: Draft) -> Path | None:
    """The path of the position, and in position_seconds what else rows without it may have."""
    likely = [
        each for each in draft.likely("position_seconds") if _may_be_position(draft, each.path)
    ]
    # One that never moves is none, where another does.
    likely.sort(key=lambda each: len(set(map(str, draft.table.values(each.path)))) == 1)
    paths = [each.path for each in likely]
    targets = [path for path in draft.table.columns if letters(path.keys[-1]) in SEEK_TARGETS]
    targets = [
        path for path in targets if all(_is_seek(draft, n) for n in draft.table.columns[path])
    ]
    if not paths and not targets:
        return None
    sources: list[Path] = []
    rows: set[int] = set()
    for path in [*paths, *targets]:
        told = set(draft.table.columns[path])
        lacking = [
            number for number in told - rows if draft.type_of(number) in NEEDS_POSITION | CLOSING
        ]
        if not sources or (lacking and len(sources) < MOST_SOURCES and _is_like(path, sources[0])):
            sources.append(path)
            rows |= told
    # On rows that end a seek, where it went comes before where the playhead was.
    first = [path for path in targets if path not in sources and _ends_seeks(draft, path)]
    sources = first[:1] + sources
    texts = [str(path) for path in sources]
    why = likely[0].why if likely else "where seeks went"
    draft.take("position_seconds", texts if len(texts) > 1 else texts[0], why)
    return paths[0] if paths else targets[0]


def find_position_by_clock(draft: Draft) -> None:
    """Where nothing is called a position: what moves on with the clock, in some unit."""
    if "position_seconds" in draft.columns:
        return
    for path, column in draft.table.columns.items():
        numbers = {
            n: number for n, value in column.items() if (number := as_number(value)) is not None
        }
        if path in draft.taken or any(map(epoch_unit, numbers.values())):
            continue
        moved = [
            (numbers[event.number] - numbers[before.number]) / (event.at - before.at)
            for events in draft.sequences()
            for before, event in pairwise(events)
            if event.at > before.at and {before.number, event.number} <= set(numbers)
        ]
        told = sum(any(0.9 <= each / unit <= 1.1 for unit in CLOCKS) for each in moved)
        if told >= 3 and told * 2 >= len(moved):
            draft.take("position_seconds", str(path), "it moves on with the clock", False)
            return


def set_position_unit(draft: Draft) -> None:
    """The unit of the position, and what in it stands for "not known"."""
    rule = draft.rule("position_seconds")
    if rule is None or "position_seconds" in draft.said or isinstance(rule, dict):
        return
    found, paths = draft.columns["position_seconds"], paths_of(rule)
    values = [value for path in paths for value in draft.table.values(path)]
    unit = unit_of_position(str(paths[0].keys[-1]), values, advances(draft.sequences()))
    settings = in_unit(rule, unit)
    numbers = [number for value in values if (number := as_number(value)) is not None]
    if unknown := {number for number in numbers if number < 0} & {-1.0}:
        settings = (settings if isinstance(settings, dict) else {"from": settings}) | {
            "null_if": -1
        }
    why = "; ".join(filter(None, [found.why, unit.why, "-1 is none" * bool(unknown)]))
    draft.take("position_seconds", settings, why, found.is_sure and unit.is_sure)


def tell_by_what_follows(draft: Draft) -> None:
    """Types that a name alone does not tell: seeks, marks, minutes, advertisements, no types."""
    sequences = draft.sequences()
    _tell_snapshots(draft, sequences)
    _tell_seeks(draft, sequences)
    _tell_marks(draft, sequences)
    _tell_advertisements(draft)
    _tell_nameless(draft)
    positions = draft.seconds("position_seconds")
    if not positions:
        return
    for name, told in list(draft.names.items()):
        if told.event_type is not None:
            continue
        if any(number in positions for number in _rows_of(draft, name)):
            _say_what_it_looks_like(draft, name, sequences)
        else:
            rename(draft, name, "ignore", "no row of it says where the playhead is", False)


def _rows_of(draft: Draft, name: str) -> list[int]:
    return [number for number in range(draft.row_count) if draft.name_of(number) == name]


def _say_what_it_looks_like(draft: Draft, name: str, sequences: list[list[Event]]) -> None:
    """Of an unknown name, what its rejection costs: by where the playhead is, and what follows."""
    moved, is_last = [], []
    for events in sequences:
        for before, event in pairwise(events):
            if event.name == name and event.position is not None and before.position is not None:
                moved.append(event.position - before.position - (event.at - before.at))
                is_last.append(event is events[-1])
    if not moved:
        return
    if sum(is_last) * 2 > len(is_last):
        like, how = "stop", "nothing follows it"
    elif sum(abs(each) <= NEAR for each in moved) * 2 > len(moved):
        like, how = "heartbeat", "it moves on with the clock"
    else:
        like, how = "seek", "the playhead has jumped"
    why = f"unknown; {how}, as at a {like}. Rejected, that costs {COSTS[like]}"
    draft.names[name] = Name(None, draft.names[name].count, why, like)


def advances(sequences: Iterable[list[Event]]) -> list[float]:
    """How far the position moved a second of the clock, between neighbours, where it moved on."""
    return [
        (event.position - before.position) / (event.at - before.at)
        for events in sequences
        for before, event in pairwise(events)
        if event.position is not None
        and before.position is not None
        and event.at > before.at
        and event.position > before.position
        and (before.event_type in PLAYS_ON | {None} or before.event_type == "seek")
    ]


def in_unit(rule: Any, unit: Unit, implied: str | None = "s") -> Any:
    """A rule that says its unit, unless that is implied: seconds are, of times nothing is."""
    source = str(rule) if isinstance(rule, Path) else rule
    return source if unit.name == implied else {"from": source, "unit": unit.name}


def rename(draft: Draft, name: str, event_type: str, why: str, is_sure: bool = True) -> None:
    """Gives a name of the source another type, unless the user said one."""
    if name not in draft.said_types:
        count = draft.names[name].count if name in draft.names else 0
        draft.names[name] = Name(event_type, count, why if is_sure else why + " (not sure)")


def _tell_snapshots(draft: Draft, sequences: list[list[Event]]) -> None:
    """A state told again and again is a report of it: each `start` of them would begin a play."""
    states = {
        name: told.event_type in OPENING
        for name, told in draft.names.items()
        if told.event_type in OPENING | {"pause"} and name not in draft.said_types
    }
    if any(told.event_type == "heartbeat" for told in draft.names.values()):
        return
    pairs = [pair for events in sequences for pair in pairwise(events)]
    again = sum(one.name == other.name and one.name in states for one, other in pairs)
    if not states or again * 2 < len(pairs) or "event_type" not in draft.columns:
        return
    for name in states:
        rename(draft, name, "heartbeat", "told again and again: a report of a state")
    rule = {"from": draft.rule("event_type"), "values": states, "only_for": ["heartbeat"]}
    draft.take("is_playing", rule, "the state that is reported")


def _tell_seeks(draft: Draft, sequences: list[list[Event]]) -> None:
    """A seek whose position is still the clock's says where it left: what follows has jumped."""
    types = {told.event_type for told in draft.names.values()}
    if "seek" not in types or "seek_start" in types:
        return
    if any(each.path for each in draft.likely("seek_from_seconds", free=False)):
        return
    left: defaultdict[str, list[bool]] = defaultdict(list)
    jumped: defaultdict[str, list[bool]] = defaultdict(list)
    for events in sequences:
        for place, event in enumerate(events):
            if event.event_type != "seek" or event.position is None or not place:
                continue
            before = events[place - 1]
            if before.event_type not in PLAYS_ON or before.position is None:
                continue
            clock = before.position + event.at - before.at
            left[event.name].append(abs(event.position - clock) <= NEAR)
            after = events[place + 1] if place + 1 < len(events) else None
            if after and after.position is not None and after.event_type not in CLOSING:
                moved = after.position - event.position
                jumped[event.name].append(not -NEAR <= moved <= after.at - event.at + NEAR)
    for name, near in left.items():
        if sum(near) >= 0.8 * len(near) and sum(jumped[name]) * 2 > len(jumped[name]):
            rename(
                draft, name, "seek_start", "its position is where it leaves: the next has jumped"
            )


def _tell_marks(draft: Draft, sequences: list[list[Event]]) -> None:
    """`scrobble`, and a completion after which it plays on: a mark at some percent, no end."""
    goes_on: defaultdict[str, list[bool]] = defaultdict(list)
    for events in sequences:
        for event, after in pairwise([*events, None]):
            if event and (MARK.fullmatch(event.name) or event.event_type == "complete"):
                goes_on[event.name].append(after is not None and _moves_on(event, after))
    marks = []
    for name, told in goes_on.items():
        is_mark = MARK.fullmatch(name) is not None
        if sum(told) * 2 > len(told):
            rename(draft, name, "heartbeat", "a mark: playback goes on after it")
            marks.append(name)
        elif is_mark:
            rename(draft, name, "stop", "a mark, and the last of its viewing")
            marks.append(name)
    if marks and "event_type" in draft.columns and "is_completed" not in draft.columns:
        rule = {"from": draft.rule("event_type"), "values": dict.fromkeys(marks, True)}
        draft.take("is_completed", rule, f"{marks[0]} marks what the source calls seen")


def _moves_on(event: Event, after: Event) -> bool:
    """Whether the playhead is further on at the next event, and not faster than it plays."""
    if event.position is None or after.position is None or after.event_type in OPENING:
        return False
    return 0 < after.position - event.position <= 2 * (after.at - event.at) + 5


def _tell_advertisements(draft: Draft) -> None:
    """An advertisement with a title of its own is a title of its own: not this one's."""
    titles = draft.texts("title_id")
    ads = [name for name, told in draft.names.items() if told.event_type in ("ad_start", "ad_end")]
    rows = {number: draft.name_of(number) for number in titles}
    own = {titles[number] for number, name in rows.items() if name in ads}
    others = {titles[number] for number, name in rows.items() if name not in ads}
    if own and not own & others:
        for name in ads:
            rename(draft, name, "ignore", "advertisements have titles of their own")


def _tell_nameless(draft: Draft) -> None:
    """Rows without a type, beside rows with one."""
    if not draft.names:
        return
    nameless = [number for number in range(draft.row_count) if not draft.name_of(number)]
    positions = draft.seconds("position_seconds")
    if len(nameless) > STRAY * draft.row_count:
        told = sum(number in positions for number in nameless) * 2 > len(nameless)
        why = "rows without a type say where the playhead is" if told else "rows without a type"
        event_type = draft.said_types.get("") or ("heartbeat" if told else "ignore")
        draft.names[""] = Name(event_type, len(nameless), why)


def find_minutes(draft: Draft) -> bool:
    """Rows that say that a minute was watched, and nowhere where: each is a play of a minute."""
    minutes = [name for name in draft.names if MINUTE_WATCHED.fullmatch(name)]
    if not minutes or "position_seconds" in draft.columns:
        return False
    for name in minutes:
        rename(draft, name, "play", "a minute was watched")
    base = draft.rule("event_timestamp")
    base = base if isinstance(base, dict) else {"from": base}
    draft.take("ended_at", base, "a row comes at the end of its minute")
    draft.take("event_timestamp", base | {"minus": {"constant": 60}}, "a minute before its end")
    draft.take("watched_seconds", {"constant": 60}, "a row a minute")
    return True


def _may_be_position(draft: Draft, path: Path) -> bool:
    """Not a time since 1970; those of a live title are so only where it is called a position."""
    values = draft.table.values(path)
    epochs = sum(epoch_unit(value) is not None for value in values)
    return epochs * 2 <= len(values) or letters(path.keys[-1]) not in ("time", "start")


def _is_like(path: Path, first: Path) -> bool:
    """Whether a further source is of the same kind: not percent beside seconds."""
    shares = ("percent", "progress", "pct")
    return any(word in str(path).lower() for word in shares) == any(
        word in str(first).lower() for word in shares
    )


def _is_seek(draft: Draft, number: int) -> bool:
    return draft.type_of(number) in ("seek", "seek_start")


def _ends_seeks(draft: Draft, path: Path) -> bool:
    return all(draft.type_of(number) == "seek" for number in draft.table.columns[path])


def _has_offset(text: str) -> bool:
    return text.rstrip()[-1:] in "zZ" or "+" in text[10:] or "-" in text[10:] or "UTC" in text
