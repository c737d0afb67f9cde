"""The worked examples of docs/method.md, read from its blocks ```example (see its §1.4)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

METHOD = Path(__file__).parents[1] / "docs" / "method.md"
BEGAN_AT = datetime(2025, 3, 3, 10)
FILM = {"film": Decimal(300)}
FIELDS = {
    "title": "title_id",
    "event": "event_type",
    "position": "position_seconds",
    "from": "seek_from_seconds",
    "rate": "playback_rate",
    "playing": "is_playing",
    "counter": "watch_duration_seconds",
    "stalled": "buffering_duration_seconds",
    "end": "end_position_seconds",
    "watched": "watched_seconds",
}
MOMENTS = {"at": "event_timestamp", "until": "ended_at"}
OUTCOMES = ("owns", "watch", "evidence", "on the clock")
FIGURES = re.compile(r"(\w+)(?:\((.*?)\))?: (\w+ = .*)")


@dataclass(frozen=True)
class Figures:
    """Values of one row of a mart: the one that has `part` in its key, or the only one."""

    mart: str
    part: str | None
    values: Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """Events in their order, what each is said to own, and figures of marts."""

    line: int  # where it begins in docs/method.md
    section: str
    titles: Mapping[str, Decimal | None]  # durations; None of a live one
    rows: Sequence[Mapping[str, str]]  # cells by heading, blank ones left out
    headings: Sequence[str]
    figures: Sequence[Figures]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The rows as raw events. Ids fall, but among equals, so that no order is that of ids."""
        alike = [(row["at"], row["event"], row.get("counter")) for row in self.rows]
        ids = [
            f"{len(alike) - alike.index(key):03}.{alike[:number].count(key)}"
            for number, key in enumerate(alike)
        ]
        title_id = next(iter(self.titles))
        return [
            _event(row, event_id, title_id) for row, event_id in zip(self.rows, ids, strict=True)
        ]

    @property
    def catalogue(self) -> dict[str, dict[str, Any]]:
        return {
            title_id: {"title_name": title_id, "title_type": None, "duration_seconds": duration}
            for title_id, duration in self.titles.items()
        }


def examples() -> list[Example]:
    """Every example of the page."""
    text = METHOD.read_text()
    found = []
    for block in re.finditer(r"^```example\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        before = text[: block.start()]
        numbers = re.findall(r"^##+ (\d+(?:\.\d+)?) ", before, re.MULTILINE)
        line = before.count("\n") + 1
        found.append(_example(line, numbers[-1] if numbers else "0", block[1].splitlines()))
    return found


def _example(line: int, section: str, lines: Sequence[str]) -> Example:
    titles = dict(_title(text) for text in lines if text.startswith("title: "))
    headings, *rows = [_cells(text) for text in lines if "|" in text]
    figures = [_figures(text) for text in lines if FIGURES.fullmatch(text)]
    assert len(titles) + 1 + len(rows) + len(figures) == len(lines), f"line {line}: cannot be read"
    unknown = set(headings) - {*FIELDS, *MOMENTS, *OUTCOMES}
    assert not unknown, f"line {line}: no column is called {unknown}"
    cells = [dict(zip(headings, row, strict=True)) for row in rows]
    return Example(
        line=line,
        section=section,
        titles=titles or FILM,
        rows=[{heading: cell for heading, cell in row.items() if cell} for row in cells],
        headings=headings,
        figures=figures,
    )


def _title(text: str) -> tuple[str, Decimal | None]:
    match = re.fullmatch(r"title: (\w+), (?:(\d+) s|live)", text)
    assert match, text
    return match[1], Decimal(match[2]) if match[2] else None


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split("|")]


def _figures(text: str) -> Figures:
    match = FIGURES.fullmatch(text)
    assert match, text
    pairs = (pair.split(" = ") for pair in match[3].split(", "))
    return Figures(match[1], match[2], dict((name, value) for name, value in pairs))


def _event(row: Mapping[str, str], event_id: str, title_id: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "event_id": event_id,
        "customer_id": "viewer",
        "session_id": "session",
        "title_id": title_id,
        "landed_at": BEGAN_AT,
    }
    fields |= {FIELDS[heading]: _value(cell) for heading, cell in row.items() if heading in FIELDS}
    for heading in MOMENTS.keys() & row.keys():
        moment = BEGAN_AT + timedelta(seconds=float(row[heading]))
        fields[MOMENTS[heading]] = f"{moment.isoformat(timespec='milliseconds')}Z"
    return fields


def _value(cell: str) -> Any:
    if cell in ("yes", "no"):
        return cell == "yes"
    return float(cell) if re.fullmatch(r"-?\d+(\.\d+)?", cell) else cell
