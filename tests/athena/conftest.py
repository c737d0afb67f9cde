"""What the tests on the stand-in share. They run by `make athena` alone: they start servers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Build

SERVED = [
    "test_bi.py",
    "test_engine.py",
    "test_mapped_rows.py",
    "test_parity.py",
    "test_removal.py",
    "test_rows_beside_others.py",
]
collect_ignore = [] if os.environ.get("PLAYHEAD_ATHENA") else SERVED

if os.environ.get("PLAYHEAD_ATHENA"):
    from athena import engine, stand_in
    from athena.gateway import Execution, Trino


@dataclass(frozen=True)
class AthenaBuild(Build):
    """A lake of the stand-in and what is built of it: its name begins its schemas and its keys."""

    name: str
    server: "stand_in.StandIn"

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | self.server.environment | {"PLAYHEAD_ATHENA_SCHEMA": self.name}

    def command(self, *arguments: str, **variables: Any) -> list[str]:
        """dbt's command line; the stand-in is used by one test at a time, so in four threads."""
        command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments]
        variables = {"telemetry_path": f"s3://{stand_in.BUCKET}/{self.name}", **variables}
        return [*command, "--target", "athena", "--vars", json.dumps(variables, default=str)]

    def make_table(self, months: str, year: int) -> "AthenaBuild":
        """The raw table, by the documented operation; then of fewer months, which saves minutes:
        Trino lists each projected partition here in 5 ms."""
        arguments = json.dumps({"first_year": year, "last_year": year})
        self.must("run-operation", "create_telemetry_table", "--args", arguments)
        table = f"alter table `{self.name}_raw`.`telemetry`"
        self.athena(f"{table} set tblproperties ('projection.month.range'='{months}')")
        return self

    def upload(self, folder: Path) -> "AthenaBuild":
        """A lake on disk, or more of it."""
        stand_in.upload(self.server, folder, self.name)
        return self

    def athena(self, sql: str) -> dict[str, Any]:
        """A statement through Athena's API; its execution, ended."""
        client = self.server.client("athena")
        started = client.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Catalog": "awsdatacatalog", "Database": f"{self.name}_marts"},
        )
        while True:
            known = client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
            if known["QueryExecution"]["Status"]["State"] != "RUNNING":
                return known["QueryExecution"]

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows that a query yields, as DuckDB's driver would have them."""
        answer = Execution(query, "default")
        Trino(self.server.trino_url).run(query, "default", answer)
        return [
            {
                column["name"]: _value(value, column["type"])
                for column, value in zip(answer.columns, row, strict=True)
            }
            for row in answer.rows
        ]


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind.startswith("decimal"):
        return Decimal(value)
    if kind.startswith("timestamp"):
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    return float(value) if kind == "double" else value


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["stand_in.StandIn"]:
    try:
        with stand_in.started(tmp_path_factory.mktemp("stand_in")) as started:
            yield started
    except engine.StandInError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory, server: "stand_in.StandIn") -> Any:
    """A maker of builds on the stand-in."""
    return lambda name: AthenaBuild(tmp_path_factory.mktemp(name), name, server)


def run(*command: str) -> None:
    """A command of the project's, which must succeed."""
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def demo(lake: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[AthenaBuild, Build]:
    """Five days as the generator makes them, with its faults, built on both engines: more arrival
    hours than Athena writes at once."""
    athena, duckdb = lake("demo"), Build(tmp_path_factory.mktemp("demo_duckdb"))
    options = ("--days", "5", "--scale", "0.003", "--faults", "realistic")
    return built_on_both(athena, duckdb, months="3,3", options=options)


@pytest.fixture(scope="session")
def million(lake: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[AthenaBuild, Build]:
    """The four weeks of `make demo`, to the byte, built on both engines."""
    athena, duckdb = lake("million"), Build(tmp_path_factory.mktemp("million_duckdb"))
    return built_on_both(athena, duckdb, months="3,4")


def built_on_both(
    athena: AthenaBuild, duckdb: Build, months: str, options: tuple[str, ...] = ()
) -> tuple[AthenaBuild, Build]:
    """A lake that the generator makes with the options, from it all models on both engines."""
    folder = duckdb.folder / "lake"
    run("scripts/generate_telemetry.py", "--output", str(folder), *options)
    athena.upload(folder / "telemetry").make_table(months=months, year=2025)
    athena.must("seed").must("run")
    duckdb.must("seed").must("run", telemetry_path=folder / "telemetry")
    return athena, duckdb
