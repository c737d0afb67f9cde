"""The marts as tables for other engines: the same rows, and never half of them."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

if os.environ.get("PLAYHEAD_REQUIRE_LIVE") != "1":
    pytest.importorskip("deltalake", reason="not installed: make live-test")

import mart_tables
from deltalake import DeltaTable
from mart_tables import write_tables

ROWS = """
    create schema marts;
    create table marts.small as
    select * from (values
        ('a', timestamp '2025-03-03 20:00:00.125', date '2025-03-03',
         1.125::decimal(18, 3), 0.1::double),
        (null, null, null, null, null)
    ) as rows (name, happened_at, on_date, seconds, ratio);
    create table marts.empty as select 1::bigint as n where false;
    create schema staging;
    create table staging.private as select 'secret' as line;
"""


@pytest.fixture
def build_file(tmp_path: Path) -> Path:
    path = tmp_path / "it's a build.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(ROWS)
    return path


def test_a_delta_table_has_the_marts_rows(build_file, tmp_path, monkeypatch):
    """Values to the last digit, times with their zone whatever the machine's is; nothing else."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert write_tables(build_file, tmp_path / "out", "delta") == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"small", "empty"}
    table = DeltaTable(str(tmp_path / "out" / "small"))
    types = {field.name: str(field.type.type) for field in table.schema().fields}
    assert types["happened_at"] == "timestamp"
    assert types["seconds"] == "decimal(18,3)"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        files = [str(path) for path in (tmp_path / "out" / "small").glob("*.parquet")]
        rows = connection.read_parquet(files).order("name nulls last").fetchall()
    assert rows[0][0] == "a"
    assert rows[0][1].astimezone(UTC) == datetime(2025, 3, 3, 20, 0, 0, 125_000, UTC)
    assert str(rows[0][3]) == "1.125"
    assert rows[1] == (None,) * 5


def test_each_writing_is_one_version_and_a_changed_mart_is_taken(build_file, tmp_path):
    folder = tmp_path / "out"
    write_tables(build_file, folder, "delta")
    with duckdb.connect(str(build_file)) as connection:
        connection.execute("alter table marts.small add column more varchar default 'new'")
    write_tables(build_file, folder, "delta")
    table = DeltaTable(str(folder / "small"))
    assert table.version() == 1
    assert "more" in [field.name for field in table.schema().fields]
    table.load_as_version(0)
    assert "more" not in [field.name for field in table.schema().fields]


@pytest.mark.parametrize("table_format", ["delta", "parquet"])
def test_killed_while_it_writes_the_old_rows_stay(build_file, tmp_path, table_format, monkeypatch):
    folder = tmp_path / "out"
    write_tables(build_file, folder, table_format)
    place = folder / "small" if table_format == "delta" else folder / "small.parquet"
    before = held(place)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if table_format == "delta":
        monkeypatch.setattr("deltalake.write_deltalake", die)
    else:
        monkeypatch.setattr(mart_tables.pq.ParquetWriter, "write_batch", die)
    with duckdb.connect(str(build_file)) as connection:
        connection.execute("delete from marts.small")
        connection.execute("insert into marts.empty values (1)")
    with pytest.raises(KeyboardInterrupt):
        write_tables(build_file, folder, table_format)
    assert held(place) == before
    assert not list(folder.glob(".*"))


def held(place: Path) -> list[tuple]:
    """The rows of a table as they stand."""
    if place.is_dir():
        return sorted(DeltaTable(str(place)).get_add_actions().column("num_records").to_pylist())
    with duckdb.connect() as connection:
        return connection.read_parquet(str(place)).order("all").fetchall()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "excel"], "--format is 'excel': give duckdb, delta or parquet"),
        (["--format", "delta", "--build-file", "none.duckdb"], "none.duckdb does not exist"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(tmp_path, arguments, words):
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "publish_marts.py"), *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
