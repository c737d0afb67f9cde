"""What order and rules cost, in CPU seconds: of the models, and of five plain types of event alone.

    python benchmarks/rules.py DATABASE COMPILED MEMORY

`DATABASE` is the file of a full build, `COMPILED` the folder of its compiled models. Prints JSON:
the CPU seconds of the yardstick (five_types.sql), of each model that stores something on the way
from distinct events to what each of them owns, and of all of these. Each is executed three times
into a temporary table; the least counts.
"""

import json
import resource
import sys
from pathlib import Path

import duckdb

FOLDER = "intermediate/playback"
# What viewers have seen is merged from what events own.
BEYOND = {"int_watch_coverage"}
EXECUTIONS = 3


def main(database: str, compiled: str, memory: str) -> None:
    """Execute the yardstick and the models, and print what they take."""
    queries = {path.stem: path.read_text() for path in Path(compiled, FOLDER).glob("*.sql")}
    yardstick = Path(__file__).with_name("five_types.sql").read_text()
    with duckdb.connect(database, config={"threads": 1}) as connection:
        connection.execute(f"set memory_limit = '{memory}'")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        stored = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'intermediate'"
        ).fetchall()
        five_types = _cpu_seconds(connection, yardstick)
        models = {
            name: _cpu_seconds(connection, queries[name])
            for (name,) in sorted(stored)
            if name in queries and name not in BEYOND
        }
    total = sum(models.values())
    print(json.dumps({"five_types": five_types, "all_types": total, "models": models}))


def _cpu_seconds(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """The least of some executions, in CPU seconds: other work on the machine hardly counts."""
    taken = []
    for _ in range(EXECUTIONS):
        began = _used()
        connection.execute(f"create or replace temp table measured as {query}")
        taken.append(_used() - began)
    return min(taken)


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
