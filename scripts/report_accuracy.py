"""Measure how far the marts are from what simulated viewers really watched, fault by fault.

`python scripts/report_accuracy.py` writes docs/accuracy.md. The generator's truth is the measure:
a lake without faults must give it exactly, and one with a fault shows what that fault costs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from generator.faults import REALISTIC, FaultRates
from generator.run import GeneratorOptions, generate
from rich.console import Console
from rich.progress import track

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "accuracy.md"
RATES = (0.01, 0.05, 0.2)
DAYS = 3
SCALE = 0.0015

# What the total of watch seconds, and of unique seconds, may be off by at most, in percent of what
# was watched, for each percent of the fault's rate: a fault that touches no interval costs nothing.
BOUND_PER_PERCENT = {
    "duplicates": 0.0,
    "out_of_order": 0.0,
    "late": 0.0,
    "lost_starts": 0.05,
    "lost_ends": 0.6,
    "clock_skew": 0.02,
    "malformed": 0.6,
    "negative_positions": 0.6,
    "unknown_types": 0.6,
}

Pair = tuple[str, str]
Seconds = dict[Pair, tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Scenario:
    """A lake of the same viewers with its own faults; `bound_percent` is what it may be off by."""

    name: str
    faults: FaultRates
    bound_percent: float

    @property
    def customer_prefix(self) -> str:
        return f"{self.name.replace(' ', '-').rstrip('%')}-"


@dataclass(frozen=True)
class Accuracy:
    """How far a scenario's marts are from the truth; errors are the marts less the truth."""

    scenario: Scenario
    pairs: int
    """viewer × title pairs with watch time, in the marts or in truth"""
    exact_pairs: int
    """those whose watch and unique seconds are both right to the millisecond"""
    mean_pair_error_seconds: float
    """mean absolute error of a pair's watch seconds"""
    watch_error_percent: float
    unique_error_percent: float

    @property
    def within_bound(self) -> bool:
        worst = max(abs(self.watch_error_percent), abs(self.unique_error_percent))
        exact = self.scenario.bound_percent > 0 or self.exact_pairs == self.pairs
        return exact and worst <= self.scenario.bound_percent


def scenarios() -> Iterator[Scenario]:
    """No fault, each fault alone at several rates, and the generator's realistic mix."""
    yield Scenario("none", FaultRates(), 0.0)
    for fault, bound in BOUND_PER_PERCENT.items():
        for rate in RATES:
            yield Scenario(
                f"{fault} {100 * rate:g}%",
                FaultRates(**{fault: rate}),
                bound * 100 * rate,
            )
    yield Scenario("realistic", REALISTIC, 1.0)


def measure(folder: Path) -> list[Accuracy]:
    """Generates every scenario's lake below `folder`, builds them all in one run, and compares.

    Raises RuntimeError with dbt's output where the build fails.
    """
    chosen = list(scenarios())
    for scenario in track(chosen, "generating", console=Console(stderr=True), transient=True):
        generate(
            GeneratorOptions(
                output=folder / "lakes" / scenario.customer_prefix,
                days=DAYS,
                scale=SCALE,
                faults=scenario.faults,
                truth=True,
                customer_prefix=scenario.customer_prefix,
            )
        )
    build(folder)
    watched, found = truth(folder), marts(folder)
    return [compare(scenario, watched, found) for scenario in chosen]


def build(folder: Path) -> None:
    """Runs the models over all lakes below `folder`."""
    variables = {"telemetry_path": f"{folder}/lakes/*/telemetry/**/*.json.gz"}
    environment = {
        "PLAYHEAD_DUCKDB_PATH": str(folder / "accuracy.duckdb"),
        "DBT_PROFILES_DIR": str(ROOT),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    only_models = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, "build", *only_models, "--vars", json.dumps(variables)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout)


def truth(folder: Path) -> Seconds:
    """Watch and unique seconds of each pair, from the intervals that the viewers really watched."""
    pieces = defaultdict(list)
    query = f"""
        select customer_id, title_id, start_seconds, end_seconds
        from read_csv('{folder}/lakes/*/truth/watched.csv.gz', types = {{
            'start_seconds': 'decimal(12, 3)', 'end_seconds': 'decimal(12, 3)'
        }})
        where customer_id <> 'reference-viewer'
    """
    for customer_id, title_id, start, end in duckdb.sql(query).fetchall():
        pieces[customer_id, title_id].append((start, end))
    return {
        pair: (sum(end - start for start, end in intervals), union_seconds(intervals))
        for pair, intervals in pieces.items()
    }


def union_seconds(intervals: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Measure of the union of half-open intervals, in their unit."""
    total, reached = Decimal(0), Decimal(0)
    for start, end in sorted(intervals):
        total += max(end - max(start, reached), Decimal(0))
        reached = max(reached, end)
    return total


def marts(folder: Path) -> Seconds:
    """Watch and unique seconds of each pair, as viewer_title_engagement has them."""
    with duckdb.connect(str(folder / "accuracy.duckdb"), read_only=True) as connection:
        rows = connection.execute("""
            select customer_id, title_id, watch_seconds, unique_watch_seconds
            from marts.viewer_title_engagement
            where watch_seconds > 0 and customer_id <> 'reference-viewer'
        """).fetchall()
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def compare(scenario: Scenario, watched: Seconds, found: Seconds) -> Accuracy:
    """The scenario's part of both, pair by pair and in total."""
    nothing = (Decimal(0), Decimal(0))
    pairs = [
        (watched.get(pair, nothing), found.get(pair, nothing))
        for pair in watched.keys() | found.keys()
        if pair[0].startswith(scenario.customer_prefix)
    ]
    errors = [(is_[0] - was[0], is_[1] - was[1]) for was, is_ in pairs]
    return Accuracy(
        scenario=scenario,
        pairs=len(pairs),
        exact_pairs=errors.count(nothing),
        mean_pair_error_seconds=float(sum(abs(watch) for watch, _ in errors)) / len(pairs),
        watch_error_percent=percent(sum(e[0] for e in errors), sum(was[0] for was, _ in pairs)),
        unique_error_percent=percent(sum(e[1] for e in errors), sum(was[1] for was, _ in pairs)),
    )


def percent(part: Decimal, whole: Decimal) -> float:
    return float(100 * part / whole)


def render(results: list[Accuracy]) -> str:
    """The report, in Markdown."""
    lines = [
        "# Accuracy",
        "",
        "How far `viewer_title_engagement` is from what was really watched, by the generator's",
        f"truth: {results[0].pairs:,} viewer × title pairs over {DAYS} days, the same viewers in",
        "every row. An error is the mart less the truth. `make accuracy` writes this page; a test",
        "holds it to what the code gives, and each row to its bound.",
        "",
        "| fault | exact pairs | mean error a pair | watch, in total | unique, in total | bound |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        lines.append(
            f"| {result.scenario.name} | {100 * result.exact_pairs / result.pairs:.2f} % "
            f"| {result.mean_pair_error_seconds:.1f} s | {result.watch_error_percent:+.3f} % "
            f"| {result.unique_error_percent:+.3f} % | ± {result.scenario.bound_percent:g} % |"
        )
    lines += [
        "",
        "Repeats, disorder and lateness cost nothing: the result depends on the set of events, not",
        "on how they arrive. What a lost event costs depends on which one: between two events of a",
        "session the evidence that is left bounds what was watched; what a browser that closes",
        "without a word has played is not known, and not invented.",
    ]
    return "\n".join(lines) + "\n"


def main(
    output: Annotated[Path, typer.Option(help="Where to write the report.")] = REPORT,
) -> None:
    """Measure every scenario and write the report."""
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder))
    output.write_text(render(results))
    outside = [result.scenario.name for result in results if not result.within_bound]
    if outside:
        sys.exit(f"{output}: outside their bounds: {', '.join(outside)}")
    print(f"{output}: {len(results)} scenarios, all within their bounds")


if __name__ == "__main__":
    typer.run(main)
