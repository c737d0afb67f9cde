"""Rows that state what was played: spans, plays, and the list in a row whose elements are such."""

from collections.abc import Mapping
from itertools import pairwise
from statistics import median
from typing import Any

from checker.draft import NEEDS_POSITION, Draft
from checker.event_types import letters
from checker.matching import is_steady
from checker.paths import Path, Row, Table
from checker.playback import in_unit, rename
from checker.rules import paths_of, seconds_of
from checker.units import (
    Unit,
    as_number,
    as_seconds,
    ends_of_range,
    epoch_unit,
    unit_in_text,
    unit_of_length,
    unit_of_position,
    unit_of_time,
)

# The two ends of what was played, by what their names have in common.
PAIRS = [("start", "end"), ("start", "stop"), ("begin", "end"), ("from", "to")]
# How far a session has come, which is its end where it says its start.
NOW = ("currenttime", "currentposition")
# Where a row of what was played ended, where it says nothing of its start.
ENDS = ("bookmark", "lastposition", "endposition", "currenttime", "position", "viewoffset")
# Names of times that are told when all is over.
TOLD_AFTER = ("sent", "sentat", "received", "receivedat", "reportedat", "loggedat", "createdat")


def find_each(table: Table) -> tuple[dict[str, Any], Table]:
    """`telemetry_rows` where what was played is a list in each row, and the rows taken apart."""
    rows = table.rows
    for path, lists in table.lists.items():
        elements = [element for each in lists.values() for element in each]
        keys_only = all(isinstance(step, str) for step in path.steps)
        if keys_only and len(lists) * 2 > len(rows) and all(map(_is_stretch, elements)):
            apart = [
                _with(row, path, element)
                for number, row in enumerate(rows)
                for element in lists.get(number, [])
            ]
            return {"each": str(path)}, Table.of(apart)
    return {}, table


def find_stated(draft: Draft) -> None:
    """Which rows state what was played, and their ends, lengths and times."""
    pair = _pair(draft)
    watched = _watched(draft)
    if "event_type" in draft.columns:
        if pair and (names := _names_of_spans(draft, pair)):
            for name in names:
                rename(draft, name, "span", f"from {pair[0]} to {pair[1]}")
            _set_pair(draft, pair)
            _leave_out_what_spans_say(draft)
            _set_span_times(draft, watched)
        elif watched and _states_plays(draft, watched):
            rename(draft, "play", "play", f"its rows alone have {watched}")
            _set_play(draft, watched, None)
        return
    if pair and not (watched and _differs(draft, pair, watched)):
        draft.take("event_type", {"constant": "span"}, f"rows go from {pair[0]} to {pair[1]}")
        _set_pair(draft, pair)
        _set_span_times(draft, watched)
    elif watched or draft.likely("ended_at"):
        why = (
            f"no row has a type; each has {watched}" if watched else "a row has a start and an end"
        )
        draft.take("event_type", {"constant": "play"}, why)
        _set_play(draft, watched, pair)
    elif "position_seconds" in draft.columns:
        why = "no row has a type: each says where the playhead is"
        draft.take("event_type", {"constant": "heartbeat"}, why, False)


def _is_stretch(element: Any) -> bool:
    """`{start: 0, end: 9}`, or `[0, 9]`."""
    if isinstance(element, list):
        return len(element) == 2 and all(as_number(each) is not None for each in element)
    numbers = {key for key, value in element.items() if as_number(value) is not None}
    return any(end in map(letters, numbers) for key in numbers for end in _ends_of(letters(key)))


def _ends_of(start: str) -> list[str]:
    """What the end may be called, where the start is called so."""
    return [start.replace(begun, ended) for begun, ended in PAIRS if begun in start]


def _with(row: Row, path: Path, element: Any) -> Row:
    """The row, with an element in place of the list that it is of."""
    key, *rest = path.steps
    inner = _with(row[str(key)], Path(tuple(rest)), element) if rest else element
    return {**row, str(key): inner}


def _pair(draft: Draft) -> tuple[Path, Path] | None:
    """Start and end of what was played: two numbers, or one path twice where it holds `a..b`."""
    columns = draft.table.columns
    for path in columns:
        values = draft.table.values(path)
        if values and sum(ends_of_range(value) is not None for value in values) > 0.9 * len(values):
            return path, path
    by_name = {(path.steps[:-1], letters(path.keys[-1])): path for path in columns}
    by_index = {path.steps: path for path in columns}
    for (parent, name), start in by_name.items():
        for end_name in (*_ends_of(name), *(NOW if name.startswith("start") else ())):
            end = by_name.get((parent, end_name))
            if end and _are_ends(draft, start, end):
                return start, end
    if each := draft.rows.get("each"):
        head = Path.parse(each)
        first, second = by_index.get((*head.steps, 0)), by_index.get((*head.steps, 1))
        if first and second:
            return first, second
    return None


def _are_ends(draft: Draft, start: Path, end: Path) -> bool:
    """Numbers or texts of lengths, no times since 1970, of which most do not go back."""
    told = []
    for number, value in draft.table.columns[start].items():
        unit = unit_in_text([value])
        ends = [
            as_seconds(each, unit.name if unit else "s")
            for each in (value, draft.table.columns[end].get(number))
            if each is not None and epoch_unit(each) is None
        ]
        if len(ends) == 2 and None not in ends and not _is_seek_row(draft, number):
            told.append(ends[0] <= ends[1])  # type: ignore[operator]
    return bool(told) and sum(told) > 0.95 * len(told)


def _is_seek_row(draft: Draft, number: int) -> bool:
    return draft.type_of(number) in ("seek", "seek_start")


def _watched(draft: Draft) -> Path | None:
    """How much of the title a row played; a `duration` only where it is the row's own."""
    for each in draft.likely("watched_seconds"):
        if letters(each.path.keys[-1]) not in ("duration", "played") or _is_own(draft, each.path):
            return each.path
    return None


def _is_own(draft: Draft, path: Path) -> bool:
    """Whether a length is the row's and not the title's, which is steady and holds the position."""
    if not is_steady(draft.table, path, draft.texts("title_id")):
        return True
    unit = unit_in_text(draft.table.values(path)) or Unit("s", "")
    lengths = [as_seconds(value, unit.name) or 0 for value in draft.table.values(path)]
    positions = [
        as_seconds(value, unit.name) or 0
        for each in draft.likely("position_seconds", free=False)[:1]
        for value in draft.table.values(each.path)
    ]
    return bool(positions) and max(lengths) < max(positions)


def _names_of_spans(draft: Draft, pair: tuple[Path, Path]) -> list[str]:
    rows = set(draft.table.columns[pair[0]]) & set(draft.table.columns[pair[1]])
    names = {draft.name_of(number) for number in rows}
    types = {name: draft.names[name].event_type for name in names if name in draft.names}
    spans = [
        name
        for name, told in types.items()
        if told not in ("seek", "seek_start", "pause", "ignore", "error", "buffer_start")
    ]
    start, end = (draft.table.columns[path] for path in pair)
    found = []
    for name in spans:
        told = [number for number in rows if draft.name_of(number) == name]
        if len(told) <= 0.9 * draft.names[name].count:
            continue
        if pair[0] != pair[1] and all(start[number] == end[number] for number in told):
            rename(draft, name, "ignore", "nothing is played in it: it ends where it starts")
        else:
            found.append(name)
    return found


def _set_pair(draft: Draft, pair: tuple[Path, Path]) -> None:
    start, end = pair
    if start == end:
        draft.take(
            "position_seconds", {"from": str(start), "range": "start"}, "the start of a range"
        )
        draft.take("end_position_seconds", {"from": str(end), "range": "end"}, "the end of a range")
        return
    besides = paths_of(draft.rule("position_seconds"))
    lengths, between = _lengths_by_clock(draft, pair)
    unit = unit_of_position(
        str(start.keys[-1]) if start.keys else "",
        draft.table.values(end),
        [length / seconds for length, seconds in zip(lengths, between, strict=True) if length],
    )
    sources = [str(start), *(str(path) for path in besides if path not in pair)]
    rule = sources if len(sources) > 1 else sources[0]
    why = "where it starts" + f"; {unit.why}" * bool(unit.why)
    draft.take("position_seconds", in_unit(rule, unit), why, unit.is_sure)
    draft.take("end_position_seconds", in_unit(end, unit), "where it ends", unit.is_sure)


def _lengths_by_clock(draft: Draft, pair: tuple[Path, Path]) -> tuple[list[float], list[float]]:
    """How long rows are in the source's unit, and how long after the row before they come."""
    start, end = (draft.table.columns[path] for path in pair)
    rows = {
        number: (as_number(end[number]) or 0) - (as_number(start[number]) or 0)
        for number in set(start) & set(end)
        if not _is_seek_row(draft, number)
    }
    told = [
        (rows[event.number], event.at - before.at)
        for events in draft.sequences()
        for stated in [[event for event in events if event.number in rows]]
        for before, event in pairwise(stated)
        if event.at > before.at
    ]
    return [length for length, _ in told], [seconds for _, seconds in told]


def _leave_out_what_spans_say(draft: Draft) -> None:
    """Beside spans, what opens, halts, moves or reports playback would count it twice."""
    besides = NEEDS_POSITION | {"buffer_start", "buffer_end", "ad_start", "ad_end"}
    before = dict(draft.names)
    for name, told in before.items():
        if told.event_type in besides:
            rename(draft, name, "ignore", "the spans say it")
    if any(told.event_type == "buffer_start" for told in before.values()):
        draft.notes.append(
            "stalls are rows beside the spans, which are ignored: they are not counted"
        )


def _set_span_times(draft: Draft, watched: Path | None) -> None:
    rule = draft.rule("end_position_seconds")
    positions, ends = draft.seconds("position_seconds"), draft.seconds("end_position_seconds")
    lengths = {
        number: end - positions[number] for number, end in ends.items() if number in positions
    }
    minus: dict[str, Any] = {"minus": rule, "plus": draft.rule("position_seconds")}
    if watched:
        units = rule["unit"] if isinstance(rule, dict) and "unit" in rule else "s"
        length_rule = in_unit(watched, Unit(units, ""))
        told = {number: seconds_of(length_rule, draft.table, number) or 0 for number in lengths}
        if told and all(told[number] == length + 1 for number, length in lengths.items()):
            draft.take(
                "end_position_seconds",
                (rule if isinstance(rule, dict) else {"from": rule}) | {"plus": {"constant": 1}},
                f"both ends count: {watched} is one more",
            )
        lengths = told
        minus = {"minus": length_rule}
    elif isinstance(minus["plus"], dict) and isinstance(minus["plus"].get("from"), list):
        minus["plus"] = minus["plus"] | {"from": minus["plus"]["from"][0]}
    elif isinstance(minus["plus"], list):
        minus["plus"] = minus["plus"][0]
    _set_stamp(draft, lengths, minus)


def _set_play(draft: Draft, watched: Path | None, pair: tuple[Path, Path] | None) -> None:
    """Rows of a viewing each: when, how long, and what they say of where."""
    times, usual = draft.times(), "s"
    ended = draft.likely("ended_at")
    if ended:
        unit = unit_of_time(draft.table.values(ended[0].path))
        rule = in_unit(ended[0].path, unit, None) if unit else ended[0].text
        draft.take("ended_at", rule, ended[0].why)
    walls = [
        at - times[number] for number, at in draft.times("ended_at").items() if number in times
    ]
    at_most = 4 * max(walls) + 5 if walls else None
    if watched and not walls:
        at_most = _between(draft)
    if watched:
        values = draft.table.values(watched)
        unit = unit_of_length(watched.keys[-1], values, at_most, "s")
        usual = unit.name
        why = "how long it played" + f"; {unit.why}" * bool(unit.why)
        draft.take("watched_seconds", in_unit(watched, unit), why, unit.is_sure)
    _set_play_positions(draft, pair, usual)
    for each in draft.likely("max_position_seconds")[:1]:
        unit = unit_of_length(each.path.keys[-1], draft.table.values(each.path), None, usual)
        draft.take("max_position_seconds", in_unit(each.path, unit), each.why, unit.is_sure)
    for each in draft.likely("completion_percentage")[:1]:
        if "max_position_seconds" not in draft.columns:
            unit = unit_of_position(each.path.keys[-1], draft.table.values(each.path), [])
            why = f"how far it came: {unit.why}"
            draft.take("max_position_seconds", in_unit(each.path, unit), why, False)
    if watched and "ended_at" not in draft.columns:
        _set_report_times(draft, usual)


def _between(draft: Draft) -> float | None:
    """Where rows come one upon another, so many seconds are between two."""
    between = [
        event.at - before.at for events in draft.sequences() for before, event in pairwise(events)
    ]
    return 4 * median(between) + 5 if between and median(between) > 0 else None


def _set_play_positions(draft: Draft, pair: tuple[Path, Path] | None, usual: str) -> None:
    draft.columns.pop("position_seconds", None)
    found: dict[str, Path] = {}
    if pair and pair[0] != pair[1]:
        found = {"position_seconds": pair[0], "end_position_seconds": pair[1]}
    else:
        for each in draft.likely("end_position_seconds"):
            if letters(each.path.keys[-1]) in ENDS:
                found = {"end_position_seconds": each.path}
                break
    for name, path in found.items():
        values = draft.table.values(path)
        unit = unit_of_length(path.keys[-1], values, None, usual)
        why = "where it ended" if name.startswith("end") else "where it started"
        draft.take(name, in_unit(path, unit), why + f"; {unit.why}" * bool(unit.why), unit.is_sure)


def _set_report_times(draft: Draft, unit: str) -> None:
    """A report of what played since the one before: its time is its end, its stalls are in it."""
    lengths, ends = draft.seconds("watched_seconds"), draft.seconds("end_position_seconds")
    stalls = draft.likely("buffering_duration_seconds")
    stalled = {"from": stalls[0].text, "unit": unit} if stalls else None
    if stalled and unit == "s":
        stalled = stalls[0].text  # type: ignore[assignment]
    with_stalls, without = 0.0, 0.0
    for events in draft.sequences():
        for before, event in pairwise(events):
            if {before.number, event.number} <= set(ends) and event.number in lengths:
                moved = ends[event.number] - ends[before.number]
                stall = seconds_of(stalled, draft.table, event.number) or 0
                without += abs(moved - lengths[event.number])
                with_stalls += abs(moved - lengths[event.number] + stall)
    rule = draft.rule("watched_seconds")
    if _set_stamp(draft, lengths, {"minus": rule}) and stalled and with_stalls < without:
        watched = rule if isinstance(rule, dict) else {"from": rule}
        draft.take(
            "watched_seconds", watched | {"minus": stalled}, "its length less its own stalls"
        )


def _set_stamp(draft: Draft, lengths: Mapping[int, float | None], minus: dict[str, Any]) -> bool:
    """Where a row is stamped at its end, its start is earlier; whether it is."""
    base = draft.rule("event_timestamp")
    if base is None or "event_timestamp" in draft.said or not _is_stamped_at_end(draft, lengths):
        return False
    why = draft.columns["event_timestamp"].why
    base = base if isinstance(base, dict) else {"from": base}
    draft.take("ended_at", base, "a row is stamped at its end")
    draft.take("event_timestamp", base | minus, f"{why}; a row is stamped at its end")
    return True


def _is_stamped_at_end(draft: Draft, lengths: Mapping[int, float | None]) -> bool:
    """Whether rows come their own length after what was before, not before what follows."""
    before, after = 0.0, 0.0
    for events in draft.sequences():
        stamps = sorted({event.at for event in events})
        for event in events:
            if (length := lengths.get(event.number)) is None:
                continue
            place = stamps.index(event.at)
            if 0 < place < len(stamps) - 1:
                before += min(abs(event.at - stamps[place - 1] - length), length)
                after += min(abs(stamps[place + 1] - event.at - length), length)
    names = [letters(path.keys[-1]) for path in paths_of(draft.rule("event_timestamp"))]
    return before < after or (before == after and names[0] in TOLD_AFTER)


def _differs(draft: Draft, pair: tuple[Path, Path], watched: Path) -> bool:
    """Whether a row played more or less than lies between its ends."""
    if pair[0] == pair[1]:
        return False
    for number, value in draft.table.columns[watched].items():
        ends = [as_number(draft.table.columns[path].get(number)) for path in pair]
        length = as_number(value)
        if None not in ends and length is not None:
            between = ends[1] - ends[0]  # type: ignore[operator]
            if abs(between - length) > 1:
                return True
    return False


def _states_plays(draft: Draft, watched: Path) -> bool:
    """Whether the rows called `play` are whole viewings: they alone have seconds watched."""
    rows = set(draft.table.columns[watched])
    return bool(rows) and rows == {n for n in range(draft.row_count) if draft.name_of(n) == "play"}
