"""The build file is its owner's alone from its first byte, and what stops its use is one line."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from build_file import keep_private
from conftest import ROOT, Build

EVENT = {
    "event_id": "e1",
    "customer_id": "c",
    "title_id": "t",
    "session_id": "s",
    "event_type": "start",
    "event_timestamp": "2025-03-03T12:00:00.000Z",
    "position_seconds": 0,
}
# A sort that does not fit in memory, uncommitted rows in the log, and a file of its own.
SPILLING = """
import sys, duckdb
from pathlib import Path
from build_file import keep_private
path = Path(sys.argv[1])
keep_private(path)
with duckdb.connect(str(path), config={"memory_limit": "60MB", "threads": 1}) as connection:
    connection.execute("set enable_progress_bar = false")
    connection.execute("create table events as select range as n from range(3)")
    connection.execute("insert into events select range from range(100000)")
    connection.execute(
        "create table sorted as select hash(range) as h from range(6000000) order by h"
    )
"""


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    path = tmp_path / "events.json"
    path.write_text(json.dumps(EVENT) + "\n")
    return path


@contextmanager
def modes(folder: Path) -> Iterator[dict[str, int]]:
    """Looks all the time what anybody may do with DuckDB's files: all rights seen, by name."""
    seen: dict[str, int] = {}
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for path in (
                *folder.glob("*.duckdb*"),
                *folder.glob(".*.duckdb*"),
                *folder.glob("*.tmp/*"),
            ):
                try:
                    mode = stat.S_IMODE(path.stat().st_mode)
                except FileNotFoundError:
                    continue
                seen[path.name] = seen.get(path.name, 0) | mode

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def dbt(build: Build, **variables: Any) -> subprocess.Popen[str]:
    """dbt as its users start it: a process that says what it does while it runs."""
    return subprocess.Popen(
        build.command("seed", "--log-level", "debug", **variables),
        cwd=ROOT,
        env=os.environ | build.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_dbt_makes_files_of_its_owner_alone(builds, lake, monkeypatch):
    """Also the log; an older file is closed; another mode is what is asked for."""
    build = builds("private")
    with modes(build.folder) as seen:
        build.must("seed", telemetry_path=lake)
    assert set(seen) >= {"playhead.duckdb", "playhead.duckdb.wal"}
    assert set(seen.values()) == {0o600}
    build.duckdb_path.chmod(0o644)
    build.must("seed", telemetry_path=lake)
    assert stat.S_IMODE(build.duckdb_path.stat().st_mode) == 0o600
    build.duckdb_path.unlink()
    monkeypatch.setenv("PLAYHEAD_FILE_MODE", "0640")
    build.must("seed", telemetry_path=lake)
    assert stat.S_IMODE(build.duckdb_path.stat().st_mode) == 0o640
    monkeypatch.setenv("PLAYHEAD_FILE_MODE", "all")
    done = build.dbt("seed", telemetry_path=lake)
    assert done.returncode == 2
    assert "PLAYHEAD_FILE_MODE is 'all'; give 0600 (the owner alone)" in done.stdout


def test_what_does_not_fit_in_memory_is_private_too(tmp_path):
    with modes(tmp_path) as seen:
        subprocess.run(
            [sys.executable, "-c", SPILLING, tmp_path / "x.duckdb"],
            check=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
        )
    assert any(name.startswith("duckdb_temp_") for name in seen), "nothing was spilled"
    assert seen.pop("x.duckdb.tmp") == 0o700
    assert set(seen.values()) == {0o600}


@pytest.mark.parametrize(
    ("mode", "file", "folder"), [("0600", 0o600, 0o700), ("640", 0o640, 0o750)]
)
def test_folders_can_be_entered_by_who_may_read(tmp_path, mode, file, folder):
    before = os.umask(0)
    try:
        keep_private(tmp_path / "x.duckdb", mode)
        (tmp_path / "a").touch()
        (tmp_path / "b").mkdir()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == file
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == folder


def test_a_file_that_is_held_is_one_line(builds, lake):
    """By a reader, and by another run: who holds it, and what to do."""
    build = builds("held")
    build.must("seed", telemetry_path=lake)
    reading = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", reading, build.duckdb_path], stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdout
        reader.stdout.readline()
        told(build, lake, reader.pid)
        reader.kill()
    build.must("seed", telemetry_path=lake)

    with dbt(build, telemetry_path=lake) as first:
        assert first.stdout
        while "START seed file" not in first.stdout.readline():
            assert first.poll() is None
        # Stopped, so that it does not end before the second is told.
        os.kill(first.pid, signal.SIGSTOP)
        told(build, lake, first.pid)
        os.kill(first.pid, signal.SIGCONT)
        output, _ = first.communicate()
    assert first.returncode == 0, output


def told(build: Build, lake: Path, holder: int) -> None:
    done = build.dbt("seed", telemetry_path=lake)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stdout
    (line,) = [line.strip() for line in done.stdout.splitlines() if "is held by" in line]
    assert line.startswith(f"{build.duckdb_path} is held by python")
    assert f"(process {holder}): let that end, or end it, and run again" in line
