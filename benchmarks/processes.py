"""Runs what is measured, each in a process of its own: how long it took, CPU, and memory."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import yaml
from bound import THREADS

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_SECONDS = 0.05
WORDS_OF_AN_ERROR = 2_000


class RunError(Exception):
    """A measured process failed; its message is one line and what the process said last."""


class Sample(NamedTuple):
    """A process as it was at a moment, in epoch seconds: what it held, and had used by then."""

    at: float
    resident_mb: float
    cpu_seconds: float


@dataclass(frozen=True)
class Run:
    """What a process took: seconds of the clock and of CPU, peak resident memory in megabytes."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str
    samples: list[Sample] = field(repr=False)


@dataclass(frozen=True)
class DbtRun(Run):
    """A run of dbt; of each model and hook, execution time in seconds and peak memory in MB."""

    models: dict[str, dict[str, float]]
    first_model_at: float
    """when the first model began, in epoch seconds: hooks and dbt's own start are over"""

    @property
    def model_seconds(self) -> float:
        return sum(model["seconds"] for model in self.models.values())

    @property
    def before_models(self) -> dict[str, float]:
        """Seconds of the clock and of CPU until the first model began, to a sample's length."""
        before = [sample for sample in self.samples if sample.at <= self.first_model_at]
        first, last = before[0], before[-1]
        return {"seconds": last.at - first.at, "cpu_seconds": last.cpu_seconds}


def run(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    with_children: bool = False,
    memory_limit_mb: float = float("inf"),
    time_limit_seconds: float = float("inf"),
) -> Run:
    """Run a command, its output going to a file in `folder`.

    Raises RunError where it fails, or is ended since it takes more than the limits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "output.txt"
    name = " ".join(map(str, command[:3]))
    began, over = time.perf_counter(), ""
    samples: list[Sample] = []
    with log.open("w") as output:
        child = subprocess.Popen(
            list(map(str, command)),
            cwd=ROOT,
            env=os.environ | dict(environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        process = psutil.Process(child.pid)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            samples.append(_sample(process, with_children))
            if samples[-1].resident_mb > memory_limit_mb:
                over = f"needs more than {memory_limit_mb / 1000:.0f} GB"
            elif time.perf_counter() - began > time_limit_seconds:
                over = f"takes more than {time_limit_seconds / 60:.0f} minutes"
            if over:
                _end(process)
            time.sleep(SAMPLE_SECONDS * (10 if with_children else 1))
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if over:
        raise RunError(over)
    text = log.read_text(errors="replace")
    if child.returncode:
        raise RunError(f"{name} … failed ({child.returncode}):\n{text[-WORDS_OF_AN_ERROR:]}")
    # Linux counts in KiB, macOS in bytes.
    highest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    peak_mb = max([highest, *(sample.resident_mb for sample in samples)])
    # What a process has started and not waited for, as Spark's Java, is in the samples alone.
    used = [usage.ru_utime + usage.ru_stime, *(sample.cpu_seconds for sample in samples)]
    return Run(seconds, max(used), peak_mb, text, samples)


def dbt(
    arguments: Sequence[str], folder: Path, memory: str, variables: Mapping[str, Any]
) -> DbtRun:
    """Run dbt on a build file in `folder`, one model at a time, DuckDB on two threads.

    So the times of models add up, and memory is that of one model. `memory`: DuckDB's limit.
    """
    target = folder / "target"
    command: list[str | Path] = [Path(sys.executable).with_name("dbt"), "--no-use-colors"]
    command += arguments
    options = {"target-path": target, "log-path": folder / "logs", "threads": 1}
    command += [f"--{name}={value}" for name, value in options.items()]
    command += ["--vars", json.dumps(variables, default=str)]
    environment = {
        "PLAYHEAD_DUCKDB_PATH": str(folder / "playhead.duckdb"),
        "DBT_PROFILES_DIR": str(_profiles(folder, memory)),
    }
    done = run(command, folder, environment)
    results = json.loads((target / "run_results.json").read_text())["results"]
    models, began = {}, []
    for result in results:
        resource_type, *_, name = result["unique_id"].split(".")
        times = [
            datetime.fromisoformat(timing[moment]).timestamp()
            for timing in result["timing"]
            for moment in ("started_at", "completed_at")
        ]
        if times and resource_type == "model":
            began.append(min(times))
        # No sample falls into a model that is done in a blink.
        held = [
            sample.resident_mb
            for sample in done.samples
            if times and min(times) <= sample.at <= max(times)
        ]
        models[name] = {"seconds": result["execution_time"], "peak_mb": max(held, default=0)}
    return DbtRun(**vars(done), models=models, first_model_at=min(began))


def _profiles(folder: Path, memory: str) -> Path:
    """The project's profile, with what makes machines alike: two threads and so much memory."""
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text())
    profiles["playhead"]["outputs"]["duckdb"]["settings"] |= {
        "threads": THREADS,
        "memory_limit": memory,
    }
    path = folder / "profiles"
    path.mkdir(parents=True, exist_ok=True)
    (path / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return path


def _sample(process: psutil.Process, with_children: bool) -> Sample:
    megabytes = cpu_seconds = 0.0
    try:
        for one in [process, *(process.children(recursive=True) if with_children else [])]:
            megabytes += one.memory_info().rss / 1e6
            used = one.cpu_times()
            cpu_seconds += used.user + used.system
    except psutil.NoSuchProcess:
        pass
    return Sample(time.time(), megabytes, cpu_seconds)


def _end(process: psutil.Process) -> None:
    for one in [*process.children(recursive=True), process]:
        one.kill()
