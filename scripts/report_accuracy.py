"""Measure how far the marts are from what simulated viewers really watched.

`python scripts/report_accuracy.py` writes docs/accuracy.md. The generator's truth is the measure:
a lake without faults must give it exactly, one with a fault shows what that fault costs, and one of
other players what they leave unsaid.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from generator.faults import REALISTIC, FaultRates
from generator.players import PLAIN, PlayerOptions
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
    "whole_seconds": 0.0,
    "numbered_ids": 0.0,
}
NO_FAULTS = FaultRates()
HEARTBEATS = PlayerOptions(heartbeat_seconds=10)
LIVE_CHANNELS = 3

Pair = tuple[str, str]
Seconds = dict[Pair, tuple[Decimal, Decimal]]


@dataclass(frozen=True)
class Scenario:
    """A lake of the same viewers with its own faults and players."""

    name: str
    bound_percent: float
    """what the totals may be off by"""
    faults: FaultRates = NO_FAULTS
    player: PlayerOptions = PLAIN
    live_channel: str = ""
    """the title that alone is compared; a lake with live channels has other viewers"""

    @property
    def customer_prefix(self) -> str:
        """Begins the customers of this lake, and of no other."""
        return re.sub(r"\W+", "-", self.name) + "."


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


def scenarios_of_faults() -> Iterator[Scenario]:
    """No fault, each fault alone at several rates, and the generator's realistic mix."""
    yield Scenario("none", 0.0)
    for fault, bound in BOUND_PER_PERCENT.items():
        for rate in RATES:
            faults = FaultRates(**{fault: rate})
            yield Scenario(f"{fault} {100 * rate:g}%", bound * 100 * rate, faults)
    yield Scenario("realistic", 1.0, REALISTIC)


def scenarios_of_players() -> Iterator[Scenario]:
    """Each kind of player without faults, and heartbeats where other events are lost."""
    yield Scenario("plain", 0.0)
    yield Scenario("whole-second stamps", 0.0, FaultRates(whole_seconds=1.0))
    yield Scenario("heartbeats every 10 s", 0.0, player=HEARTBEATS)
    yield Scenario(
        "heartbeats every 10 s, lost_ends 5%", 0.05, FaultRates(lost_ends=0.05), HEARTBEATS
    )
    yield Scenario(
        "heartbeats every 10 s, lost_starts 5%", 6.0, FaultRates(lost_starts=0.05), HEARTBEATS
    )
    yield Scenario("seeks, to", 0.7, player=PlayerOptions(seeks="to"))
    yield Scenario("seeks, from and to", 0.0, player=PlayerOptions(seeks="from-to"))
    yield Scenario("buffers", 0.0, player=PlayerOptions(buffers=True))
    yield Scenario("advertisements", 0.0, player=PlayerOptions(ads=True))
    yield Scenario("rates reported", 0.0, player=PlayerOptions(rates="reported"))
    yield Scenario("rates silent", 0.0, player=PlayerOptions(rates="silent"))
    yield Scenario("live, positions since it went on air", 0.0, live_channel="live01")
    yield Scenario("live, positions since 1970", 0.0, live_channel="live02")
    yield Scenario("live, no positions", 0.5, live_channel="live03")


def measure_all(folder: Path) -> tuple[list[Accuracy], list[Accuracy]]:
    """What faults cost, and players; see `measure`."""
    faults, players = list(scenarios_of_faults()), list(scenarios_of_players())
    results = measure(folder, [*faults, *players])
    return results[: len(faults)], results[len(faults) :]


def measure(folder: Path, chosen: Sequence[Scenario]) -> list[Accuracy]:
    """Generates every scenario's lake below `folder`, builds them all in one run, and compares.

    Raises RuntimeError with dbt's output where the build fails.
    """
    for scenario in track(chosen, "generating", console=Console(stderr=True), transient=True):
        generate(
            GeneratorOptions(
                output=folder / "lakes" / scenario.customer_prefix,
                days=DAYS,
                scale=SCALE,
                faults=scenario.faults,
                player=scenario.player,
                live_channels=LIVE_CHANNELS if scenario.live_channel else 0,
                truth=True,
                customer_prefix=scenario.customer_prefix,
            )
        )
    build(folder)
    watched, found = by_prefix(truth(folder)), by_prefix(marts(folder))
    return [
        compare(scenario, watched[scenario.customer_prefix], found[scenario.customer_prefix])
        for scenario in chosen
    ]


def build(folder: Path) -> None:
    """Runs what the mart of pairs is made of, over all lakes below `folder`."""
    # The catalogue of a lake with live channels holds all titles.
    catalogues = sorted(folder.glob("lakes/*/titles.csv"), key=lambda path: path.stat().st_size)
    variables = {
        "telemetry_path": f"{folder}/lakes/*/telemetry/**/*.json.gz",
        "titles_path": str(catalogues[-1]),
    }
    environment = {
        "PLAYHEAD_DUCKDB_PATH": str(folder / "accuracy.duckdb"),
        "DBT_PROFILES_DIR": str(ROOT),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, "run", "--select", "+viewer_title_engagement", "--vars", json.dumps(variables)],
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
            'start_seconds': 'decimal(13, 3)', 'end_seconds': 'decimal(13, 3)'
        }})
        where customer_id <> 'reference-viewer'
    """
    for customer_id, title_id, start, end in duckdb.execute(query).fetchall():
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


def by_prefix(seconds: Seconds) -> defaultdict[str, Seconds]:
    """The pairs of each scenario, by what its customers begin with."""
    lakes: defaultdict[str, Seconds] = defaultdict(dict)
    for (customer_id, title_id), watched in seconds.items():
        prefix = customer_id[: customer_id.find(".") + 1]
        lakes[prefix][customer_id, title_id] = watched
    return lakes


def compare(scenario: Scenario, watched: Seconds, found: Seconds) -> Accuracy:
    """Both of a scenario's lake, pair by pair and in total."""
    nothing = (Decimal(0), Decimal(0))
    pairs = [
        (watched.get(pair, nothing), found.get(pair, nothing))
        for pair in watched.keys() | found.keys()
        if scenario.live_channel in ("", pair[1])
    ]
    errors = [(is_[0] - was[0], is_[1] - was[1]) for was, is_ in pairs]
    watch_error, unique_error, watch, unique = (
        sum(seconds, Decimal(0))
        for seconds in (
            [error[0] for error in errors],
            [error[1] for error in errors],
            [was[0] for was, _ in pairs],
            [was[1] for was, _ in pairs],
        )
    )
    return Accuracy(
        scenario=scenario,
        pairs=len(pairs),
        exact_pairs=errors.count(nothing),
        mean_pair_error_seconds=float(sum(abs(watch) for watch, _ in errors)) / len(pairs),
        watch_error_percent=percent(watch_error, watch),
        unique_error_percent=percent(unique_error, unique),
    )


def percent(part: Decimal, whole: Decimal) -> float:
    return float(100 * part / whole)


def render(faults: list[Accuracy], players: list[Accuracy]) -> str:
    """The report, in Markdown."""
    lines = [
        "# Accuracy",
        "",
        "How far `viewer_title_engagement` is from what was really watched, by the generator's",
        f"truth: {faults[0].pairs:,} viewer × title pairs over {DAYS} days, the same viewers in",
        "every row but those of live channels. An error is the mart less the truth.",
        "`make accuracy` writes this page; a test holds it to what the code gives, and each row to",
        "its bound.",
        "",
        "## Faults",
        "",
        "Players that report only what happens: start, pause, resume, stop, complete.",
        "",
        *table("fault", faults),
        "",
        "Repeats, disorder and lateness cost nothing: the result depends on the set of events, not",
        "on how they arrive. What a lost event costs depends on which one: between two events of a",
        "session the evidence that is left bounds what was watched; what a browser that closes",
        "without a word has played is not known, and not invented.",
        "",
        "## Players",
        "",
        "The same viewing as other players tell it.",
        "",
        *table("player", players),
        "",
        "Where heartbeats are sent, a lost end costs what was played since the last of them. But",
        "after a pause whose resume is lost they do not say that the title plays, and what was",
        "played is not credited. A seek that does not say where it left is placed by the clock,",
        "which knows neither the rate of playback nor its stalls. Nor does it know them where a",
        "live channel reports no positions: a stall there counts as watched, unless",
        "`buffer_start` and `buffer_end` tell.",
    ]
    return "\n".join(lines) + "\n"


def table(head: str, results: list[Accuracy]) -> Iterator[str]:
    """The lines of a table, a row a scenario."""
    heads = (
        head,
        "exact pairs",
        "mean error a pair",
        "watch, in total",
        "unique, in total",
        "bound",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---|---:|---:|---:|---:|---:|"
    for result in results:
        yield (
            f"| {result.scenario.name} | {100 * result.exact_pairs / result.pairs:.2f} % "
            f"| {result.mean_pair_error_seconds:.1f} s | {result.watch_error_percent:+.3f} % "
            f"| {result.unique_error_percent:+.3f} % | ± {result.scenario.bound_percent:g} % |"
        )


def main(
    output: Annotated[Path, typer.Option(help="Where to write the report.")] = REPORT,
) -> None:
    """Measure every scenario and write the report."""
    with tempfile.TemporaryDirectory() as folder:
        faults, players = measure_all(Path(folder))
    output.write_text(render(faults, players))
    results = [*faults, *players]
    outside = [result.scenario.name for result in results if not result.within_bound]
    if outside:
        sys.exit(f"{output}: outside their bounds: {', '.join(outside)}")
    print(f"{output}: {len(results)} scenarios, all within their bounds")


if __name__ == "__main__":
    typer.run(main)
