"""Builds cases: each one's rows through its preset alone, then the marts of all of them at once.

What a preset decides is decided when the canonical events stand; the rest of the project reads
those, and no variable of the mapping. So the marts are built once, of the events of all cases, with
each one's ids told apart by its name.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from .cases import ROOT, Case, Row, write_titles
from .compare import Outcome, compare, rows, told_by

RunDbt = Callable[[Sequence[str], Path, Mapping[str, str], Path], CompletedProcess[str]]
IDS = ("customer_id", "session_id", "title_id")
EVENTS = "staging.stg_telemetry__events"


class BuildError(Exception):
    """dbt ended with another code than 0; the message is its output's end."""


def stage(case: Case, folder: Path, run_dbt: RunDbt) -> Path:
    """The build file of a case's canonical events, made in a new folder."""
    folder.mkdir(parents=True)
    paths = {
        "telemetry_path": case.write_lake(folder / "lake"),
        "titles_path": case.titles,
    }
    arguments = ("run", "--select", "+stg_telemetry__events", "+stg_telemetry__rejected_events")
    return _run(folder, run_dbt, arguments, case.variables | paths)


def build_marts(
    staged: Mapping[Case, Path], folder: Path, run_dbt: RunDbt, *arguments: str
) -> Path:
    """The build file of the marts of all cases that have been staged, made in a new folder."""
    (folder / "lake").mkdir(parents=True)
    for case, file in staged.items():
        named = ", ".join(f"'{case.name}:' || {column} as {column}" for column in IDS)
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute(
                f"copy (select * replace ({named}) from {EVENTS})"
                f" to '{folder / 'lake' / case.name}.parquet'"
            )
    variables = {
        "telemetry_path": folder / "lake",
        "telemetry_format": "parquet",
        "titles_path": write_titles(folder / "titles.csv", staged),
    }
    return _run(folder, run_dbt, arguments or ("run",), variables)


def outcomes(staged: Mapping[Case, Path], marts: Path) -> list[Outcome]:
    """How each case came out."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        told = told_by(connection)
    found = []
    for case, file in staged.items():
        prefix = f"{case.name}:"
        pairs = {
            (customer.removeprefix(prefix), title.removeprefix(prefix)): row
            for (customer, title), row in told.items()
            if customer.startswith(prefix)
        }
        found.append(compare(case, pairs, row_counts(file)))
    return found


def row_counts(file: Path) -> dict[str, int]:
    """How many rows of a staged case are accepted, ignored, or rejected for which reason."""
    with duckdb.connect(str(file), read_only=True) as connection:
        told = connection.execute(
            "select outcome, count(*) from staging.base_telemetry__events group by outcome"
        )
        return dict(told.fetchall())


def events(file: Path) -> list[Row]:
    """The canonical events of a staged case."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return rows(connection, f"select * from {EVENTS}")


def _run(
    folder: Path, run_dbt: RunDbt, arguments: Sequence[str], variables: Mapping[str, Any]
) -> Path:
    file = folder / "playhead.duckdb"
    environment = {
        "PLAYHEAD_DUCKDB_PATH": str(file),
        "DBT_PROFILES_DIR": str(ROOT),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = ["--no-use-colors", "--log-level-file", "none", *arguments, "--threads", "1"]
    command += ["--vars", json.dumps(variables, default=str)]
    done = run_dbt(command, ROOT, os.environ | environment, folder / "output.txt")
    if done.returncode:
        raise BuildError(f"{folder.name}: {done.stdout[-3000:]}")
    return file
