"""Paths into a row: how they are written (docs/players.md), and what a sample has at each."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Any

Row = Mapping[str, Any]
# A key; an element of a list; the element whose key (first) is a value (second); JSON in text.
Step = str | int | tuple[str, str]
JSON = -1
# Where a stranger's rows would never end.
DEEPEST, MOST_PATHS = 32, 3_000
# How the elements of a key/value list name their key, and their value.
KEYS, VALUES = ("key", "name", "k"), ("value", "val", "v")
# What stands between a key and its value: `event_params[key=x].value.string_value`.
TYPED_VALUE = re.compile(r"value|val|v|(string|int|float|double|bool|boolean|long)_?value", re.I)
TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"]|"")*)"'
    r"|\[(?P<index>\d+)\]"
    r'|\[(?P<key>[^\]="]+)=(?:"(?P<quoted_value>(?:[^"]|"")*)"|(?P<value>[^\]"]*))\]'
    r"|(?P<bare>[^.\[\]\"()]+)|(?P<dot>\.)|(?P<json>\))"
)


@dataclass(frozen=True)
class Path:
    """Steps from a row to a value; JSON among them where what they lead to is JSON in text."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> "Path":
        """Raises ValueError for what is no path."""
        opened = text
        while opened.startswith("json("):
            opened = opened.removeprefix("json(")
        steps: list[Step] = []
        place = 0
        while place < len(opened):
            token = TOKEN.match(opened, place)
            if token is None:
                raise ValueError(f"{text} is no path: see docs/players.md")
            place = token.end()
            if token["quoted"] is not None:
                steps.append(token["quoted"].replace('""', '"'))
            elif token["index"] is not None:
                steps.append(int(token["index"]))
            elif token["key"] is not None:
                quoted = token["quoted_value"]
                steps.append(
                    (token["key"], token["value"] if quoted is None else quoted.replace('""', '"'))
                )
            elif token["bare"] is not None:
                steps.append(token["bare"].strip())
            elif token["json"]:
                steps.append(JSON)
        return cls(tuple(steps))

    def __str__(self) -> str:
        text = ""
        for step in self.steps:
            if step == JSON:
                text = f"json({text})"
            elif isinstance(step, int):
                text += f"[{step}]"
            elif isinstance(step, tuple):
                text += f"[{step[0]}={_quoted(step[1], '=')}]"
            else:
                text += "." * bool(text) + _quoted(step)
        return text

    def __truediv__(self, step: Step) -> "Path":
        return Path((*self.steps, step))

    def read(self, row: Any) -> Any:
        """What the row has there; None for nothing, and for blank text."""
        value = row
        for step in self.steps:
            value = _at(value, step)
            if value is None:
                return None
        return None if isinstance(value, str) and not value.strip() else value

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names on the way, without what only says where a value stands or which type it has.

        Of an address, its last part: xAPI's `https://w3id.org/xapi/video/extensions/time`.
        """
        names = [step[1] if isinstance(step, tuple) else step for step in self.steps]
        keys = [re.split(r"[/#]", name.rstrip("/"))[-1] for name in names if isinstance(name, str)]
        while len(keys) > 1 and TYPED_VALUE.fullmatch(keys[-1]):
            keys.pop()
        return tuple(keys)


@dataclass
class Table:
    """A sample's rows, and the values at each path, by row."""

    rows: Sequence[Row]
    columns: dict[Path, dict[int, Any]] = field(default_factory=dict)
    # Lists of objects or of pairs of numbers, each a path.
    lists: dict[Path, dict[int, list[Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Table":
        table = cls(rows)
        for number, row in enumerate(rows):
            for path, value in table._leaves(Path(()), row, 0):
                if path in table.columns or len(table.columns) < MOST_PATHS:
                    values = table.columns.setdefault(path, {})
                    if value is not None and not (isinstance(value, str) and not value.strip()):
                        values[number] = value
            table._number = number + 1
        return table

    _number: int = 0

    def values(self, path: Path) -> list[Any]:
        return list(self.columns.get(path, {}).values())

    def filled(self, path: Path) -> float:
        """The share of rows, 0 to 1, that have a value."""
        return len(self.columns.get(path, ())) / max(len(self.rows), 1)

    def _leaves(self, path: Path, value: Any, depth: int) -> Iterator[tuple[Path, Any]]:
        if depth > DEEPEST:
            return
        if isinstance(value, Mapping):
            for key, inner in value.items():
                yield from self._leaves(path / str(key), inner, depth + 1)
        elif isinstance(value, list):
            yield from self._elements(path, value, depth)
        elif (inner := parsed(value)) is not None:
            yield from self._leaves(path / JSON, inner, depth + 1)
        else:
            yield path, value

    def _elements(self, path: Path, elements: list[Any], depth: int) -> Iterator[tuple[Path, Any]]:
        named = key_of(elements)
        if named:
            for element in elements:
                for key, inner in element.items():
                    if key != named:
                        by_key = path / (named, str(element[named])) / key
                        yield from self._leaves(by_key, inner, depth + 1)
            return
        if elements and all(isinstance(each, dict | list) for each in elements):
            self.lists.setdefault(path, {})[self._number] = elements
        if elements:
            yield from self._leaves(path / 0, elements[0], depth + 1)


def key_of(elements: list[Any]) -> str | None:
    """What names the key, if a list is one of keys and values: `[{"key": …, "value": …}, …]`."""
    for named in KEYS:
        if elements and all(
            isinstance(each, Mapping)
            and isinstance(each.get(named), str)
            and any(value in each for value in VALUES)
            for each in elements
        ):
            return named
    return None


def parsed(value: Any) -> Any:
    """An object or a list out of JSON in text; None for any other value."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, dict | list) else None


def common_head(paths: Sequence[Path]) -> tuple[Step, ...]:
    """The steps that all paths begin with."""
    together = zip(*(path.steps for path in paths), strict=False)
    return tuple(steps[0] for steps in takewhile(lambda steps: len(set(steps)) == 1, together))


def _at(value: Any, step: Step) -> Any:
    if step == JSON:
        return parsed(value)
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else None
    if isinstance(step, tuple):
        elements = value if isinstance(value, list) else []
        return next(
            (each for each in elements if isinstance(each, dict) and each.get(step[0]) == step[1]),
            None,
        )
    return value.get(step) if isinstance(value, Mapping) else None


def _quoted(key: str, besides: str = "") -> str:
    """A key as a path has it: between quotes where it holds what a path is made of."""
    if key and key == key.strip() and not set(key) & set('.[]"()' + besides):
        return key
    return '"' + key.replace('"', '""') + '"'
