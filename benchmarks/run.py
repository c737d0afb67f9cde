"""`make bench`: what everything costs, as ratios to one sort of the events by DuckDB.

Each size is measured in one go on one machine: generator, both formats, a full refresh, a run that
lands the last hundredth, a run with nothing new, the same viewing told by heartbeats, many small
files, and what one would use instead. Its numbers replace those of the same size in results.json,
part by part: what fails is told there, and costs itself. results.md and cost.png are drawn of it.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import bench_report
import psutil
import typer
from bound import THREADS
from lakes import (
    FILE_COUNTS,
    ROWS_OF_HEARTBEATS,
    Lake,
    lake,
    land,
    row_total,
    small_files,
    split_by_arrival,
)
from processes import ROOT, DbtRun, RunError, dbt, run
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

HERE = Path(__file__).parent
DATA = ROOT / "data" / "bench"
SPINE = ["--select", "+viewer_title_engagement"]
STAGING = ["--select", "+stg_telemetry__events", "+stg_telemetry__rejected_events"]
PEERS = {
    "polars": "polars_engagement.py",
    "pyspark": "pyspark_engagement.py",
    "chdb": "chdb_engagement.py",
}
LANDED_SHARE = 0.01
SMALL, MEDIUM, LARGE = 1_000_000, 10_000_000, 100_000_000
PEER_MEMORY_MB, PEER_HOURS = 16_000, 1
# Spark sets its heap aside at the start; what it keeps outside of it comes on top.
SPARK_MEMORY = "10g"
LEAST_SIZE = 10_000

Step = dict[str, Any]


class Part(StrEnum):
    """What may be left out; peers and increments are compared with the marts."""

    MARTS = "marts"
    RULES = "rules"
    PEERS = "peers"
    INCREMENTS = "increments"
    STAGING = "staging"
    NDJSON = "ndjson"
    HEARTBEATS = "heartbeats"
    FILES = "files"


# What is measured of a hundred million events; of fewer, everything.
PARTS_OF_LARGE = {Part.MARTS, Part.INCREMENTS}


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
    failed = []
    for size in sizes:
        runs = repeats or (3 if size <= SMALL else 2 if size <= MEDIUM else 1)
        parts = (set(Part) if size < LARGE else PARTS_OF_LARGE) - set(without or [])
        if size > SMALL:
            # How many files there are has nothing to do with how many events.
            parts -= {Part.FILES}
        if Part.MARTS not in parts:
            parts -= {Part.RULES, Part.PEERS, Part.INCREMENTS}
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            bench = Bench(size, runs, memory, progress, partial(bench_report.keep, results))
            failed += [f"{size:,}: {text}" for text in bench.measure(parts)]
        bench_report.render(results)
    console.print(f"{results / 'results.md'} has the results")
    if failed:
        raise RunError("\n".join(["what failed is not in the results:", *failed]))


class Bench:
    """Measures one size, part by part; each step's runs are kept, and given as medians."""

    def __init__(
        self,
        size: int,
        repeats: int,
        memory: str,
        progress: Progress,
        keep: Callable[[dict[str, Any]], None],
    ) -> None:
        self._size, self._repeats, self._memory = size, repeats, memory
        self._progress, self._keep = progress, keep
        self._folder = DATA / str(size)
        self._build = self._folder / "build"
        self._runs: dict[str, list[Step]] = {}
        self._models: dict[str, dict[str, list[dict[str, float]]]] = {}
        self._failed: dict[str, str] = {}
        self._rules: dict[str, dict[str, Any]] = {}
        self._facts: dict[str, Any] = {"landed_shares": {}}

    def measure(self, parts: set[Part]) -> list[str]:
        """The bound, the spine and these parts, each kept when it is done; returns what failed."""
        shutil.rmtree(self._build, ignore_errors=True)
        parquet = self._generate("parquet")
        self._facts |= {
            "events": parquet.events,
            "files": parquet.files,
            "ndjson_mb": None,
            "parquet_mb": round(parquet.megabytes, 1),
        }
        steps: list[tuple[Part | None, Callable[[], None]]] = [
            (None, partial(self._refreshes, parquet, Part.MARTS in parts)),
            (Part.RULES, partial(self._order_and_rules, "plain", "all", parquet)),
            *((Part.PEERS, partial(self._peer, name, parquet)) for name in PEERS),
            (Part.INCREMENTS, partial(self._increments, parquet)),
            (Part.HEARTBEATS, self._heartbeats),
            (Part.STAGING, partial(self._staging, parquet)),
            (Part.NDJSON, self._ndjson),
            (Part.FILES, self._small_files),
        ]
        for part, step in steps:
            if part is None or part in parts:
                self._attempt(part or "refresh", step)
                self._attempt("bound", partial(self._bound, parquet))
                self._keep(self._measured())
            if part == Part.INCREMENTS:
                # At a hundred million events, two builds are all the disk holds.
                shutil.rmtree(self._build, ignore_errors=True)
        shutil.rmtree(self._build, ignore_errors=True)
        return [f"{name}: {text}" for name, text in self._failed.items() if name not in PEERS]

    def _attempt(self, name: str, step: Callable[[], None]) -> None:
        """A step that fails costs itself."""
        try:
            step()
        except (RunError, OSError, ValueError) as error:
            self._failed[name] = str(error)
            self._say(f"{name} failed: {error}")

    def _measured(self) -> dict[str, Any]:
        """The numbers so far, as results.json keeps them."""
        return {
            "size": self._size,
            **self._facts,
            "measured_on": datetime.now(UTC).date().isoformat(),
            "repeats": self._repeats,
            "memory_limit": self._memory,
            "machine": _machine(),
            "versions": _versions(),
            "steps": {name: _medians(runs) for name, runs in self._runs.items()},
            "failed": {name: text.splitlines()[0] for name, text in self._failed.items()},
            "rules": self._rules,
            "models": {
                run_of: {name: _medians(runs) for name, runs in models.items()}
                for run_of, models in self._models.items()
            },
        }

    def _refreshes(self, parquet: Lake, with_marts: bool) -> None:
        """Full refreshes of the spine and of everything, with the bound around them."""
        for _ in range(self._repeats):
            self._bound(parquet)
            self._refresh("spine", parquet, SPINE)
            self._bound(parquet)
            if with_marts:
                self._refresh("all", parquet, [], stays=True)
        if with_marts:
            size = (self._build / "all" / "playhead.duckdb").stat().st_size
            self._facts["build_mb"] = round(size / 1e6, 1)
            self._say(f"the build file has {size / 1e6:,.0f} MB")

    def _staging(self, parquet: Lake) -> None:
        for _ in range(self._repeats):
            self._refresh("staging", parquet, STAGING)

    def _ndjson(self) -> None:
        ndjson = self._generate("ndjson")
        self._facts["ndjson_mb"] = round(ndjson.megabytes, 1)
        for _ in range(self._repeats):
            self._refresh("staging_ndjson", ndjson, STAGING)
            self._refresh("spine_ndjson", ndjson, SPINE)

    def _heartbeats(self) -> None:
        """About as many rows of players that send heartbeats; then their viewing without these.

        The first tells what a row costs, both how large the marts are.
        """
        viewing = self._size / ROWS_OF_HEARTBEATS
        sources = {}
        for name in ("heartbeats", "without_heartbeats"):
            with self._step(f"generate {name}"):
                sources[name] = lake(
                    self._folder / name,
                    viewing,
                    "parquet",
                    self._size <= SMALL,
                    has_heartbeats=name == "heartbeats",
                )
        for _ in range(self._repeats):
            for name, source in sources.items():
                self._refresh(name, source, [], stays=True)
        self._facts["heartbeats"] = {
            name: {"events": source.events, "marts_mb": self._marts_mb(name)}
            for name, source in sources.items()
        }
        of_heartbeats = partial(self._order_and_rules, "heartbeats", "heartbeats")
        self._attempt("rules", partial(of_heartbeats, sources["heartbeats"]))
        for name in sources:
            shutil.rmtree(self._build / name)

    def _marts_mb(self, build: str) -> float:
        """The size of a build's marts, published into a file of their own."""
        folder = self._build / build
        output = folder / "marts.duckdb"
        script = ROOT / "scripts" / "publish_marts.py"
        command: list[str | Path] = [sys.executable, script, "--output", output]
        run([*command, "--build-file", folder / "playhead.duckdb"], folder / "publish")
        return round(output.stat().st_size / 1e6, 1)

    def _small_files(self) -> None:
        """What files cost before any model, of builds of few and of many, and of a second run."""
        lakes = {}
        for count in FILE_COUNTS:
            with self._step(f"write {count:,} files"):
                lakes[count] = small_files(self._folder / f"files_{count}", count)
        for _ in range(self._repeats):
            for count, telemetry in lakes.items():
                folder = self._build / "files"
                shutil.rmtree(folder, ignore_errors=True)
                variables = {"telemetry_path": telemetry, "titles_path": self._no_titles()}
                for name in (f"files_{count}", f"files_{count}_again"):
                    with self._step(f"{count:,} small files"):
                        done = dbt(["run", *STAGING], folder, self._memory, variables)
                    before = done.before_models
                    self._add(name, peak_mb=done.peak_mb, wall_seconds=done.seconds, **before)
        for telemetry in lakes.values():
            shutil.rmtree(telemetry)

    def _no_titles(self) -> Path:
        """A catalogue of the one title of small files."""
        file = self._build / "titles.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        names = "title_id,title_name,title_type,genre,duration_seconds,released_on"
        file.write_text(f"{names}\nt1,One,movie,Drama,60,2025-01-01\n")
        return file

    def _order_and_rules(self, name: str, build: str, source: Lake) -> None:
        """CPU seconds from events in order to spans, beside those of the yardstick."""
        folder = self._build / build
        compiled = folder / "target" / "compiled" / "playhead" / "models"
        with self._step(f"order and rules: {name}"), self._scratch("rules") as scratch:
            script, database = HERE / "rules.py", folder / "playhead.duckdb"
            done = run([sys.executable, script, database, compiled, self._memory], scratch)
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
            script, database = HERE / "bound.py", folder / "bound.duckdb"
            done = run([sys.executable, script, parquet.telemetry, database, self._memory], folder)
            self._add(
                "bound",
                seconds=float(done.output),
                cpu_seconds=done.cpu_seconds,
                peak_mb=done.peak_mb,
            )

    def _refresh(self, name: str, source: Lake, selection: list[str], stays: bool = False) -> None:
        """A full refresh into a new file, which goes when it is measured, unless it stays."""
        folder = self._build / name
        with self._step(f"full refresh: {name}"):
            shutil.rmtree(folder, ignore_errors=True)
            done = self._dbt(
                folder, ["run", "--full-refresh", *selection], source.telemetry, source
            )
            self._add_dbt(name, done)
            if not stays:
                shutil.rmtree(folder)

    def _increments(self, parquet: Lake) -> None:
        """Build what landed first, land the last hours, then what was late, and then nothing."""
        folder, landing = self._build / "increment", self._build / "landing"
        earlier, last, late = split_by_arrival(parquet.telemetry, LANDED_SHARE)
        shares = {
            name: row_total(files) / row_total(earlier + last + late)
            for name, files in {"increment": last, "late": late}.items()
        }
        self._facts["landed_shares"] = shares
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
        for _ in range(self._repeats):
            with self._step("nothing lands"):
                self._add_dbt("nothing", self._dbt(folder, ["run"], landing, parquet))
        self._compare("increment", database)

    def _peer(self, name: str, parquet: Lake) -> None:
        """Another engine's engagement mart, checked against dbt's; what it cannot do is noted."""
        for _ in range(self._repeats):
            with self._step(name), self._scratch(name) as folder:
                output = folder / "engagement.parquet"
                script = HERE / "peers" / PEERS[name]
                environment = {
                    "POLARS_MAX_THREADS": str(THREADS),
                    "POLARS_TEMP_DIR": str(folder),
                    "SPARK_MEMORY": SPARK_MEMORY,
                    "CHDB_THREADS": str(THREADS),
                    "CHDB_MEMORY": str(PEER_MEMORY_MB * 1_000_000),
                }
                try:
                    done = run(
                        [sys.executable, script, parquet.telemetry, parquet.titles, output],
                        folder,
                        environment,
                        with_children=True,
                        memory_limit_mb=PEER_MEMORY_MB,
                        time_limit_seconds=PEER_HOURS * 3600,
                    )
                except RunError as error:
                    self._failed[name] = str(error).splitlines()[-1]
                    self._runs.pop(name, None)
                    return
                self._add(
                    name,
                    seconds=float(done.output.splitlines()[-1]),
                    wall_seconds=done.seconds,
                    cpu_seconds=done.cpu_seconds,
                    peak_mb=done.peak_mb,
                )
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
        self._add(
            name,
            seconds=done.model_seconds,
            wall_seconds=done.seconds,
            cpu_seconds=done.cpu_seconds,
            peak_mb=done.peak_mb,
        )
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
        try:
            yield
        finally:
            self._progress.remove_task(task)

    @contextmanager
    def _scratch(self, name: str) -> Iterator[Path]:
        folder = self._build / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
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
    packages = ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pyspark", "chdb")
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
