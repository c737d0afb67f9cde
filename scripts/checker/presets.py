"""Which preset a sample is of: one whose own paths, names and conditions it has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import yaml

from checker.draft import Found, Name
from checker.event_types import NAMES, event_type_of
from checker.paths import Row, Table
from checker.proposal import Proposal
from checker.rules import paths_of, text_of

PRESETS = File(__file__).parents[2] / "macros" / "presets"
YAML = re.compile(r"\{%-? set yaml -?%\}(.*?)\{%-? endset -?%\}", re.S)
# What every sample of a preset has, as far as the preset says where it is.
REQUIRED = ("customer_id", "title_id", "session_id", "event_timestamp")
# The share of rows that must be as the preset says, of so many.
ENOUGH, MOST_ROWS = 0.5, 500


@dataclass(frozen=True)
class Preset:
    """A file of macros/presets, read as the variables that it stands for."""

    name: str
    columns: Mapping[str, Any]
    aliases: Mapping[str, str]
    rows: Mapping[str, Any]
    # Where its files are always of one format: that; else empty.
    telemetry_format: str = ""

    @property
    def names(self) -> list[str]:
        """The names of events that it knows, without what stands for any."""
        return [name for name in self.aliases if name != "*"]

    def type_of(self, name: str) -> str | None:
        """The canonical type of a source's name, in the order of docs/players.md."""
        known = self.aliases.get(name) or self.aliases.get(f"{name.partition('/')[0]}/*")
        return known or self.aliases.get("*")

    def knows(self, name: str) -> bool:
        """Whether the name, or what it begins with, stands in the preset."""
        return name in self.aliases or f"{name.partition('/')[0]}/*" in self.aliases


@dataclass(frozen=True)
class Likeness:
    """How much of a preset a sample has, in words and as a number to choose by."""

    preset: Preset
    why: Sequence[str]
    score: float


def read_presets(folder: File = PRESETS) -> list[Preset]:
    """The presets of the project, by name."""
    found = []
    for file in sorted(folder.glob("*.sql")):
        if told := YAML.search(file.read_text()):
            settings = yaml.safe_load(told[1])
            aliases = settings.get("event_type_aliases") or {}
            found.append(
                Preset(
                    file.stem,
                    settings.get("telemetry_columns") or {},
                    {str(name): event_type for name, event_type in aliases.items()},
                    settings.get("telemetry_rows") or {},
                    settings.get("telemetry_format") or "",
                )
            )
    return found


def find_preset(
    presets: Sequence[Preset], rows: Sequence[Row], telemetry_format: str = ""
) -> Likeness | None:
    """The preset that a sample has most of; None where it has enough of none."""
    presets = [each for each in presets if each.telemetry_format in ("", telemetry_format)]
    some = rows[:: max(len(rows) // MOST_ROWS, 1)]
    found = [likeness for preset in presets if (likeness := _likeness(preset, some))]
    return max(found, key=lambda each: each.score, default=None)


def with_preset(
    likeness: Likeness, own: Proposal, said: Mapping[str, Any], said_types: Mapping[str, str]
) -> Proposal:
    """The preset, and over it what it does not know of this sample, and what the user says."""
    preset = likeness.preset
    table = _meant(preset, _apart(preset, own.table))
    columns = {name: Found(rule, "you said so") for name, rule in said.items()}
    names = {name: Name(event_type, 0, "you said so") for name, event_type in said_types.items()}
    known_names = {}
    for name, count in _names(preset, table).items():
        if name in said_types:
            names[name] = Name(said_types[name], count, "you said so")
        elif known := preset.type_of(name) or (name if name in NAMES else None):
            known_names[name] = Name(known, count, "the preset")
        else:
            event_type = event_type_of(name)
            names[name] = Name(event_type, count, "not in the preset")
    return Proposal(
        table,
        columns,
        names,
        {},
        [note for note in own.notes if "UTC" in note and "event_timestamp" in preset.columns],
        preset=preset.name,
        preset_why=likeness.why,
        preset_columns=preset.columns,
        preset_names=known_names,
    )


def _likeness(preset: Preset, rows: Sequence[Row]) -> Likeness | None:
    there = _apart(preset, Table(rows))
    table = _meant(preset, there)
    if not table.rows or not all(
        _filled(preset.columns.get(name, name), table) for name in REQUIRED
    ):
        return None
    names = _names(preset, table)
    known = sum(count for name, count in names.items() if preset.knows(name))
    distinct = sum(preset.knows(name) for name in names)
    if preset.names and distinct < min(2, len(preset.names)):
        return None
    if names and known < ENOUGH * sum(names.values()) and "*" not in preset.aliases:
        return None
    read = [path for rule in preset.columns.values() for path in paths_of(rule, True)]
    found = {str(path) for path in read if any(path.read(row) is not None for row in table.rows)}
    fields = [name for name, rule in preset.columns.items() if paths_of(rule) and _any(rule, table)]
    of = [name for name, rule in preset.columns.items() if paths_of(rule)]
    if not preset.names and len(fields) < ENOUGH * len(of):
        return None
    why = [f"{len(fields)} of its {len(of)} fields are there, such as {', '.join(_telling(found))}"]
    if names:
        why.append(f"it knows {distinct} of the {len(names)} names of events")
    if where := preset.rows.get("where"):
        why.append(
            f"{len(table.rows)} of {len(there.rows)} rows meet its condition on "
            + ", ".join(map(str, where))
        )
    return Likeness(preset, why, len(found) + distinct + len(fields) / (len(of) + 1))


def _telling(paths: set[str]) -> list[str]:
    """The paths that say most: the longest."""
    return sorted(sorted(paths), key=len, reverse=True)[:3]


def _apart(preset: Preset, table: Table) -> Table:
    """The rows taken apart, where a list in each holds what is meant."""
    each = preset.rows.get("each")
    key = str(each.get("from") if isinstance(each, Mapping) else each)
    if not each or not any(isinstance(row.get(key), list) for row in table.rows):
        return table
    return Table(
        [{**row, key: element} for row in table.rows for element in row.get(key) or [None]]
    )


def _meant(preset: Preset, table: Table) -> Table:
    """The rows that meet the preset's conditions."""
    if not preset.rows.get("where"):
        return table
    numbers = range(len(table.rows))
    return Table([table.rows[number] for number in numbers if _is_meant(preset, table, number)])


def _is_meant(preset: Preset, table: Table, number: int) -> bool:
    """Whether a row meets the preset's conditions."""
    for path, wanted in (preset.rows.get("where") or {}).items():
        text = text_of(str(path), table, number)
        negated = isinstance(wanted, Mapping)
        values = wanted["not"] if negated else wanted
        values = values if isinstance(values, list) else [values]
        texts = [
            None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
            for value in values
        ]
        if (text in texts) == negated:
            return False
    return True


def _names(preset: Preset, table: Table) -> dict[str, int]:
    """The names of events as the preset reads them, with how many rows have them."""
    rule = preset.columns.get("event_type", "event_type")
    if isinstance(rule, Mapping) and "constant" in rule:
        return {}
    names: dict[str, int] = {}
    for number in range(len(table.rows)):
        name = text_of(rule, table, number) or ""
        if name or "" in preset.aliases:
            names[name] = names.get(name, 0) + 1
    return names


def _filled(rule: Any, table: Table) -> bool:
    """Whether enough rows have what a rule reads; any, where it is carried forward."""
    if not paths_of(rule):
        return True
    count = sum(text_of(rule, table, number) is not None for number in range(len(table.rows)))
    carried = isinstance(rule, Mapping) and rule.get("carry_forward")
    return count > 0 if carried else count >= ENOUGH * len(table.rows)


def _any(rule: Any, table: Table) -> bool:
    return any(text_of(rule, table, number) is not None for number in range(len(table.rows)))
