"""The bound: DuckDB sorts the six columns that the interval rules need, once, into a table.

    python benchmarks/bound.py LAKE DATABASE MEMORY

prints the seconds it took. A process of its own, with the settings of the build.
"""

import sys
import time
from typing import Any

import duckdb

THREADS = 2


def main(lake: str, database: str, memory: str) -> None:
    """Sort the lake's events into a new database file, and print the seconds."""
    options: dict[str, Any] = {"storage_compatibility_version": "v1.4.0", "threads": THREADS}
    with duckdb.connect(database, config=options) as connection:
        connection.execute(f"set memory_limit = '{memory}'")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        began = time.perf_counter()
        connection.execute(f"""
            create table events as
            select
                customer_id, session_id, title_id,
                event_timestamp, position_seconds, watch_duration_seconds
            from read_parquet('{lake}/**/*.parquet')
            order by customer_id, session_id, title_id, event_timestamp
        """)
        print(time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
