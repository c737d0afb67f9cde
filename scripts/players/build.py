"""Builds cases: each one's rows through its preset alone, then the marts of many of them at once.

What a preset decides is decided when the canonical events stand, but for counters that count a
row's own. So the marts are built of the events of all cases that are alike in this, with each one's
ids told apart by its name.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from .cases import ROOT, Case, Pair, Row, write_titles
from .compare import Outcome, compare, rows, told_by

RunDbt = Callable[[Sequence[str], Path, Mapping[str, str], Path], CompletedProcess[str]]
IDS = ("customer_id", "session_id", "title_id")
EVENTS = "staging.stg_telemetry__events"
MARTS = ("+viewing_sessions", "+viewer_title_engagement", "int_watch_intervals")


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
) -> list[Path]:
    """The build files of the marts of all cases that have been staged, made in a new folder."""
    alike: defaultdict[tuple[str, ...], dict[Case, Path]] = defaultdict(dict)
    for case, file in staged.items():
        alike[case.per_row][case] = file
    return [
        _build_marts_of(cases, per_row, folder / ("-".join(per_row) or "all"), run_dbt, arguments)
        for per_row, cases in sorted(alike.items())
    ]


def _build_marts_of(
    staged: Mapping[Case, Path],
    per_row: Sequence[str],
    folder: Path,
    run_dbt: RunDbt,
    arguments: Sequence[str],
) -> Path:
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
        "telemetry_columns": {name: {"from": name, "per_row": True} for name in per_row},
    }
    return _run(folder, run_dbt, arguments or ("run", "--select", *MARTS), variables)


def outcomes(staged: Mapping[Case, Path], marts: Sequence[Path]) -> list[Outcome]:
    """How each case came out."""
    told: dict[Pair, Row] = {}
    for file in marts:
        with duckdb.connect(str(file), read_only=True) as connection:
            told |= told_by(connection)
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
        rejected = "staging.stg_telemetry__rejected_events group by reject_reason"
        counts = dict(
            connection.execute(f"select reject_reason, count(*) from {rejected}").fetchall()
        )
        counts["accepted"] = _count(connection, EVENTS)
        ignored = _count(connection, "staging.base_telemetry__events") - sum(counts.values())
    return counts | {"ignored": ignored}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)
    return int(count)


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
