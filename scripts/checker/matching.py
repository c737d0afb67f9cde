"""Which path of a source could be which field, by its name and by its values."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from checker.event_types import event_type_of, letters, types_by_code, words
from checker.fields import FIELDS, Field
from checker.paths import Path, Table
from checker.units import (
    CLOCK,
    ISO8601,
    as_number,
    as_time,
    ends_of_range,
    epoch_unit,
    unit_of_name,
)

HOW = ("same name", "same letters", "known name", "known ending", "similar name")
# So alike must names be that neither the same nor known are.
LIKENESS = 0.86
# What the pipeline takes for true and false.
BOOLEANS = {"true", "false", "1", "0", "t", "f", "yes", "no", "y", "n"}
# Slow motion to fast scanning, both ways.
MOST_RATE = 64
# The share of a title's rows that must tell one name or duration, if it is the title's own.
STEADINESS = 0.9
# Words that mean something only with what they are of: `movie.title`, `Account.id`.
GENERIC = {
    *["id", "name", "type", "time", "value", "title", "state", "status", "label", "url"],
    *["slug", "user", "code", "version", "key", "from", "to", "end", "start", "action"],
    *["verb", "video", "media", "content", "asset", "channel", "percent", "date", "at"],
}
# Objects that are of nothing in particular: `payload.type` is as good as `type`.
WRAPPERS = {
    *[
        "data",
        "ctx",
        "evt",
        "msg",
        "attrs",
        "args",
        "info",
        "eventproperties",
        "customproperties",
        "payload",
        "event",
        "events",
        "properties",
        "props",
        "attributes",
        "params",
    ],
    *["parameters", "context", "extensions", "body", "message", "detail", "details", "result"],
    *["fields", "record", "meta", "metadata", "eventdata", "eventparams", "customdata"],
    *["custom", "xdm", "mediacollection", "mediareporting", "playback", "player"],
}
# How many values of a column are looked at, to tell what it holds.
MOST_VALUES = 500


@dataclass(frozen=True, order=True)
class Candidate:
    """A path that could be a field: whether its values fit, and how near its name is."""

    is_unlikely: bool
    # The place in HOW, and among the known names of the field.
    rank: int
    order: int
    depth: int
    text: str
    path: Path

    @property
    def why(self) -> str:
        return HOW[self.rank]


def candidates(name: str, table: Table) -> list[Candidate]:
    """The paths whose names are near a field's, the likeliest first."""
    (each,) = (field for field in FIELDS if field.name == name)
    found = []
    for path in table.columns:
        if nearness := min(_nearness(each, path), default=None):
            unlikely = not could_be(each, table.values(path))
            found.append(Candidate(unlikely, *nearness, len(path.steps), str(path), path))
    return sorted(found)


def could_be(each: Field, values: Sequence[Any]) -> bool:
    """Whether most values fit the field's kind; true where there are none to judge by."""
    seen = values[:MOST_VALUES]
    fits = {
        "event": lambda value: event_type_of(value) is not None,
        "time": lambda value: as_time(value) is not None,
        "number": lambda value: as_number(value) is not None,
        "seconds": is_seconds,
        "rate": _is_rate,
        "boolean": lambda value: str(value).lower() in BOOLEANS,
        "text": lambda value: not isinstance(value, dict | list | tuple | bool),
        "words": lambda value: isinstance(value, str) and as_number(value) is None,
    }[each.kind]
    if each.kind == "event":
        return not seen or any(fits(value) for value in values)
    return sum(map(fits, seen)) * 2 >= len(seen)


def is_seconds(value: Any) -> bool:
    """A number, `0:01:30`, `PT90S` or `10..19`: a position, or a length of time."""
    if as_number(value) is not None:
        return True
    text = str(value).strip()
    is_text = CLOCK.fullmatch(text) or (len(text) > 1 and ISO8601.fullmatch(text))
    return bool(is_text) or ends_of_range(value) is not None


def event_names(table: Table, path: Path) -> Counter[str]:
    """The names of events at a path, as a mapping writes them, with how many rows have them."""
    return Counter(name_of(value) for value in table.values(path))


def name_of(value: Any) -> str:
    """An event's name as text, as the pipeline has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def find_event_type(table: Table) -> tuple[Path, str] | None:
    """The path whose values are names of events, and why; else the one that is called so."""
    best: tuple[tuple[Any, ...], Path, str] | None = None
    named = {each.path: each for each in candidates("event_type", table)}
    for path in table.columns:
        names = event_names(table, path)
        if not names or len(names) > 200 or isinstance(table.values(path)[0], float):
            continue
        codes = types_by_code(path.keys[-1], names)
        types = {codes.get(name) or event_type_of(name) for name in names} - {None}
        known = sum(names[name] for name in names if codes.get(name) or event_type_of(name))
        share = known / len(table.rows)
        candidate = named.get(path)
        # What is no event has words that could be one, such as `complete` of a status.
        if not types or (candidate is None and (len(types - {"ignore"}) < 2 or share < 0.3)):
            continue
        told = known / names.total()
        closeness = (candidate.rank, candidate.order) if candidate else (len(HOW), 0)
        score = (round(told, 1), min(len(types), 3), tuple(-each for each in closeness))
        if best is None or score > best[0]:
            known_names = [name for name in names if codes.get(name) or event_type_of(name)]
            why = f"{len(known_names)} of its {len(names)} names are known"
            best = (score, path, why)
    if best:
        return best[1:]
    # Names that nobody knows, or codes: the user is to say what they are.
    likely = [
        each
        for each in named.values()
        if each.rank < 3
        and 1 < len(event_names(table, each.path)) <= 200
        and all(type(value) in (str, int) for value in table.values(each.path))
    ]
    return (likely[0].path, likely[0].why) if likely else None


def is_steady(table: Table, path: Path, titles: Mapping[int, str]) -> bool:
    """Whether a title's name or duration is the same in all rows of the title.

    Such a duration that is not is that of a viewing, say, and would cut the title short.
    """
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for number, value in table.columns[path].items():
        told[titles.get(number, "")][str(value)] += 1
    most = sum(max(counts.values()) for counts in told.values())
    return most >= STEADINESS * sum(counts.total() for counts in told.values())


def spoken(path: Path) -> Iterator[str]:
    """What a path may be called, in letters: its last key, then with the keys before it."""
    keys = path.keys
    last = letters(keys[-1])
    # `pos_ms` is a `pos`.
    bare = letters("".join(words(keys[-1])[:-1])) if unit_of_name(keys[-1]) else last
    before = [word for key in keys[:-1] for word in words(key) if not word.isdigit()]
    wrapped = all(letters(key) in WRAPPERS for key in keys[:-1])
    if last not in GENERIC or wrapped:
        yield last
        yield bare
    for count in range(1, min(len(before), 4) + 1):
        yield letters("".join(before[-count:])) + last


def _nearness(each: Field, path: Path) -> Iterator[tuple[int, int]]:
    """(place in HOW, place among the known names), where the names are close at all."""
    known = [letters(name) for name in each.also.split()]
    if path.keys == (each.name,):
        yield 0, 0
    names = list(spoken(path))
    if each.name in IDS and len(path.keys) > 1 and letters(path.keys[-1]) in ("id", "key", "uuid"):
        # `viewer.key` is a viewer's.
        names.append(letters(path.keys[-2]))
    for said in names:
        if said == letters(each.name):
            yield 1, 0
        if said in known:
            yield 2, known.index(said)
    last = letters(path.keys[-1])
    if last in _all_known():
        return
    if each.name in IDS and last.endswith("id"):
        ends = [name for name in known if name.endswith("id") and last.endswith(name)]
        ends = [name for name in ends if len(name) > 4]
        if ends:
            yield 3, known.index(max(ends, key=len))
    alike = max(
        SequenceMatcher(None, last, name).ratio()
        for name in (letters(each.name), *known)
        if len(name) > 3 or name == last
    )
    if alike >= LIKENESS:
        yield 4, int(100 * (1 - alike))


IDS = ("customer_id", "title_id", "session_id")


def _all_known() -> set[str]:
    if not _known:
        for field in FIELDS:
            _known.update(letters(name) for name in (field.name, *field.also.split()))
    return _known


_known: set[str] = set()


def _is_rate(value: Any) -> bool:
    number = as_number(str(value).lower().removesuffix("x"))
    return number is not None and abs(number) <= MOST_RATE and epoch_unit(value) is None
