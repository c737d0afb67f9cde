"""How long one waits for the dashboard: `make dashboard-bench`, after `make demo`.

In Chromium, as a person meets it: from opening the demo, or from a click on a page's link, until
everything is drawn. For the pages the demo's published marts are multiplied: each viewer many times
over, with titles and dates of their own.
"""

import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from browsing import PATHS, choose, chromium, go_to, pick, serving, wait_until_drawn
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

DEMO_SECONDS, PAGE_SECONDS = 3, 2
# Titles have an odd number of copies, so that each has viewers in both copies of the dates.
TITLE_COPIES, DATE_COPIES = 21, 2
TITLE = {name: f"{name} || '-' || (k % {TITLE_COPIES})" for name in ("title_id", "title_name")}
VIEWER = {name: f"{name} || '-' || k" for name in ("customer_id", "session_id")}
TIMES = ("first_watched_at", "last_watched_at", "started_at", "ended_at")
DATES = ("viewed_on", "started_on", "landed_on", "minute_at")
COPIES = {
    "title_performance": TITLE_COPIES,
    "title_retention": TITLE_COPIES,
    "daily_viewing": DATE_COPIES,
    "viewing_concurrency": DATE_COPIES,
    "playback_quality": DATE_COPIES,
    "daily_intake": DATE_COPIES,
}
SIZE = """
    select (select count(*) from marts.viewer_title_engagement),
        (select date_diff('day', min(viewed_on), max(viewed_on)) + 1 from marts.daily_viewing)
"""
# What Streamlit shows in place of a page that it cannot draw.
FAILURE = "[data-testid=stException], [data-testid=stAlertContentError]"


@dataclass(frozen=True)
class Wait:
    """How long one waited for something, in seconds; without a limit it is only told."""

    of: str
    seconds: float
    limit: float | None = None

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.seconds > self.limit


class DashboardError(Exception):
    """What could not be measured; the message is one line."""


def multiply(source: Path, target: Path, rows: int) -> str:
    """Copies the marts until there are so many viewer × title rows; says how many there are.

    Marts of titles and of dates have fewer copies, and so more viewers a title and a date.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        connection.execute(f"attach '{target}' as target")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("create schema target.marts")
        connection.execute("use source")
        ((pairs, days),) = connection.execute(SIZE).fetchall()
        if not pairs:
            raise DashboardError(f"{source} has no viewers: run make demo first")
        copies = math.ceil(rows / pairs)
        later = f"{{0}} + interval 1 day * ({days} * (k % {DATE_COPIES}))"
        marts = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'source'"
        ).fetchall()
        for (mart,) in marts:
            changed = TITLE | {name: later.format(name) for name in DATES}
            if mart not in COPIES:
                changed |= VIEWER | {name: later.format(name) for name in TIMES}
            columns = connection.execute(f"describe source.marts.{mart}").fetchall()
            selected = ", ".join(
                f"cast({changed.get(name, name)} as {kind}) as {name}" for name, kind, *_ in columns
            )
            connection.execute(f"""
                create table target.marts.{mart} as
                select {selected} from source.marts.{mart}, range({COPIES.get(mart, copies)}) _ (k)
            """)
        (counted,) = connection.execute("""
            select (select count(*) from target.marts.viewer_title_engagement),
                (select count(*) from target.marts.viewing_sessions)
        """).fetchall()
        return "{:,} viewer × title rows, {:,} sessions".format(*counted)


def open_demo(marts_file: Path) -> Iterator[Wait]:
    """The first page that a server ever draws, in a browser that knows nothing of it."""
    began = time.perf_counter()
    with serving(marts_file) as address:
        yield Wait("the server starts", time.perf_counter() - began)
        with chromium() as browser:
            page = browser.new_page()
            page.goto(address)
            opened = wait_until_drawn(page)
            _check(page)
            yield Wait("the demo opens", opened, DEMO_SECONDS)


def visit_pages(marts_file: Path) -> Iterator[Wait]:
    """Every page by its link, then with filters that nobody has picked before."""
    with serving(marts_file) as address, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{address}/{PATHS['Data quality']}")
        wait_until_drawn(page)

        def wait(of: str, act: Callable[..., float], *arguments: str) -> Wait:
            seconds = act(page, *arguments)
            _check(page)
            return Wait(of, seconds, PAGE_SECONDS)

        for name in PATHS:
            # To the dashboard a new publication: it keeps no answer of the last one.
            marts_file.touch()
            yield wait(name, go_to, name)
        go_to(page, "Quality")
        yield wait("Quality by place", choose, "Place")
        go_to(page, "Overview")
        yield wait("Overview, on TV", pick, "Device", "tv")
        for name in ("Titles", "Viewers", "Quality"):
            yield wait(f"{name}, on TV", go_to, name)
        yield wait("Quality by place, on TV", choose, "Place")


def _check(page: Page) -> None:
    if page.locator(FAILURE).count():
        raise DashboardError(f"{page.url} shows an error: run make dashboard to see it")


def main(
    marts_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_MARTS_PATH", help="The demo's published marts.")
    ] = Path("playhead_marts.duckdb"),
    rows: Annotated[int, typer.Option(help="Viewer × title rows, at least.")] = 10_000_000,
) -> None:
    """Print how long one waits for the demo, and for each page on so many rows."""
    if not marts_file.exists():
        sys.exit(f"measure_dashboard: {marts_file} does not exist: run make demo first")
    waits: list[Wait] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with (
            Progress(*columns, console=Console(stderr=True), transient=True) as progress,
            tempfile.TemporaryDirectory() as folder,
        ):
            task = progress.add_task("Opening the demo")
            waits.extend(open_demo(marts_file.resolve()))
            progress.update(task, description="Copying its viewers, for a minute or so")
            size = multiply(marts_file, Path(folder) / "many_marts.duckdb", rows)
            progress.update(task, description=f"Opening the pages on {size}")
            waits.extend(visit_pages(Path(folder) / "many_marts.duckdb"))
    except (DashboardError, RuntimeError, duckdb.Error, BrowserError) as error:
        sys.exit(f"measure_dashboard: {str(error).splitlines()[0]}")
    table = Table("", "seconds", "at most", "", title=size, box=SIMPLE_HEAD)
    for wait in waits:
        limit, kept = ("", "") if wait.limit is None else (f"{wait.limit}", "kept")
        table.add_row(wait.of, f"{wait.seconds:.2f}", limit, "over" if wait.is_over else kept)
    Console().print(table)
    if over := [wait.of for wait in waits if wait.is_over]:
        sys.exit(f"measure_dashboard: too slow: {', '.join(over)}")


if __name__ == "__main__":
    typer.run(main)
