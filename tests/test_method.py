"""What docs/method.md says is so: its examples, its columns, its settings and who cites it."""

import random
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import oracle
import oracle_marts
import pytest
import yaml
from conftest import ROOT
from method_examples import BEGAN_AT, METHOD, OUTCOMES, Example, Figures, examples
from oracle import PLAYBACK, Derived, Interval, derive

TEXT = METHOD.read_text()
EXAMPLES = examples()
HEADINGS = re.findall(r"^##+ ((\d+(?:\.\d+)?) .*)$", TEXT, re.MULTILINE)
MARTS: Mapping[str, Callable[..., Mapping[Any, Mapping[str, Any]]]] = {
    "viewing_sessions": oracle.viewing_sessions,
    "viewer_title_engagement": oracle.viewer_title_engagement,
    "title_retention": oracle.title_retention,
    "title_performance": oracle_marts.title_performance,
    "viewer_segments": oracle_marts.viewer_segments,
    "viewing_concurrency": oracle_marts.viewing_concurrency,
    "playback_quality": oracle_marts.playback_quality,
    "daily_viewing": oracle_marts.daily_viewing,
}
SECTION_OF_MART = {
    "viewing_sessions": "5",
    "viewer_title_engagement": "6",
    "title_retention": "7.1",
    "title_performance": "7.2",
    "viewing_concurrency": "8.1",
    "viewer_segments": "8.2",
    "daily_viewing": "8.3",
    "viewing_now": "8.4",
    "playback_quality": "9",
    "daily_intake": "10",
}
EVIDENCE = {"observed", "lost_close", "clock", "seek", "reported", "switched", "stated"}


def of_page(example: Example) -> str:
    return f"{example.section}-line-{example.line}"


def arrivals(events: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """The same events in their order, backwards, and shuffled."""
    yield events
    yield events[::-1]
    for seed in range(3):
        yield random.Random(seed).sample(events, len(events))


# --- Examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=of_page)
def test_every_event_of_an_example_owns_what_the_page_says(example):
    ids = [event["event_id"] for event in example.events]
    for events in arrivals(example.events):
        derived = derive(events, example.catalogue, PLAYBACK)
        spans = {key[0]: span for key, span in derived.spans.items()}
        pieces = {key[0]: piece for key, piece in derived.pieces.items()}
        for event_id, row in zip(ids, example.rows, strict=True):
            got = outcome(pieces.get(event_id), spans[event_id].evidence, example.headings)
            assert got == {name: cell for name, cell in row.items() if name in OUTCOMES}, row


@pytest.mark.parametrize("example", EXAMPLES, ids=of_page)
def test_every_example_stands_in_its_order(example):
    ids = [event["event_id"] for event in example.events]
    for events in arrivals(example.events):
        for found in sequences(derive(events, example.catalogue, PLAYBACK)):
            assert found == [event_id for event_id in ids if event_id in found]


@pytest.mark.parametrize("example", [item for item in EXAMPLES if item.figures], ids=of_page)
def test_every_figure_of_an_example_is_a_mart_s(example):
    for figures in example.figures:
        row = row_of(example, figures)
        assert {name: printed(row[name], value) for name, value in figures.values.items()} == {
            **figures.values
        }


def outcome(
    piece: Interval | None, evidence: str | None, headings: Iterable[str]
) -> dict[str, str | None]:
    """What an event owns, as an example prints it; None where the cell must be blank."""
    placed = None if piece is None else piece.on_title
    clock = None if piece is None else [since_start(moment) for moment in piece.on_clock]
    found = {
        "owns": None if placed is None else interval(*placed),
        "watch": None if piece is None else number(piece.seconds),
        "evidence": evidence,
        "on the clock": None if clock is None else interval(*clock),
    }
    return {heading: cell for heading, cell in found.items() if heading in headings and cell}


def sequences(derived: Derived) -> list[list[str]]:
    return [[span.event.event_id for span in spans] for spans in derived.sequences.values()]


def row_of(example: Example, figures: Figures) -> Mapping[str, Any]:
    rows = MARTS[figures.mart](example.events, example.catalogue)
    found = [row for key, row in rows.items() if figures.part in (None, *map(part, key))]
    assert len(found) == 1, f"{figures}: {len(found)} rows"
    return found[0]


def part(of_key: Any) -> str:
    return f"{of_key:%H:%M}" if isinstance(of_key, datetime) else str(of_key)


def printed(value: Any, as_on_page: str) -> str:
    """A mart's value, with as many decimals as the page has."""
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return value
    decimals = len(as_on_page.partition(".")[2])
    if not decimals:
        return number(Decimal(str(value)))
    rounded = round(Fraction(value) * 10**decimals) / Fraction(10**decimals)
    return f"{float(rounded):.{decimals}f}"


def interval(start: Decimal, end: Decimal) -> str:
    return f"[{number(start)}, {number(end)})"


def number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def since_start(moment: datetime) -> Decimal:
    return Decimal(str((moment - BEGAN_AT).total_seconds()))


def test_every_evidence_has_an_example():
    shown = {row.get("evidence") for item in EXAMPLES for row in item.rows} - {None}
    assert shown == EVIDENCE
    unplaced = [
        f for item in EXAMPLES for f in item.figures if "unplaced_watch_seconds" in f.values
    ]
    assert unplaced


def test_the_two_cases_of_retention():
    """docs/method.md §7.1: half of 100 views leave at 15 s; of 100 that stay, 20 rewind."""

    def views(rewinding: int, leaving: int) -> list[dict[str, Any]]:
        told = [(0, "start", 0), (60, "stop", 60)]
        left = [(0, "start", 0), (15, "stop", 15)]
        rewound = [*[(0, "start", 0), (45, "pause", 45)], *[(50, "resume", 30), (80, "stop", 60)]]
        of_viewer = [left] * leaving + [rewound] * rewinding
        of_viewer += [told] * (100 - len(of_viewer))
        return [
            {
                "event_id": f"{viewer}-{at}",
                "customer_id": str(viewer),
                "session_id": "session",
                "title_id": "clip",
                "event_type": event_type,
                "event_timestamp": f"2025-03-03T10:{at // 60:02}:{at % 60:02}Z",
                "position_seconds": position,
                "landed_at": BEGAN_AT,
            }
            for viewer, events in enumerate(of_viewer)
            for at, event_type, position in events
        ]

    catalogue = {
        "clip": {"title_name": "clip", "title_type": None, "duration_seconds": Decimal(60)}
    }

    def quarters(events: list[dict[str, Any]]) -> list[set[float]]:
        rows = oracle.title_retention(events, catalogue)
        found: list[set[float]] = [set(), set(), set(), set()]
        for (_, percent), row in rows.items():
            found[percent // 25].add(row["absolute_retention"])
        return found

    assert quarters(views(rewinding=0, leaving=50)) == [{1.0}, {0.5}, {0.5}, {0.5}]
    assert quarters(views(rewinding=20, leaving=0)) == [{1.0}, {1.0}, {1.2}, {1.0}]


# --- The page and the project --------------------------------------------------------------------


def section(number: str) -> str:
    """A section's text, its own sections included."""
    match = re.search(
        rf"^(##+) {re.escape(number)} .*?(?=^\1 |^## |\Z)", TEXT, re.MULTILINE | re.DOTALL
    )
    assert match, f"no section {number}"
    return match[0]


def contracts() -> dict[str, list[str]]:
    """The columns of every mart, by its contract."""
    paths = sorted((ROOT / "models" / "marts").glob("*.yml"))
    models = [
        model for path in paths for model in yaml.safe_load(path.read_text()).get("models", [])
    ]
    return {model["name"]: [c["name"] for c in model["columns"]] for model in models}


def test_every_column_of_every_mart_is_defined():
    found = contracts()
    assert found.keys() == SECTION_OF_MART.keys()
    for mart, columns in found.items():
        text = section(SECTION_OF_MART[mart])
        cells = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
        defined = set(re.findall(r"`(\w+)`", " ".join(cells)))
        assert [column for column in columns if column not in defined] == [], mart


def test_every_setting_stands_with_its_default():
    variables = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    listed = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", section("1.3"), re.MULTILINE))
    for group in ("playback", "engagement", "audience"):
        for name, default in variables[f"{group}_defaults"].items():
            assert float(listed[name]) == default, name


def test_every_link_of_the_page_leads_somewhere():
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^##+ (.*)$", TEXT, re.MULTILINE)
    }
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert links
    dangling = [
        link
        for link in links
        if (link[1:] not in anchors if link[0] == "#" else not (METHOD.parent / link).exists())
    ]
    assert dangling == []


def test_every_section_is_in_the_contents():
    contents = TEXT.partition("**Contents**")[2].partition("\n![")[0]
    for title, number in HEADINGS:
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        assert f"(#{anchor})" in contents, f"§{number}"


def test_every_section_that_is_cited_is_there():
    """Comments, tests and pages cite “docs/method.md §3.5”."""
    numbers = {number for _, number in HEADINGS}
    listed = subprocess.run(
        ["git", "grep", "-I", "-h", "-o", "-E", r"method\.md §[0-9]+(\.[0-9]+)?"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert listed
    assert {line.partition("§")[2] for line in listed} - numbers == set()
