"""The examples of docs/players.md, built as they are printed there."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_players import PAGE
from forked_dbt import run_dbt
from players.build import build_marts, outcomes, stage
from players.cases import LANDED, TITLE_COLUMNS, Case

TITLE = ("film", "A film", "movie", "Drama", "600", "2025-01-01")
# The page names columns of the marts; cases have shorter names for some.
SHORT = {"forward_skip_count": "forward_skips"}


@dataclass(frozen=True)
class Example(Case):
    """An example of the page: rows, variables, and what it says that they give."""

    text: str = ""
    made_in: Path = Path()

    def block(self, language: str) -> str:
        found = re.search(rf"```{language}\n(.*?)```", self.text, re.DOTALL)
        return found.group(1) if found else ""

    @property
    def titles(self) -> Path:
        path = self.made_in / "titles.csv"
        path.write_text(f"{','.join(TITLE_COLUMNS)}\n{','.join(TITLE)}\n")
        return path

    @property
    def told(self) -> dict[str, Any]:
        return yaml.safe_load(self.block("yaml"))

    @property
    def expected_pairs(self) -> dict[tuple[str, str], dict[str, Any]]:
        (customer_id, told) = re.search(r"^Gives: (\w+) (.*)\.$", self.text, re.MULTILINE).groups()
        values = dict(value.split(" = ") for value in told.split(", "))
        numbers = {SHORT.get(name, name): Decimal(value) for name, value in values.items()}
        return {(customer_id, "film"): {"customer_id": customer_id, "title_id": "film"} | numbers}

    def write_lake(self, folder: Path) -> Path:
        (folder / LANDED).mkdir(parents=True)
        for language in ("json", "csv"):
            if text := self.block(language):
                (folder / LANDED / f"part-00000.{language}").write_text(text)
        return folder


def examples(made_in: Path) -> list[Example]:
    """The sections of the page's part Examples."""
    part = PAGE.read_text().split("\n## Examples\n")[1].split("\n## ")[0]
    sections = (section.split("\n", 1) for section in part.split("\n### ")[1:])
    return [Example(re.sub(r"\W+", "_", head.lower()), text, made_in) for head, text in sections]


NAMES = [example.name for example in examples(Path())]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    staged = {each: stage(each, folder / each.name, run_dbt) for each in examples(folder)}
    marts = build_marts(staged, folder / "marts", run_dbt)
    return {each.case.name: each for each in outcomes(staged, marts)}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_gives_what_the_page_says(found, name):
    assert found[name].wrong == ()
    assert found[name].right >= 2
    assert found[name].rejected == 0


def test_there_is_an_example_of_each_shape():
    assert len(NAMES) >= 6
