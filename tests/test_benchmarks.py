"""What `make bench` writes: ratios and targets from the numbers it kept."""

import copy
from typing import Any

import bench_report
import pytest
from rich.progress import Progress

STEPS = {
    "bound": 2.0,
    "spine": 12.0,
    "spine_ndjson": 20.0,
    "all": 18.0,
    "heartbeats": 23.4,
    "without_heartbeats": 1.0,
    "nothing": 1.5,
    "polars": 12.1,
    "generate_ndjson": 5.0,
    **{f"files_{count}{again}": 1.0 for count in (100, 10_000) for again in ("", "_again")},
    "files_20000": 11.0,
    "files_20000_again": 11.0,
}


@pytest.fixture
def million() -> dict[str, Any]:
    """A million events, every target just met."""
    steps = {
        name: {"seconds": seconds, "wall_seconds": 20.0, "cpu_seconds": seconds, "peak_mb": 900.0}
        for name, seconds in STEPS.items()
    }
    for again in ("", "_again"):
        steps[f"files_10000{again}"] |= {"cpu_seconds": 1 + 10 / 2.4, "seconds": 3.0}
    model = {"seconds": 1.0, "peak_mb": 500.0}
    return {
        "size": 1_000_000,
        "events": 1_000_000,
        "files": 738,
        "ndjson_mb": 96.0,
        "parquet_mb": 70.0,
        "build_mb": 126.0,
        "measured_on": "2025-03-03",
        "repeats": 3,
        "memory_limit": "12GB",
        "landed_shares": {"increment": 0.0101, "late": 0.002},
        "machine": {"system": "Linux", "processor": "one", "cores": 2, "memory_gb": 16},
        "versions": {"duckdb": "2.0.0", "commit": "abc"},
        "steps": steps,
        "failed": {"pyspark": "needs more than 16 GB"},
        "rules": {"plain": {"events": 1_000_000, "five_types": 1.5, "all_types": 3.0}},
        "heartbeats": {
            "heartbeats": {"events": 1_000_000, "marts_mb": 11.0},
            "without_heartbeats": {"events": 43_000, "marts_mb": 10.0},
        },
        "models": {name: {"int_playback_spans": model} for name in ("all", "increment")},
    }


def with_an_increment(size: dict[str, Any], share: float) -> dict[str, Any]:
    """The size, and landing the last 1 % in such a share of a full refresh's time."""
    step = size["steps"]["all"]
    size["steps"]["increment"] = step | {"seconds": share * step["seconds"]}
    return size


def larger(size: dict[str, Any], times_the_events: int, times_the_seconds: float) -> dict[str, Any]:
    grown = copy.deepcopy(size)
    grown["size"] *= times_the_events
    grown["events"] *= times_the_events
    for step in grown["steps"].values():
        step["seconds"] *= times_the_seconds
    return grown


def unmet(*sizes: dict[str, Any]) -> list[str]:
    return [target.text for target in bench_report.targets(sizes) if not target.met]


def test_ratios_are_to_the_bound(million):
    assert bench_report.ratio(million, "spine") == 6
    assert bench_report.ratio(million, "nothing") == 0.75


def test_a_target_that_is_just_met_is_met(million):
    assert len(bench_report.targets([million])) == 13
    assert unmet(million) == []


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("spine", "Parquet → `viewer_title_engagement` ≤ 6 × the bound"),
        ("all", "Parquet → all marts ≤ 9 × the bound"),
        ("spine_ndjson", "gzip NDJSON → `viewer_title_engagement` ≤ 10 × the bound"),
        ("heartbeats", "a row of ten-second heartbeats ≤ 1.3 ×"),
        ("nothing", "models of a run with nothing new ≤ 1.5 s"),
        ("generate_ndjson", "generator"),
        ("files_20000", "20,000 new files, before any model: ≤ 10 s"),
        ("files_20000_again", "20,000 known files, before any model: ≤ 10 s"),
    ],
)
def test_a_target_that_is_just_missed_is_not_met(million, step, words):
    million["steps"][step]["seconds"] *= 1.001
    (missed,) = unmet(million)
    assert words in missed


def test_polars_is_as_fast(million):
    million["steps"]["polars"]["seconds"] = 12.0
    assert unmet(million) == [
        "Parquet → `viewer_title_engagement` faster than Polars, which stores nothing"
    ]


@pytest.mark.parametrize(
    ("name", "words"), [("build_mb", "build file ≤ 1.8 ×"), ("heartbeats", "≤ 1.1 × as large")]
)
def test_what_is_a_little_too_large_is_not_met(million, name, words):
    if name == "heartbeats":
        million["heartbeats"]["heartbeats"]["marts_mb"] = 11.1
    else:
        million[name] = 126.1
    (missed,) = unmet(million)
    assert words in missed


def test_files_that_cost_more_the_more_there_are(million):
    million["steps"]["files_10000"]["cpu_seconds"] = 1 + 10 / 2.5
    assert unmet(million) == ["twice the new files ≤ 2.4 × the CPU time, before any model"]


@pytest.mark.parametrize(("times", "share"), [(10, 0.08), (100, 0.05)])
def test_landing_has_a_limit_from_ten_million_events_on(million, times, share):
    assert unmet(with_an_increment(million, 0.5)) == []
    large = larger(million, times, 1)
    words = f"landing 1 % ≤ {share:.0%} of a full refresh, of the models' time"
    assert words not in unmet(with_an_increment(large, share))
    assert words in unmet(with_an_increment(large, share + 0.001))


def test_ten_times_the_events_may_take_twelve_times_the_time(million):
    missed = unmet(million, larger(million, 10, 12))
    assert [text for text in missed if "10 × the events" in text] == []
    missed = unmet(million, larger(million, 10, 12.01))
    assert [text for text in missed if "10 × the events" in text] == [
        "`viewer_title_engagement`: 10 × the events ≤ 12 × the time",
        "all marts: 10 × the events ≤ 12 × the time",
    ]


def test_times_of_different_commits_are_not_compared(million):
    ten = larger(million, 10, 13)
    ten["versions"]["commit"] = "def"
    growth = [
        target
        for target in bench_report.targets([million, ten])
        if "10 × the events" in target.text
    ]
    assert [(target.measured, target.met) for target in growth] == [
        ("13.0 ×, of commits abc and def", None)
    ] * 2
    assert "of commits abc and def | not comparable |" in bench_report.markdown([million, ten])


@pytest.mark.parametrize(
    ("step", "minutes", "gigabytes", "met"),
    [
        ("spine", 6, 16, True),
        ("spine", 6.1, 1, False),
        ("spine", 1, 17, False),
        ("all", 10, 16, True),
        ("all", 10.1, 16, False),
    ],
)
def test_a_hundred_million_events_have_limits_of_time_and_memory(
    million, step, minutes, gigabytes, met
):
    large = larger(million, 100, 100)
    large["steps"][step] |= {"wall_seconds": minutes * 60, "peak_mb": gigabytes * 1000}
    limit = {"spine": "6 minutes", "all": "10 minutes"}[step]
    (target,) = [target for target in bench_report.targets([large]) if limit in target.text]
    assert target.met == met


def test_measuring_a_size_again_replaces_its_rows_alone(million, tmp_path):
    ten = larger(million, 10, 11)
    for measured in (ten, million, million | {"repeats": 7}):
        bench_report.keep(tmp_path, measured)
    page = bench_report.markdown(bench_report._read(tmp_path))
    assert [size["size"] for size in bench_report._read(tmp_path)] == [1_000_000, 10_000_000]
    assert "Runs of each step: 7." in page
    assert "Runs of each step: 3." in page
    assert page.count("| needs more than 16 GB | needs more than 16 GB |") == 1


def test_the_page_tells_what_was_measured_and_what_was_not(million):
    page = bench_report.markdown([million])
    for line in (
        "| 1 M, plain | 1,000,000 | 1.50 s | 3.00 s | 2.00 |",
        "| 1 M, without heartbeats | 43,000 | 1.00 | 10.0 MB |",
        "| 20,000 new files | 10.0 | 10.0 |",
        "the build file has 126 MB.",
        "Not measured, pyspark: needs more than 16 GB.",
    ):
        assert line in page


@pytest.fixture
def bench(tmp_path, monkeypatch) -> tuple[Any, Any, list[dict[str, Any]]]:
    """Module run, a bench of it whose processes are not run, and what it keeps."""
    import run

    monkeypatch.setattr(run, "DATA", tmp_path)
    monkeypatch.setattr(run, "version", lambda package: "1")
    kept: list[dict[str, Any]] = []
    bench = run.Bench(1_000_000, 1, "1GB", Progress(disable=True), kept.append)
    lake = run.Lake(str(tmp_path), 1_000_000, 1.0, 1.0, 1.0, 700, 70.0)
    monkeypatch.setattr(bench, "_generate", lambda _: lake)
    monkeypatch.setattr(bench, "_bound", lambda _: bench._add("bound", seconds=1.0, peak_mb=1.0))
    for name in ("_refreshes", "_staging", "_order_and_rules", "_peer", "_increments", "_ndjson"):
        monkeypatch.setattr(bench, name, lambda *_: None)
    return run, bench, kept


def test_a_part_that_fails_costs_itself(bench, monkeypatch):
    run, bench, kept = bench

    def fail() -> None:
        raise run.RunError("dbt … failed (1):\nand so on")

    monkeypatch.setattr(bench, "_heartbeats", fail)
    monkeypatch.setattr(
        bench, "_small_files", lambda: bench._add("files_100", seconds=1.0, peak_mb=1.0)
    )
    failed = bench.measure(set(run.Part))
    assert failed == ["heartbeats: dbt … failed (1):\nand so on"]
    assert kept[-1]["failed"] == {"heartbeats": "dbt … failed (1):"}
    assert kept[-1]["steps"].keys() == {"bound", "files_100"}
    assert len(kept) > len(run.Part), "each is kept when it is done"
