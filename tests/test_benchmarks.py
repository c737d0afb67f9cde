"""What `make bench` writes: ratios and targets from the numbers it kept."""

import copy
from typing import Any

import pytest
import report

STEPS = {
    "bound": 2.0,
    "spine": 6.0,
    "all": 10.0,
    "increment": 0.5,
    "generate_ndjson": 5.0,
}


@pytest.fixture
def million() -> dict[str, Any]:
    """A million events, every target just met."""
    steps = {name: {"seconds": seconds, "peak_mb": 900.0} for name, seconds in STEPS.items()}
    steps["spine"]["wall_seconds"] = 300.0
    model = {"seconds": 1.0, "peak_mb": 500.0}
    return {
        "size": 1_000_000,
        "events": 1_000_000,
        "files": 738,
        "ndjson_mb": 96.0,
        "parquet_mb": 70.0,
        "measured_on": "2025-03-03",
        "repeats": 3,
        "memory_limit": "12GB",
        "landed_shares": {"increment": 0.0101, "late": 0.002},
        "machine": {"system": "Linux", "processor": "one", "cores": 2, "memory_gb": 16},
        "versions": {"duckdb": "2.0.0", "commit": "abc"},
        "steps": steps,
        "failed": {"polars": "needs more than 16 GB"},
        "rules": {"plain": {"events": 1_000_000, "five_types": 1.5, "all_types": 3.0}},
        "models": {name: {"int_playback_spans": model} for name in ("all", "increment")},
    }


def larger(size: dict[str, Any], times_the_events: int, times_the_seconds: float) -> dict[str, Any]:
    grown = copy.deepcopy(size)
    grown["size"] *= times_the_events
    grown["events"] *= times_the_events
    for step in grown["steps"].values():
        step["seconds"] *= times_the_seconds
    return grown


def unmet(*sizes: dict[str, Any]) -> list[str]:
    return [target.text for target in report.targets(sizes) if not target.met]


def test_ratios_are_to_the_bound(million):
    assert report.ratio(million, "spine") == 3
    assert report.ratio(million, "increment") == 0.25


def test_a_target_that_is_just_met_is_met(million):
    assert len(report.targets([million])) == 5
    assert unmet(million) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("spine", "`viewer_title_engagement` ≤ 3.0 ×"),
        ("all", "all marts ≤ 5.0 ×"),
        ("increment", "landing 1 %"),
        ("generate_ndjson", "generator"),
    ],
)
def test_a_target_that_is_just_missed_is_not_met(million, step, words):
    million["steps"][step]["seconds"] *= 1.001
    (missed,) = unmet(million)
    assert words in missed


def test_ten_times_the_events_may_take_twelve_times_the_time(million):
    assert unmet(million, larger(million, 10, 12)) == ["generator ≥ 200,000 events/s, gzip NDJSON"]
    missed = unmet(million, larger(million, 10, 12.01))
    assert [text for text in missed if "10 × the events" in text] == [
        "`viewer_title_engagement`: 10 × the events ≤ 12 × the time",
        "all marts: 10 × the events ≤ 12 × the time",
    ]


def test_times_of_different_commits_are_not_compared(million):
    ten = larger(million, 10, 13)
    ten["versions"]["commit"] = "def"
    growth = [target for target in report.targets([million, ten]) if "10 × the" in target.text]
    assert [(target.measured, target.met) for target in growth] == [
        ("13.0 ×, of commits abc and def", None)
    ] * 2
    assert "of commits abc and def | not comparable |" in report.markdown([million, ten])


@pytest.mark.parametrize(
    ("minutes", "gigabytes", "met"), [(5, 16, True), (5.1, 1, False), (1, 17, False)]
)
def test_a_hundred_million_events_have_limits_of_time_and_memory(million, minutes, gigabytes, met):
    large = larger(million, 100, 100)
    large["steps"]["spine"] |= {"wall_seconds": minutes * 60, "peak_mb": gigabytes * 1000}
    (target,) = [target for target in report.targets([large]) if "16 GB" in target.text]
    assert target.met == met


def test_measuring_a_size_again_replaces_its_rows_alone(million, tmp_path):
    ten = larger(million, 10, 11)
    for measured in (ten, million, million | {"repeats": 7}):
        report.keep(tmp_path, measured)
    page = report.markdown(report._read(tmp_path))
    assert [size["size"] for size in report._read(tmp_path)] == [1_000_000, 10_000_000]
    assert "Runs of each step: 7." in page
    assert "Runs of each step: 3." in page
    assert page.count("| needs more than 16 GB | needs more than 16 GB |") == 1


def test_order_and_rules_beside_five_types_of_event(million):
    assert unmet(million) == []
    million["rules"]["plain"]["all_types"] = 3.01
    assert unmet(million) == ["order and rules ≤ 2 × those of five types of event"]
    assert "| 1 M, plain | 1,000,000 | 1.50 s | 3.01 s | 2.01 |" in report.markdown([million])
