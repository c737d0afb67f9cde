"""Writes the marts for other engines: a Delta Lake table or a Parquet file each."""

import os
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

FORMATS = ("delta", "parquet")


class MissingLibraryError(ImportError):
    """A format needs a library that is not installed; the message is one line that says which."""


def write_tables(build_file: Path, folder: Path, table_format: str) -> int:
    """Write each mart of a build file into `folder`; returns how many marts.

    Whoever reads a mart meanwhile sees all of its old rows, or all of its new: a Delta table gets
    one version more, a Parquet file is replaced. Different marts may be of different builds until
    the end. Times are stored as UTC, so that no reader takes them for its own zone's.

    Raises FileNotFoundError without a build file, ValueError where it holds no marts,
    MissingLibraryError without the format's library, duckdb.Error where the file cannot be read.
    """
    if not build_file.exists():
        raise FileNotFoundError(f"{build_file} does not exist: run dbt build first")
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set timezone = 'UTC'")
        path = str(build_file).replace("'", "''")
        connection.execute(f"attach '{path}' as build (read_only)")
        # One snapshot of all marts: a build that ends meanwhile changes none of them.
        connection.execute("begin")
        names = connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'build' and schema_name = 'marts' order by table_name"
        ).fetchall()
        if not names:
            raise ValueError(f"{build_file} holds no marts: run dbt build first")
        write = _write_delta if table_format == "delta" else _write_parquet
        for (name,) in names:
            write(connection.sql(_query(connection, name)), folder, name)
    return len(names)


def _query(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    """All of a mart, its timestamps with the zone that they are in."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = 'build' "
        "and schema_name = 'marts' and table_name = ? order by column_index",
        [mart],
    ).fetchall()
    selected = ", ".join(
        f'timezone(\'UTC\', "{name}") as "{name}"' if kind == "TIMESTAMP" else f'"{name}"'
        for name, kind in columns
    )
    return f'select {selected} from build.marts."{mart}"'


def _write_delta(rows: duckdb.DuckDBPyRelation, folder: Path, mart: str) -> None:
    try:
        from deltalake import write_deltalake
    except ImportError:
        raise MissingLibraryError(
            "--format delta needs deltalake: make .venv/.live-installed"
        ) from None
    write_deltalake(
        str(folder / mart), rows.to_arrow_reader(100_000), mode="overwrite", schema_mode="overwrite"
    )


def _write_parquet(rows: duckdb.DuckDBPyRelation, folder: Path, mart: str) -> None:
    unfinished = folder / f".{mart}.{os.getpid()}"
    try:
        reader = rows.to_arrow_reader(100_000)
        with pq.ParquetWriter(unfinished, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
        unfinished.replace(folder / f"{mart}.parquet")
    finally:
        unfinished.unlink(missing_ok=True)
