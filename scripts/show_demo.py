"""Show what the demo built: `python scripts/show_demo.py`, after `make demo`."""

import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

BUILT = """
    select
        (select count(*) from staging.base_telemetry__events) as read,
        (select count(*) from staging.stg_telemetry__events) as accepted,
        (select count(*) from staging.stg_telemetry__rejected_events) as rejected,
        (select count(*) from staging.base_telemetry__events where outcome = 'ignored') as ignored,
        (select sum(event_count) from marts.viewing_sessions) as distinct_events,
        (select count(*) from marts.viewing_sessions) as sessions,
        (select count(*) from marts.viewer_title_engagement) as viewer_titles
"""
TOP_TITLES = """
    select
        title_name as title,
        count(*) as viewers,
        cast(round(sum(watch_seconds) / 3600) as bigint) as hours,
        round(avg(unique_watch_percentage), 1) as "% seen per viewer",
        round(100.0 * avg(cast(is_completed as int)), 1) as "% completed",
        round(avg(engagement_score), 1) as score
    from marts.viewer_title_engagement
    group by title_name
    order by sum(watch_seconds) desc
    limit 5
"""
TIERS = """
    select
        engagement_tier as tier,
        count(*) as "viewer × title",
        round(100.0 * count(*) / sum(count(*)) over (), 1) as "%",
        cast(round(sum(watch_seconds) / 3600) as bigint) as "watch hours"
    from marts.viewer_title_engagement
    group by engagement_tier
    order by min(engagement_score) desc
"""
SEGMENTS = """
    select
        segment,
        count(*) as viewers,
        round(100.0 * count(*) / sum(count(*)) over (), 1) as "%",
        cast(round(sum(watch_hours)) as bigint) as "watch hours",
        round(avg(active_days), 1) as "avg active days"
    from marts.viewer_segments
    group by segment
    order by sum(watch_hours) desc
"""
# docs/method.md §6.4, the first reference case: the generator writes this viewer into every lake.
REFERENCE = """
    select
        watch_seconds as watch,
        unique_watch_seconds as "unique",
        rewatch_seconds as rewatch,
        round(watch_percentage, 1) as "watch %",
        round(completion_percentage, 1) as "completion %",
        forward_skip_count as "skips forward",
        backward_skip_count as back,
        round(engagement_score, 1) as score,
        engagement_tier as tier
    from marts.viewer_title_engagement
    where customer_id = 'reference-viewer'
"""


def table_of(connection: duckdb.DuckDBPyConnection, title: str, query: str) -> Table:
    """A query's rows as a table; numbers to the right, thousands apart."""
    cursor = connection.execute(query)
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_edge=False
    )
    for name, kind, *_ in cursor.description:
        table.add_column(name, justify="left" if kind == "VARCHAR" else "right")
    for row in cursor.fetchall():
        table.add_row(*("–" if v is None else v if isinstance(v, str) else f"{v:,}" for v in row))
    return table


def main(
    build_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_DUCKDB_PATH", help="The file that dbt builds.")
    ] = Path("playhead.duckdb"),
) -> None:
    """Print what was built, the top titles, the tiers, the segments, and what to do next."""
    published = build_file.with_stem(f"{build_file.stem}_marts")
    console = Console(width=100, highlight=False)
    try:
        with duckdb.connect(str(build_file), read_only=True) as connection:
            built = connection.execute(BUILT).fetchall()[0]
            tables = [
                table_of(connection, "Top titles", TOP_TITLES),
                table_of(connection, "Engagement tiers", TIERS),
                table_of(connection, "Viewer segments", SEGMENTS),
                table_of(connection, "The reference viewer: 130 s of a 300 s title", REFERENCE),
            ]
    except duckdb.Error as error:
        sys.exit(f"show_demo: {str(error).splitlines()[0]}")
    read, accepted, rejected, ignored, distinct, sessions, viewer_titles = (f"{n:,}" for n in built)
    besides = "" if ignored == "0" else f" + {ignored} ignored"
    console.print(f"{read} rows read = {accepted} accepted + {rejected} rejected{besides}")
    console.print(
        f"{distinct} distinct events → {sessions} viewing_sessions → "
        f"{viewer_titles} viewer_title_engagement\n"
    )
    for table in tables:
        console.print(table)
        console.print()
    console.print(f"The marts are in [bold]{published}[/bold], schema marts. Next:")
    console.print("  · query them: select * from marts.viewer_title_engagement")
    console.print("  · see what each column means: models/marts/, a file each")
    console.print("  · bring your own events: README.md, “Your own events”")


if __name__ == "__main__":
    typer.run(main)
