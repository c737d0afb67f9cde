"""How long each page takes on many viewers: `make dashboard-bench`, after `make demo`.

The demo's published marts are multiplied: each viewer many times over, with titles and dates of
their own. Then each page is opened with no answer kept, and once more with filters.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import duckdb
import streamlit as st
import typer
from rich import print
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[1]
# What the copy number k, from 0, adds to a mart's columns; titles have 20 copies, dates 8.
TITLE = {"title_id": "title_id || '-' || (k % 20)", "title_name": "title_name || ' ' || (k % 20)"}
VIEWER = {"customer_id": "customer_id || '-' || k", "session_id": "session_id || '-' || k"}
LATER = "{0} + interval 1 day * (8 * (k % 8))"
TIMES = ("first_watched_at", "last_watched_at", "started_at", "ended_at")
DATES = ("viewed_on", "started_on", "landed_on", "minute_at")
COPIES = {
    "title_performance": 20,
    "title_retention": 20,
    "daily_viewing": 8,
    "viewing_concurrency": 8,
    "playback_quality": 8,
    "daily_intake": 8,
}


def multiply(source: Path, target: Path, copies: int) -> None:
    """Writes the marts of `source` so many times over; those of titles and of dates less often."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        connection.execute(f"attach '{target}' as target")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("create schema target.marts")
        marts = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'source'"
        ).fetchall()
        for (mart,) in marts:
            changed = TITLE | {name: LATER.format(name) for name in DATES}
            if mart not in COPIES:
                changed |= VIEWER | {name: LATER.format(name) for name in TIMES}
            columns = connection.execute(f"describe source.marts.{mart}").fetchall()
            selected = ", ".join(
                f"cast({changed.get(name, name)} as {kind}) as {name}" for name, kind, *_ in columns
            )
            connection.execute(f"""
                create table target.marts.{mart} as
                select {selected} from source.marts.{mart}, range({COPIES.get(mart, copies)}) _ (k)
            """)
        counted = connection.execute("""
            select (select count(*) from target.marts.viewer_title_engagement),
                (select count(*) from target.marts.viewing_sessions)
        """).fetchall()
        print("{:,} viewer × title rows, {:,} sessions".format(*counted[0]))


def measure(marts_file: Path) -> None:
    os.environ["PLAYHEAD_MARTS_PATH"] = str(marts_file)
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=120).run()
    pages = ["overview", "titles", "viewers", "audience", "quality", "data_quality"]
    for name in pages:
        app = _timed(name, app.switch_page(f"views/{name}.py"))
    app = app.switch_page("views/overview.py").run()
    app = _timed("overview, on TV", app.multiselect(key="Device").set_value(["tv"]))
    for name in ("titles", "quality"):
        app = _timed(f"{name}, on TV", app.switch_page(f"views/{name}.py"))
    _timed("quality by place", app.button_group(key="dimension").set_value("place"))


def _timed(name: str, action: AppTest) -> AppTest:
    st.cache_data.clear()
    began = time.perf_counter()
    app = action.run()
    took = time.perf_counter() - began
    if app.exception or app.error:
        sys.exit(f"measure_dashboard: {name} failed")
    print(f"{name:20} {took:5.2f} s")
    return app


def main(
    marts_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_MARTS_PATH", help="The demo's published marts.")
    ] = Path("playhead_marts.duckdb"),
    copies: Annotated[int, typer.Option(help="119 give ten million viewer × title rows.")] = 119,
) -> None:
    """Print the seconds that each page takes on so many copies of the demo's viewers."""
    if not marts_file.exists():
        sys.exit(f"measure_dashboard: {marts_file} does not exist: run make demo first")
    with tempfile.TemporaryDirectory() as folder:
        multiply(marts_file, Path(folder) / "many_marts.duckdb", copies)
        measure(Path(folder) / "many_marts.duckdb")


if __name__ == "__main__":
    typer.run(main)
