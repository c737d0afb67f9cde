"""Publish the marts: `python scripts/publish_marts.py`.

DuckDB lets one process write a file, or many read it. So BI tools never open the build file: they
read a copy of the marts, which each build replaces in one step. Who holds the old copy open goes on
reading it; who opens the path next sees the new one.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer

# Drivers from DuckDB 1.4 on can open the file.
STORAGE_VERSION = "v1.4.0"


def publish(build_file: Path, published_file: Path) -> int:
    """Copies schema `marts` of the build file into a file of its own; returns how many tables.

    Raises FileNotFoundError without a build file, ValueError where it holds no marts, and
    duckdb.Error where it cannot be read, as while a build is writing it.
    """
    if not build_file.exists():
        raise FileNotFoundError(f"{build_file} does not exist: run dbt build first")
    if published_file.resolve() == build_file.resolve():
        raise ValueError(f"{published_file} is the build file: choose another --output")
    unfinished = published_file.with_name(f".{published_file.name}.{os.getpid()}")
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{_quoted(build_file)}' as build (read_only)")
            connection.execute(
                f"attach '{_quoted(unfinished)}' as published (storage_version '{STORAGE_VERSION}')"
            )
            tables = connection.execute("""
                select table_name from duckdb_tables()
                where database_name = 'build' and schema_name = 'marts' order by table_name
            """).fetchall()
            if not tables:
                raise ValueError(f"{build_file} holds no marts: run dbt build first")
            connection.execute("create schema published.marts")
            for (table,) in tables:
                connection.execute(
                    f'create table published.marts."{table}" as from build.marts."{table}"'
                )
            connection.execute("detach published")
        unfinished.replace(published_file)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(tables)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def main(
    build_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_DUCKDB_PATH", help="The file that dbt builds.")
    ] = Path("playhead.duckdb"),
    output: Annotated[
        Path | None,
        typer.Option(help="The file to replace; <build file>_marts.duckdb unless given."),
    ] = None,
) -> None:
    """Copy the marts from the build file to a file that other tools may read at any time."""
    output = output or build_file.with_stem(f"{build_file.stem}_marts")
    try:
        count = publish(build_file, output)
    except (OSError, ValueError, duckdb.Error) as error:
        sys.exit(f"publish_marts: {str(error).splitlines()[0]}")
    print(f"{output}: {count} marts published")


if __name__ == "__main__":
    typer.run(main)
