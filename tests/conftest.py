"""What the tests of the whole pipeline share: lakes on disk, and dbt as its users run it."""

import gzip
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from forked_dbt import run_dbt

ROOT = Path(__file__).parents[1]
# Unit tests know no lake: test_pipeline.py runs them, and that is enough.
BUILD = ("build", "--exclude-resource-type", "unit_test")
# With the seed, and without tests.
MODELS = ("build", "--resource-type", "seed", "--resource-type", "model")
# Files of tests, by the CPU time that they take.
LONGEST = (
    "test_incremental",
    "test_pipeline",
    "test_killed_runs",
    "test_accuracy",
    "test_players",
    "test_dialects",
    "test_players_page",
    "test_inputs",
    "test_operations",
    "test_check_data",
    "test_semantic_layer",
    "test_dashboard",
    "test_generator",
    "test_demo",
    "test_s3",
)


@dataclass(frozen=True)
class Build:
    """One dbt invocation's own corner of the disk, and what came of it."""

    folder: Path

    @property
    def duckdb_path(self) -> Path:
        return self.folder / "playhead.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PLAYHEAD_DUCKDB_PATH": str(self.duckdb_path),
            "DBT_PROFILES_DIR": str(ROOT),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }

    def command(self, *arguments: str, **variables: Any) -> list[str]:
        """dbt's command line: one thread, since the tests themselves run side by side."""
        command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors"]
        # Writing every event of dbt's into a log takes as long as many a model.
        command += ["--log-level-file", "none", *arguments]
        return [*command, "--threads", "1", "--vars", json.dumps(variables, default=str)]

    def beside(self, name: str) -> "Build":
        """Another build, in a folder within this one's."""
        folder = self.folder / name
        folder.mkdir()
        return Build(folder)

    def dbt(self, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Runs dbt; stdout and stderr together in `stdout`."""
        return run_dbt(
            self.command(*arguments, **variables)[1:],
            folder=ROOT,
            environment=os.environ | self.environment,
            output=self.folder / "output.txt",
        )

    def must(self, *arguments: str, **variables: Any) -> "Build":
        """The same, where anything but success fails the test with dbt's own words."""
        done = self.dbt(*arguments, **variables)
        assert done.returncode == 0, done.stdout[-6000:]
        return self

    def execute(self, *statements: str) -> None:
        """Changes the build file."""
        with duckdb.connect(str(self.duckdb_path)) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows that a query of the build file yields, by column name."""
        with duckdb.connect(str(self.duckdb_path), read_only=True) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: else one of them is left over, and one worker waits for it."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def run_forked(
    command: Sequence[str | Path], env: Mapping[str, str], **_: Any
) -> subprocess.CompletedProcess[str]:
    """In place of `subprocess.run` of a dbt command, in a module that a test imports."""
    with TemporaryDirectory() as folder:
        arguments = [str(argument) for argument in command[1:]]
        return run_dbt(arguments, ROOT, env, Path(folder) / "output.txt")


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A maker of builds, each in a folder of its own."""
    yield lambda name: Build(tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def marts_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Published marts for the dashboard, by what their lake holds."""
    import published

    makers = {
        "full": published.publish_full,
        "bare": published.publish_bare,
        "empty": published.publish_empty,
    }
    return {name: make(Build(tmp_path_factory.mktemp(name))) for name, make in makers.items()}


def partition(landed_at: datetime) -> str:
    """The folder of an arrival hour in the lake layout."""
    return landed_at.strftime("year=%Y/month=%m/day=%d/hour=%H")


def write_ndjson(
    lake: Path, landed: Iterable[tuple[datetime, str]], file_name: str = "part-00000.json.gz"
) -> Path:
    """A lake of gzip NDJSON from (arrival hour, line) pairs, a file an hour, lines as they come."""
    hours = defaultdict(list)
    for landed_at, line in landed:
        hours[landed_at].append(line)
    for landed_at, lines in hours.items():
        folder = lake / partition(landed_at)
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(line + "\n" for line in lines)
        (folder / file_name).write_bytes(gzip.compress(text.encode(), mtime=0))
    return lake
