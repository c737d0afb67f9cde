"""Erase viewers: `python scripts/erase.py CUSTOMER_ID` or `--file ids.txt`.

They are taken out of every table of the build file and out of the published one, and stay out: by a
list of hashes in the build file, what the lake still has of them is not read again. In the end the
build file is a new one, in which no free block holds what was removed.
"""

import hashlib
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from build_file import in_one_line, keep_private
from publish_marts import STORAGE_VERSION, publish, quoted, remove_unfinished

PROJECT = Path(__file__).parents[1]


def list_as_erased(connection: duckdb.DuckDBPyConnection, customers: list[str]) -> None:
    """Enters viewers into the list of those erased, by hashes with the list's salt."""
    connection.execute(
        "create table if not exists staging.erased_customers "
        "(salt varchar, customer_hash varchar, is_removed boolean)"
    )
    rows = connection.execute("select min(salt) from staging.erased_customers").fetchall()
    salt = rows[0][0] or secrets.token_hex(16)
    hashes = [hashlib.sha256((salt + customer).encode()).hexdigest() for customer in customers]
    connection.execute("begin")
    connection.execute("delete from staging.erased_customers where customer_hash in ?", [hashes])
    connection.executemany(
        "insert into staging.erased_customers values (?, ?, false)", [[salt, one] for one in hashes]
    )
    connection.execute("commit")


def remove_rows(connection: duckdb.DuckDBPyConnection, customers: list[str]) -> None:
    """Removes viewers' rows from every table that has any: what is left are a run's own lists."""
    for table, columns in text_columns(connection).items():
        if "customer_id" in columns:
            connection.execute(f"delete from {table} where customer_id in ?", [customers])


def where_found(connection: duckdb.DuckDBPyConnection, customers: list[str]) -> list[str]:
    """The columns of any table in which a viewer's id still stands, as schema.table.column."""
    found = []
    for table, columns in text_columns(connection).items():
        for column in columns:
            query = f"select count(*) from {table} where {quoted_name(column)} in ?"
            if connection.execute(query, [customers]).fetchall() != [(0,)]:
                found.append(f"{table}.{column}".replace('"', ""))
    return found


def text_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of text of every table, by the table's quoted name."""
    rows = connection.execute("""
        select schema_name, table_name, list(column_name order by column_index)
        from duckdb_columns()
        where data_type = 'VARCHAR' and database_name = current_database()
            and (schema_name, table_name) in (
                select (schema_name, table_name) from duckdb_tables()
                where database_name = current_database() and not temporary
            )
        group by all order by all
    """).fetchall()
    return {f"{quoted_name(schema)}.{quoted_name(table)}": names for schema, table, names in rows}


def write_anew(connection: duckdb.DuckDBPyConnection, build_file: Path) -> None:
    """Copies what is left into a new file, and puts that in place of the old one."""
    fresh = build_file.with_name(f".{build_file.name}.{os.getpid()}")
    drop_broken_views(connection)
    try:
        connection.execute(
            f"attach '{quoted(fresh)}' as fresh (storage_version '{STORAGE_VERSION}')"
        )
        ((held,),) = connection.execute("select current_database()").fetchall()
        connection.execute(f"copy from database {quoted_name(held)} to fresh")
        connection.execute("checkpoint fresh")
        connection.execute("detach fresh")
        fresh.replace(build_file)
    finally:
        fresh.unlink(missing_ok=True)


def drop_broken_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Views that cannot be read, as of files that have gone, cannot be copied; dbt makes them."""
    views = connection.execute(
        "select schema_name, view_name from duckdb_views() where not internal and not temporary"
    ).fetchall()
    for schema, name in views:
        view = f"{quoted_name(schema)}.{quoted_name(name)}"
        try:
            connection.execute(f"describe {view}")
        except duckdb.Error:
            connection.execute(f"drop view if exists {view}")


def quoted_name(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def run_dbt(build_file: Path, variables: str) -> None:
    """Derives all that rested on the viewers' rows anew; ids are in no log of it."""
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "run", "--vars", variables],
        cwd=PROJECT,
        env={"DBT_PROFILES_DIR": str(PROJECT)}
        | os.environ
        | {"PLAYHEAD_DUCKDB_PATH": str(build_file.resolve())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout)
        raise ValueError(
            "dbt run failed, as above: the viewers are listed, but not yet erased from all tables; "
            "mend it, and run this command again"
        )


def erase(build_file: Path, customers: list[str], variables: str = "{}") -> list[str]:
    """Takes viewers out of a build file; returns the columns in which an id still stands.

    Raises FileNotFoundError without a build file, ValueError where nothing is loaded or dbt fails,
    and duckdb.Error where the file is held by another process.
    """
    if not build_file.exists():
        raise FileNotFoundError(f"{build_file} does not exist: run dbt build first")
    keep_private(build_file)
    remove_unfinished(build_file)
    with duckdb.connect(str(build_file)) as connection:
        if not connection.execute("from duckdb_schemas() where schema_name = 'staging'").fetchall():
            raise ValueError(f"{build_file} holds no events: run dbt build first")
        list_as_erased(connection, customers)
    run_dbt(build_file, variables)
    with duckdb.connect(str(build_file)) as connection:
        remove_rows(connection, customers)
        found = where_found(connection, customers)
        write_anew(connection, build_file)
    return found


def main(
    customer_ids: Annotated[list[str] | None, typer.Argument(help="Who is erased.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="A file of customer ids, one a line; with or without ids.")
    ] = None,
    build_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_DUCKDB_PATH", help="The file that dbt builds.")
    ] = Path("playhead.duckdb"),
    published: Annotated[
        Path | None,
        typer.Option(help="The published file; <build file>_marts.duckdb unless given."),
    ] = None,
    variables: Annotated[
        str, typer.Option("--vars", help="The variables that your dbt build is given.")
    ] = "{}",
) -> None:
    """Take viewers out of all that is stored, for good."""
    published = published or build_file.with_stem(f"{build_file.stem}_marts")
    try:
        lines = file.read_text().splitlines() if file else []
        customers = sorted({one.strip() for one in (*(customer_ids or []), *lines)} - {""})
        if not customers:
            raise ValueError("nobody is named: give customer ids, or a --file of them")
        found = erase(build_file, customers, variables)
        if published.exists():
            publish(build_file, published, allow_empty=True)
    except duckdb.Error as error:
        sys.exit(f"erase: {in_one_line(error, build_file)}")
    except (OSError, ValueError) as error:
        sys.exit(f"erase: {error}")
    if found:
        sys.exit(f"erase: an id still stands in rows of others, in {', '.join(found)}")
    print(f"{build_file}: {len(customers)} viewer(s) erased")


if __name__ == "__main__":
    typer.run(main)
