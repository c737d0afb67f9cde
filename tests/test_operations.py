"""What docs/operations.md shows is run: every schedule's own commands, on a small lake."""

import ast
import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT, write_ndjson

PAGE = (ROOT / "docs" / "operations.md").read_text()
EXAMPLES = dict(re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
DOCKERFILE = dict(
    re.findall(r"^(WORKDIR|ENV|CMD) (.*)$", EXAMPLES.get("dockerfile", ""), re.MULTILINE)
)
HOME = "/srv/playhead"
VOLUME = "/data"
# A build of everything is for other tests: here it is of one mart, and in one thread as everywhere.
DBT = """#!/bin/sh
case "$1" in build) set -- "$@" --threads 1 --select +daily_intake ;; esac
exec "{dbt}" "$@"
"""
PYTHON = """#!/bin/sh
exec "{python}" "$@"
"""
FAILING = "select * from {{ ref('daily_intake') }}"


def workflow_job() -> dict:
    return yaml.safe_load(EXAMPLES["yaml"])["jobs"]["build"]


def commands_of_the_dag() -> list[str]:
    """The bash_command of each operator, in the order of the file."""
    calls = (node for node in ast.walk(ast.parse(EXAMPLES["python"])) if isinstance(node, ast.Call))
    keywords = (keyword for call in calls for keyword in call.keywords)
    return [ast.literal_eval(word.value) for word in keywords if word.arg == "bash_command"]


class Machine:
    """A folder that stands for the machine of the examples: the project, its .venv and a lake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tests").mkdir()
        for name in ("models", "macros", "seeds", "analyses", "scripts", "tests/generic"):
            (folder / name).symlink_to(ROOT / name)
        for name in ("dbt_project.yml", "profiles.yml", "Makefile", "requirements.txt"):
            shutil.copy(ROOT / name, folder)
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name, script in {"dbt": DBT, "python": PYTHON}.items():
            text = script.format(dbt=Path(sys.executable).with_name("dbt"), python=sys.executable)
            (programs / name).write_text(text)
            (programs / name).chmod(stat.S_IRWXU)
        (folder / ".venv" / ".installed").touch()

    def run(
        self, command: str | list[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A command of the page, by sh unless it is a list, in the bare environment of a daemon."""
        return subprocess.run(
            self.here(command) if isinstance(command, str) else [*map(self.here, command)],
            shell=isinstance(command, str),
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)}
            | {name: self.here(value) for name, value in (environment or {}).items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def here(self, text: str) -> str:
        return text.replace(HOME, str(self.folder)).replace(VOLUME, str(self.folder))

    @property
    def published(self) -> Path:
        return self.folder / "playhead_marts.duckdb"

    def forget_the_published(self) -> None:
        self.published.unlink(missing_ok=True)

    def published_rows(self) -> int:
        """The rows that daily_intake has counted, as published."""
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute("select sum(row_count) from marts.daily_intake").fetchone()[0]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


def land(machine: Machine, number: int) -> None:
    """A row of this hour, where the project looks for a lake unless told otherwise."""
    now = datetime.now(UTC).replace(tzinfo=None)
    event = {
        "event_id": f"e{number}",
        "customer_id": "c",
        "title_id": "t",
        "session_id": "s",
        "event_type": "start",
        "event_timestamp": f"{now.isoformat(timespec='milliseconds')}Z",
        "position_seconds": 0,
    }
    hour = now.replace(minute=0, second=0, microsecond=0)
    lake = machine.folder / "data" / "demo" / "telemetry"
    write_ndjson(lake, [(hour, json.dumps(event))], f"{number}.json.gz")


def test_there_is_an_example_of_each_kind():
    assert set(EXAMPLES) == {"cron", "yaml", "python", "dockerfile", "json"}
    schedule = json.loads(EXAMPLES["json"])
    assert schedule["Target"]["EcsParameters"]["TaskDefinitionArn"]
    assert DOCKERFILE["WORKDIR"] == HOME
    assert DOCKERFILE["ENV"] == f"PLAYHEAD_DUCKDB_PATH={VOLUME}/playhead.duckdb"


def test_cron_ends_as_documented(machine):
    """2 when nothing could run, 1 when a test failed or another run goes on, else 0."""
    *times, command = EXAMPLES["cron"].strip().split(maxsplit=5)
    assert [re.fullmatch(r"[*\d/,-]+", field) is not None for field in times] == [True] * 5
    log = machine.folder / "build.log"
    assert machine.run(command).returncode == 2, log.read_text()
    assert "set var telemetry_path" in log.read_text()

    land(machine, 1)
    failing = machine.folder / "tests" / "nothing_has_landed.sql"
    failing.write_text(FAILING)
    assert machine.run(command).returncode == 1, log.read_text()
    assert "FAIL 1 nothing_has_landed" in log.read_text()
    assert not machine.published.exists()

    failing.unlink()
    assert machine.run(command).returncode == 0, log.read_text()
    assert machine.published_rows() == 1

    before = log.read_text()
    with (machine.folder / "build.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert machine.run(command).returncode == 1
    assert log.read_text() == before


def test_the_workflow_runs(machine):
    """Every step but the checkout, in the job's environment."""
    machine.forget_the_published()
    land(machine, 2)
    job = workflow_job()
    steps = [step["run"] for step in job["steps"] if "run" in step]
    assert len(steps) == len(job["steps"]) - 1
    for step in steps:
        done = machine.run(step, job["env"])
        assert done.returncode == 0, (step, done.stdout[-3000:])
    assert machine.published_rows() == 2


def test_the_container_runs(machine):
    """Its entry point, in its environment."""
    machine.forget_the_published()
    land(machine, 3)
    name, path = DOCKERFILE["ENV"].split("=")
    done = machine.run(json.loads(DOCKERFILE["CMD"]), {name: path})
    assert done.returncode == 0, done.stdout[-3000:]
    assert machine.published_rows() == 3


def test_the_dag_runs_what_the_workflow_runs():
    """Airflow itself is too heavy to install for it."""
    compile(EXAMPLES["python"], "dag.py", "exec")
    _, *steps = [step["run"] for step in workflow_job()["steps"] if "run" in step]
    assert commands_of_the_dag() == steps
    assert f'"cwd": "{HOME}"' in EXAMPLES["python"]
    assert "build >> publish >> freshness" in EXAMPLES["python"]
