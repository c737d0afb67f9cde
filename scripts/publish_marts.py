"""Publish the marts: `python scripts/publish_marts.py`.

DuckDB lets one process write a file, or many read it. So BI tools never open the build file: they
read a copy of the marts, which each build replaces in one step. Who holds the old copy open goes on
reading it; who opens the path next sees the new one.
"""

import fcntl
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from build_file import in_one_line, keep_private
from mart_tables import FORMATS, MissingLibraryError, write_tables

# Drivers from DuckDB 1.4 on can open the file.
STORAGE_VERSION = "v1.4.0"


def publish(build_file: Path, published_file: Path, allow_empty: bool = False) -> int:
    """Copies schema `marts` of the build file into a file of its own; returns how many tables.

    Raises FileNotFoundError without a build file; ValueError where it holds no marts or, unless
    `allow_empty`, has no row of a mart of which the published file has some; and duckdb.Error where
    it cannot be read, as while a build is writing it.
    """
    if not build_file.exists():
        raise FileNotFoundError(f"{build_file} does not exist: run dbt build first")
    if published_file.resolve() == build_file.resolve():
        raise ValueError(f"{published_file} is the build file: choose another --output")
    keep_private(published_file)
    remove_unfinished(published_file)
    unfinished = published_file.with_name(f".{published_file.name}.{os.getpid()}")
    try:
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"set temp_directory = '{quoted(unfinished)}.tmp'")
            connection.execute(f"attach '{quoted(build_file)}' as build (read_only)")
            counts = _row_counts(connection, "build")
            if not counts:
                raise ValueError(f"{build_file} holds no marts: run dbt build first")
            if not allow_empty and published_file.exists():
                connection.execute(f"attach '{quoted(published_file)}' as held (read_only)")
                held = _row_counts(connection, "held")
                if lost := [name for name in held if held[name] and not counts.get(name)]:
                    others = f" and {len(lost) - 1} other(s)" if len(lost) > 1 else ""
                    raise ValueError(
                        f"{lost[0]}{others} would lose all rows, {build_file} has none: "
                        f"{published_file} stays as it is; --allow-empty publishes all the same"
                    )
            connection.execute(
                f"attach '{quoted(unfinished)}' as published (storage_version '{STORAGE_VERSION}')"
            )
            connection.execute("create schema published.marts")
            for table in counts:
                connection.execute(
                    f'create table published.marts."{table}" as from build.marts."{table}"'
                )
            _copy_alerts(connection)
            connection.execute("detach published")
        unfinished.replace(published_file)
    finally:
        _remove(unfinished)
    return len(counts)


def _copy_alerts(connection: duckdb.DuckDBPyConnection) -> None:
    """What the tests of tests/alerts/ found, where the build ran them: for the report."""
    alerts = connection.execute("""
        select table_name from duckdb_tables()
        where database_name = 'build' and schema_name = 'alerts' order by table_name
    """).fetchall()
    if alerts:
        connection.execute("create schema published.alerts")
    for (alert,) in alerts:
        connection.execute(
            f'create table published.alerts."{alert}" as from build.alerts."{alert}"'
        )


def _row_counts(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, int]:
    """How many rows each mart of an attached file has, by name."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'marts' "
        "order by table_name",
        [database],
    ).fetchall()
    counts = {}
    for (table,) in tables:
        query = f'select count(*) from {database}.marts."{table}"'
        ((counts[table],),) = connection.execute(query).fetchall()
    return counts


def remove_unfinished(finished: Path) -> None:
    """Removes what killed writers of a file left; what another is writing, DuckDB holds locked."""
    for file in finished.parent.glob(f".{finished.name}.*"):
        if not file.suffix[1:].isdecimal():
            continue
        with suppress(FileNotFoundError, BlockingIOError), file.open("r+b") as unfinished:
            fcntl.lockf(unfinished, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(file)


def _remove(unfinished: Path) -> None:
    """Removes an unfinished file, and what DuckDB puts beside one."""
    unfinished.unlink(missing_ok=True)
    unfinished.with_name(f"{unfinished.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(unfinished.with_name(f"{unfinished.name}.tmp"), ignore_errors=True)


def quoted(path: Path) -> str:
    """A path as text in SQL."""
    return str(path).replace("'", "''")


def main(
    build_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_DUCKDB_PATH", help="The file that dbt builds.")
    ] = Path("playhead.duckdb"),
    output: Annotated[
        Path | None,
        typer.Option(
            help="The file to replace, or the folder of another format; beside the build file "
            "unless given."
        ),
    ] = None,
    table_format: Annotated[
        str, typer.Option("--format", help="duckdb, delta or parquet: a table or file a mart.")
    ] = "duckdb",
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Also where a mart loses all its rows by it.")
    ] = False,
) -> None:
    """Copy the marts from the build file to a file that other tools may read at any time."""
    if table_format not in ("duckdb", *FORMATS):
        sys.exit(f"publish_marts: --format is {table_format!r}: give duckdb, delta or parquet")
    is_file = table_format == "duckdb"
    output = output or build_file.with_name(f"{build_file.stem}_marts{'.duckdb' * is_file}")
    try:
        if is_file:
            count = publish(build_file, output, allow_empty)
        else:
            count = write_tables(build_file, output, table_format)
    except duckdb.Error as error:
        sys.exit(f"publish_marts: {in_one_line(error, build_file)}")
    except (OSError, ValueError, MissingLibraryError) as error:
        sys.exit(f"publish_marts: {error}")
    print(f"{output}: {count} marts published")


if __name__ == "__main__":
    typer.run(main)
