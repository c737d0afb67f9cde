"""`make bench`: what everything costs, as ratios to one sort of the events by DuckDB.

Each size is measured in one go on one machine: generator, both formats, a full refresh, a run that
lands the last hundredth, and what one would use instead. Its numbers replace those of the same size
in results.json, from which results.md and cost.png are drawn.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import psutil
import report
import typer
from bound import THREADS
from lakes import Lake, lake, land, row_total, split_by_arrival
from processes import ROOT, DbtRun, RunError, dbt, run
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

HERE = Path(__file__).parent
DATA = ROOT / "data" / "bench"
SPINE = ["--select", "+viewer_title_engagement"]
STAGING = ["--select", "+stg_telemetry__events", "+stg_telemetry__rejected_events"]
PEERS = {"polars": "polars_engagement.py", "pyspark": "pyspark_engagement.py"}
LANDED_SHARE = 0.01
SMALL, MEDIUM = 1_000_000, 10_000_000
PEER_MEMORY_MB, PEER_HOURS = 16_000, 1
# Spark sets its heap aside at the start; what it keeps outside of it comes on top.
SPARK_MEMORY = "10g"
LEAST_SIZE = 10_000

Step = dict[str, Any]


class Part(StrEnum):
    """What may be left out of a large size; peers and increments are compared with the marts."""

    MARTS = "marts"
    PEERS = "peers"
    INCREMENTS = "increments"
    STAGING = "staging"
    NDJSON = "ndjson"
    HEARTBEATS = "heartbeats"


app = typer.Typer(add_completion=False)


@app.command()
def main(
    sizes: Annotated[list[int], typer.Argument(help="Numbers of events, such as 1000000.")],
    repeats: Annotated[
        int,
        typer.Option(help="Runs of each step; 0: 3 up to a million events, 2 up to 10, else 1."),
    ] = 0,
    memory: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = "12GB",
    without: Annotated[
        list[Part] | None, typer.Option(help="What is not measured; may be given repeatedly.")
    ] = None,
    results: Annotated[
        Path, typer.Option(help="Folder of results.json, results.md and cost.png.")
    ] = HERE,
) -> None:
    """Measure each size, and write the results."""
    console = Console(stderr=True)
    for size in sizes:
        if size < LEAST_SIZE:
            raise typer.BadParameter(
                f"{size} events are too few to measure: give {LEAST_SIZE:,} up"
            )
        runs = repeats or (3 if size <= SMALL else 2 if size <= MEDIUM else 1)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            bench = Bench(size, runs, memory, progress)
            left_out = set(without or [])
            if Part.MARTS in left_out:
                left_out |= {Part.PEERS, Part.INCREMENTS}
            measured = bench.measure(set(Part) - left_out)
        report.keep(results, measured)
    report.render(results)
    console.print(f"{results / 'results.md'} has the results")


class Bench:
    """Measures one size, step by step; each step's runs are kept, and given as medians."""

    def __init__(self, size: int, repeats: int, memory: str, progress: Progress) -> None:
        self._size, self._repeats, self._memory = size, repeats, memory
        self._progress = progress
        self._folder = DATA / str(size)
        self._build = self._folder / "build"
        self._runs: dict[str, list[Step]] = {}
        self._models: dict[str, dict[str, list[dict[str, float]]]] = {}
        self._failed: dict[str, str] = {}
        self._rules: dict[str, dict[str, Any]] = {}

    def measure(self, parts: set[Part]) -> dict[str, Any]:
        """The bound, the spine and these parts, as results.json keeps them."""
        shutil.rmtree(self._build, ignore_errors=True)
        parquet = self._generate("parquet")
        ndjson = self._generate("ndjson") if Part.NDJSON in parts else None
        for _ in range(self._repeats):
            self._bound(parquet)
            self._refresh("spine", parquet, SPINE)
            self._bound(parquet)
            if Part.MARTS in parts:
                self._refresh("all", parquet, [])
        if Part.MARTS in parts:
            self._order_and_rules("plain", "all", parquet)
        if Part.HEARTBEATS in parts:
            self._heartbeats()
        self._bound(parquet)
        for name, script in PEERS.items() if Part.PEERS in parts else ():
            self._peer(name, script, parquet)
        self._bound(parquet)
        shares = self._increments(parquet) if Part.INCREMENTS in parts else {}
        self._bound(parquet)
        # At a hundred million events, two builds are all the disk holds.
        shutil.rmtree(self._build)
        for _ in range(self._repeats):
            if Part.STAGING in parts:
                self._refresh("staging", parquet, STAGING)
            if ndjson:
                self._refresh("staging_ndjson", ndjson, STAGING)
                self._refresh("spine_ndjson", ndjson, SPINE)
        self._bound(parquet)
        shutil.rmtree(self._build)
        return {
            "size": self._size,
            "events": parquet.events,
            "files": parquet.files,
            "ndjson_mb": round(ndjson.megabytes, 1) if ndjson else None,
            "parquet_mb": round(parquet.megabytes, 1),
            "measured_on": datetime.now(UTC).date().isoformat(),
            "repeats": self._repeats,
            "memory_limit": self._memory,
            "landed_shares": shares,
            "machine": _machine(),
            "versions": _versions(),
            "steps": {name: _medians(runs) for name, runs in self._runs.items()},
            "failed": self._failed,
            "rules": self._rules,
            "models": {
                run_of: {name: _medians(runs) for name, runs in models.items()}
                for run_of, models in self._models.items()
            },
        }

    def _heartbeats(self) -> None:
        """As many rows, but of players that send heartbeats: the spine, and its order and rules."""
        with self._step("generate heartbeats"):
            folder = self._folder / "heartbeats"
            source = lake(folder, self._size, "parquet", self._size <= SMALL, has_heartbeats=True)
        for _ in range(self._repeats):
            self._refresh("heartbeats", source, SPINE, stays=True)
        self._order_and_rules("heartbeats", "heartbeats", source)
        shutil.rmtree(self._build / "heartbeats")

    def _order_and_rules(self, name: str, build: str, source: Lake) -> None:
        """CPU seconds from events in order to spans, beside those of the yardstick."""
        folder = self._build / build
        compiled = folder / "target" / "compiled" / "playhead" / "models"
        with self._step(f"order and rules: {name}"), self._scratch("rules") as scratch:
            command = [HERE / "rules.py", folder / "playhead.duckdb", compiled, self._memory]
            done = run([sys.executable, *command], scratch)
        measured = json.loads(done.output)
        self._rules[name] = {"events": source.events, **measured}
        cost = measured["all_types"] / measured["five_types"]
        self._say(f"order and rules, {name}: {cost:.2f} × those of five types of event")

    def _generate(self, file_format: str) -> Lake:
        """Small lakes are generated anew each time; of others, what it took is kept beside them."""
        folder = self._folder / file_format
        with self._step(f"generate {file_format}"):
            for _ in range(self._repeats if self._size <= SMALL else 1):
                made = lake(folder, self._size, file_format, anew=self._size <= SMALL)
                self._add(
                    f"generate_{file_format}",
                    seconds=made.seconds,
                    wall_seconds=made.wall_seconds,
                    peak_mb=made.peak_mb,
                )
        return made

    def _bound(self, parquet: Lake) -> None:
        with self._step("bound"), self._scratch("bound") as folder:
            command = [HERE / "bound.py", parquet.telemetry, folder / "bound.duckdb", self._memory]
            done = run([sys.executable, *command], folder)
            self._add("bound", seconds=float(done.output), peak_mb=done.peak_mb)

    def _refresh(self, name: str, source: Lake, selection: list[str], stays: bool = False) -> None:
        """A full refresh into a new file; the last one of all models stays, to compare with."""
        folder = self._build / name
        with self._step(f"full refresh: {name}"):
            shutil.rmtree(folder, ignore_errors=True)
            done = self._dbt(
                folder, ["run", "--full-refresh", *selection], source.telemetry, source
            )
            self._add_dbt(name, done)
            if name != "all" and not stays:
                shutil.rmtree(folder)

    def _increments(self, parquet: Lake) -> dict[str, float]:
        """Build what landed first, then land the last hours, then what was late.

        Returns the share of all rows that each of the two brings.
        """
        folder, landing = self._build / "increment", self._build / "landing"
        earlier, last, late = split_by_arrival(parquet.telemetry, LANDED_SHARE)
        shares = {
            name: row_total(files) / row_total(earlier + last + late)
            for name, files in {"increment": last, "late": late}.items()
        }
        with self._step("full refresh of what landed first"):
            land(earlier, parquet.telemetry, landing)
            self._dbt(folder, ["run", "--full-refresh"], landing, parquet)
        database, kept = folder / "playhead.duckdb", folder / "kept.duckdb"
        for name, files in {"increment": last, "late": late}.items():
            land(files, parquet.telemetry, landing)
            if self._repeats > 1:
                shutil.copyfile(database, kept)
            for _ in range(self._repeats):
                with self._step(f"{name}: {shares[name]:.1%} land"):
                    if kept.exists():
                        shutil.copyfile(kept, database)
                    self._add_dbt(name, self._dbt(folder, ["run"], landing, parquet))
        self._compare("increment", database)
        return shares

    def _peer(self, name: str, script: str, parquet: Lake) -> None:
        """Another engine's engagement mart, checked against dbt's; what it cannot do is noted."""
        for _ in range(self._repeats):
            with self._step(name), self._scratch(name) as folder:
                output = folder / "engagement.parquet"
                command = [HERE / "peers" / script, parquet.telemetry, parquet.titles, output]
                environment = {"POLARS_MAX_THREADS": str(THREADS), "PEER_MEMORY": SPARK_MEMORY}
                try:
                    done = run(
                        [sys.executable, *command],
                        folder,
                        environment | {"POLARS_TEMP_DIR": str(folder)},
                        with_children=True,
                        memory_limit_mb=PEER_MEMORY_MB,
                        time_limit_seconds=PEER_HOURS * 3600,
                    )
                except RunError as error:
                    self._failed[name] = str(error).splitlines()[-1]
                    self._runs.pop(name, None)
                    return
                seconds = float(done.output.splitlines()[-1])
                self._add(name, seconds=seconds, wall_seconds=done.seconds, peak_mb=done.peak_mb)
                self._compare(name, output / "*.parquet" if output.is_dir() else output)

    def _compare(self, name: str, other: Path) -> None:
        with self._step(f"compare {name} with the full refresh"):
            command = [HERE / "compare.py", self._build / "all" / "playhead.duckdb", other]
            done = run([sys.executable, *command], self._build / "compare")
        self._say(f"{name} gives the same: {done.output.strip()}")

    def _dbt(self, folder: Path, arguments: list[str], telemetry: Path, source: Lake) -> DbtRun:
        file_format = "ndjson" if source.telemetry.parent.name == "ndjson" else "parquet"
        variables = {
            "telemetry_path": telemetry,
            "telemetry_format": file_format,
            "titles_path": source.titles,
        }
        return dbt(arguments, folder, self._memory, variables)

    def _add_dbt(self, name: str, done: DbtRun) -> None:
        self._add(name, seconds=done.model_seconds, wall_seconds=done.seconds, peak_mb=done.peak_mb)
        models = self._models.setdefault(name, {})
        for model, measured in done.models.items():
            models.setdefault(model, []).append(measured)

    def _add(self, name: str, **measured: float) -> None:
        self._runs.setdefault(name, []).append(measured)
        self._say(f"{name}: {measured['seconds']:.2f} s, {measured['peak_mb']:,.0f} MB")

    def _say(self, text: str) -> None:
        self._progress.console.print(f"{self._size:,} · {text}", soft_wrap=True, highlight=False)

    @contextmanager
    def _step(self, description: str) -> Iterator[None]:
        task = self._progress.add_task(f"{self._size:,} events: {description}", total=None)
        yield
        self._progress.remove_task(task)

    @contextmanager
    def _scratch(self, name: str) -> Iterator[Path]:
        folder = self._build / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        shutil.rmtree(folder)


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each number over the runs, to a tenth of a millisecond."""
    return {name: round(median(run[name] for run in runs), 4) for name in runs[0]}


def _machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(": ", 1)[1] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _versions() -> dict[str, str]:
    packages = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pyspark")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
        "commit": commit.stdout.strip(),
    }


def cli(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit code; a failure is told without a traceback."""
    try:
        return app(arguments, standalone_mode=False) or 0
    except typer.TyperException as error:
        message, status = error.format_message(), 2
    except (RunError, OSError) as error:
        message, status = str(error), 1
    except (typer.Abort, KeyboardInterrupt):
        message, status = "stopped: the results are as they were", 130
    print(f"bench: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(cli())
