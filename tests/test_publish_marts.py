"""What others read is replaced whole, or not at all."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from publish_marts import publish

SCRIPT = ROOT / "scripts" / "publish_marts.py"


def make(path: Path, rows: int, *others: str) -> Path:
    """A build file whose mart has so many rows."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for mart in ("viewing_sessions", *others):
            connection.execute(
                f"create table marts.{mart} as select hash(range) as h from range({rows})"
            )
    return path


def published_rows(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select count(*) from marts.viewing_sessions").fetchone()[0]


def test_nothing_empty_replaces_what_is_full(tmp_path):
    """A mart that lost its rows, or is not there; unless it is asked for."""
    build, out = tmp_path / "b.duckdb", tmp_path / "out.duckdb"
    publish(make(build, 3, "daily_intake"), out)
    for rows, others in ((0, ["daily_intake"]), (3, [])):
        make(build, rows, *others)
        with pytest.raises(ValueError, match=r"would lose all rows, .* stays as it is"):
            publish(build, out)
        assert published_rows(out) == 3
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    done = subprocess.run(
        [sys.executable, SCRIPT, "--build-file", make(build, 0), "--output", out],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    publish(build, out, allow_empty=True)
    assert published_rows(out) == 0
    # What was empty may stay so.
    publish(build, out)


def test_a_killed_publisher_leaves_nothing_for_long(tmp_path):
    """The old file stays; the next publisher removes what is unfinished, and lets others write."""
    build, out = tmp_path / "b.duckdb", tmp_path / "out.duckdb"
    publish(make(build, 1), out)
    make(build, 6_000_000)
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, SCRIPT, "--build-file", build, "--output", out]
        ) as process:
            while not list(tmp_path.glob(".out.duckdb.*")) and process.poll() is None:
                time.sleep(0.001)
            os.kill(process.pid, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert published_rows(out) == 1
        assert len(list(tmp_path.glob(".out.duckdb.*"))) >= 1
    (tmp_path / ".out.duckdb.99.tmp").mkdir()
    (tmp_path / ".out.duckdb.99").touch()
    other = duckdb.connect(str(tmp_path / ".out.duckdb.12"))
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print(flush=True); "
            "time.sleep(60)",
            tmp_path / ".out.duckdb.13",
        ],
        stdout=subprocess.PIPE,
    )
    other.close()
    assert holder.stdout
    holder.stdout.readline()
    try:
        publish(build, out)
    finally:
        holder.kill()
        holder.communicate()
    assert published_rows(out) == 6_000_000
    assert [path.name for path in tmp_path.glob(".out.duckdb.*")] == [".out.duckdb.13"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_build_that_goes_on_is_told_in_a_line(tmp_path):
    build = make(tmp_path / "b.duckdb", 1)
    holding = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print(flush=True); "
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holding, build], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        done = subprocess.run(
            [sys.executable, SCRIPT, "--build-file", build], capture_output=True, text=True
        )
        holder.kill()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"{build} is held by python" in line
    assert f"(process {holder.pid})" in line
