"""The cases of tests/cases/players: rows as a source sends them, and the numbers expected."""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "players"
PRESETS = ROOT / "macros" / "presets"
TOLERANCE = Decimal("0.011")
# The hour in which every case's rows land.
LANDED = "year=2025/month=04/day=01/hour=00"
TITLE_COLUMNS = (
    "title_id", "title_name", "title_type", "genre", "duration_seconds", "released_on",
)  # fmt: skip

Pair = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A source's rows, its variables (a preset's name, most often), and what must come of them."""

    name: str

    @property
    def folder(self) -> Path:
        return CASES / self.name

    @property
    def titles(self) -> Path:
        """Its catalogue."""
        return self.folder / "titles.csv"

    @property
    def told(self) -> dict[str, Any]:
        """What its vars.yml says."""
        told: dict[str, Any] = yaml.safe_load((self.folder / "vars.yml").read_text())
        return told

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of dbt that the case is built with, but for its paths."""
        return self.told | ({"telemetry_format": "csv"} if self.is_csv else {})

    @property
    def preset(self) -> str:
        """Empty where the case maps its columns itself."""
        return str(self.told.get("preset", ""))

    @property
    def is_csv(self) -> bool:
        """Whether the source's files are CSV: the case's rows are then written so."""
        return (settings_of(self.preset) | self.told).get("telemetry_format") == "csv"

    @property
    def per_row(self) -> tuple[str, ...]:
        """The counters that count a row's own: models after staging treat these otherwise."""
        given = settings_of(self.preset).get("telemetry_columns", {})
        rules = (given | self.told.get("telemetry_columns", {})).items()
        return tuple(
            sorted(name for name, rule in rules if isinstance(rule, dict) and rule.get("per_row"))
        )

    @property
    def rows(self) -> list[Row]:
        lines = (self.folder / "input.json").read_text().splitlines()
        return [json.loads(line, parse_float=Decimal) for line in lines]

    @property
    def expected(self) -> dict[str, Any]:
        """What its expected.json says; numbers with a point are decimals."""
        text = (self.folder / "expected.json").read_text()
        told: dict[str, Any] = json.loads(text, parse_float=Decimal)
        return told

    @property
    def expected_pairs(self) -> dict[Pair, Row]:
        """The values expected, by viewer and title as the source names them."""
        told = self.expected
        longs = {short: long for long, short in told.get("ids", {}).items() if long != "note"}
        return {
            (row["customer_id"], longs.get(row["title_id"], row["title_id"])): row
            for row in told["viewer_title"]
        }

    def write_lake(self, folder: Path) -> Path:
        """Its rows as one landed file."""
        (folder / LANDED).mkdir(parents=True)
        if self.is_csv:
            with (folder / LANDED / "part-00000.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, list(self.rows[0]))
                writer.writeheader()
                writer.writerows(self.rows)
        else:
            text = (self.folder / "input.json").read_text()
            (folder / LANDED / "part-00000.json").write_text(text)
        return folder


def all_cases() -> list[Case]:
    return [Case(folder.name) for folder in sorted(CASES.iterdir())]


def write_titles(path: Path, cases: Iterable[Case]) -> Path:
    """The catalogues of all cases as one, each title named after its case."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, TITLE_COLUMNS)
        writer.writeheader()
        for case in cases:
            with case.titles.open() as titles:
                for row in csv.DictReader(titles):
                    writer.writerow(row | {"title_id": f"{case.name}:{row['title_id']}"})
    return path


def settings_of(preset: str) -> dict[str, Any]:
    """The variables that a preset gives; none where no preset is named."""
    if not preset:
        return {}
    text = head_and_text(preset).split("{% set yaml %}")[1].split("{% endset %}")[0]
    settings: dict[str, Any] = yaml.safe_load(text)
    return settings


def head_and_text(preset: str) -> str:
    return (PRESETS / f"{preset}.sql").read_text()


def tried_on(preset: str) -> str:
    """What a preset's head says that it was tried on, without the place of the case."""
    head = " ".join(head_and_text(preset).split("-#}")[0].split())
    found = re.search(r"Tried on: (.*?) \(tests/cases", head)
    if found is None:
        raise ValueError(f"macros/presets/{preset}.sql does not say what it was tried on")
    return found.group(1)


def source_of(preset: str) -> str:
    """What a preset's head says that it reads: its first words."""
    head = " ".join(head_and_text(preset).removeprefix("{#-").split())
    return re.split(r"[:(]|[.] ", head)[0].strip()
