"""The page for the boss: `make report`, or `python dashboard/report.py` on a schedule.

One HTML file of the published marts that needs no server and makes no request: it can be mailed,
and prints on two pages. What a figure means shows on hovering, and in docs/glossary.md.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import duckdb
import glossary
import jinja2
import markupsafe
import periods
import questions
import text
import typer

HERE = Path(__file__).parent
COHORT_WEEKS = 8
DAYS = """
    select viewed_on as day, watch_hours as hours from marts.daily_viewing
    where viewed_on between $first and $last order by day
"""
WEEKS = """
    select cast(date_trunc('week', viewed_on) as date) as day, sum(watch_hours) as hours
    from marts.daily_viewing group by day order by day
"""
TITLES = f"""
    with watched as (
        select title_id,
            coalesce(sum(watch_seconds) filter (where started_at >= $first), 0) as seconds,
            sum(watch_seconds) filter (where started_at < $first) as seconds_before,
            count(*) filter (where started_at >= $first) as sessions
        from marts.viewing_sessions where started_at >= $earlier and started_at < $after
        group by title_id
    )
    select coalesce(title_name, title_id) as name, title_id,
        cast(seconds as double) / 3600 as hours,
        cast(seconds_before as double) / 3600 as hours_before, sessions,
        avg_percentage_viewed / 100 as watched_per_view, {questions.COMPLETION} as completion
    from watched join marts.title_performance using (title_id)
    where seconds > 0 order by hours desc, name limit 10
"""
LEAVING = """
    select max(survival) filter (where bucket_percentage = 25) as at_25,
        max(survival) filter (where bucket_percentage = 50) as at_50,
        max(survival) filter (where bucket_percentage = 75) as at_75,
        max(survival) filter (where bucket_percentage = 99) as at_99,
        cast(arg_max(start_seconds, drop_off) filter (where bucket_percentage < 95) as double)
            as worst_seconds,
        max(drop_off) filter (where bucket_percentage < 95) as worst
    from marts.title_retention where title_id = $title_id having count(*) > 0
"""
QUALITY = f"select {questions.SUMS} from marts.playback_quality where {{where}}"
STARTED = "started_on >= $first and started_on < $after"
INTAKE = """
    select coalesce(sum(row_count), 0) as landed,
        coalesce(sum(row_count) filter (where outcome not in ('accepted', 'ignored')), 0)
            as rejected
    from marts.daily_intake
"""
REASONS = """
    select replace(outcome, '_', ' ') || ' ' || sum(row_count) as reason from marts.daily_intake
    where outcome not in ('accepted', 'ignored')
    group by outcome order by sum(row_count) desc limit 3
"""
KNOWN = """
    select cast(sum(inferred_watch_seconds) / nullif(sum(watch_seconds), 0) as double) as inferred,
        cast(sum(unplaced_watch_seconds) / nullif(sum(watch_seconds), 0) as double) as unplaced,
        count(device_type) as devices, count(country) as places, count(isp) as networks,
        count(buffering_seconds) as stalls, count(error_count) as errors,
        count(startup_seconds) as starts
    from marts.viewing_sessions where started_at >= $first and started_at < $after
"""
NO_DURATION = """
    select count(*) as titles from marts.title_performance
    where title_duration_seconds is null and viewer_count > 0
"""
PROCESSED = "select max(processed_at) as at from marts.viewer_title_engagement"
ALERTS = """
    select table_name from duckdb_tables() where database_name = 'published'
        and schema_name = 'alerts' order by table_name
"""
REPORTED = {
    "devices": "on which devices",
    "places": "where",
    "networks": "over which ISP",
    "stalls": "how long playback stalled",
    "errors": "which sessions failed",
    "starts": "how long playback took to start",
}


class Marts:
    """The published marts: rows as mappings, by the names of their columns."""

    def __init__(self, file: Path) -> None:
        self.connection = duckdb.connect()
        quoted = str(file).replace("'", "''")
        self.connection.execute(f"attach '{quoted}' as published (read_only)")
        self.connection.execute("use published")
        self.connection.execute("set enable_progress_bar = false")

    def ask(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        named = {name: value for name, value in parameters.items() if f"${name}" in query}
        cursor = self.connection.execute(query, named)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, query: str, **parameters: Any) -> dict[str, Any]:
        return self.ask(query, **parameters)[0]


def percent(share: float | None, digits: int = 0) -> str:
    return "–" if share is None else f"{share:.{digits}%}"


def change(now: float | None, before: float | None, *, points: bool = False) -> str:
    """How far from before: of shares in percentage points."""
    if now is None or not before:
        return ""
    says = f"{100 * (now - before):+.2f} pp" if points else f"{now / before - 1:+.1%}"
    return says if any(digit in says for digit in "123456789") else "unchanged"


def way(says: str, *, better: str = "+") -> str:
    """Better or worse, by the sign."""
    if not says or says == "unchanged":
        return ""
    return "better" if says[0] == better else "worse"


def rate(sums: dict[str, Any], part: str, whole: str) -> float | None:
    return sums[part] / sums[whole] if sums[part] is not None and sums[whole] else None


def clock(seconds: float) -> str:
    return f"{seconds // 3600:.0f}:{seconds // 60 % 60:02.0f}:{seconds % 60:02.0f}"


def five_figures(marts: Marts, dates: dict[str, Any]) -> list[dict[str, str]]:
    query = questions.TOTALS.format(
        is_now="started_at >= $first", where="started_at >= $earlier and started_at < $after"
    )
    totals = {row["is_now"]: row for row in marts.ask(query, **dates)}
    nothing = {"viewers": 0, "hours": 0.0, "views": 0, "sessions": 0}
    now, before = totals.get(True, nothing), totals.get(False, nothing)
    spans = (("first", "after"), ("earlier", "first"))
    where = "viewed_on >= ${} and viewed_on < ${}"
    fresh = [
        marts.one(questions.NEW.format(where=where.format(*span)), **dates)["viewers"]
        for span in spans
    ]
    where = "started_on >= ${} and started_on < ${}"
    stalls = [
        rate(marts.one(QUALITY.format(where=where.format(*span)), **dates), "stalled", "stall_base")
        for span in spans
    ]
    hours = [one["hours"] / one["viewers"] if one["viewers"] else None for one in (now, before)]
    rows = [
        ("viewers", f"{now['viewers']:,}", change(now["viewers"], before["viewers"]), "+"),
        ("hours", f"{now['hours']:,.0f}", change(now["hours"], before["hours"]), "+"),
        ("hours_per_viewer", "–" if hours[0] is None else f"{hours[0]:.2f}", change(*hours), "+"),
        ("new_viewers", f"{fresh[0]:,}", change(*fresh), "+"),
        ("rebuffer_ratio", percent(stalls[0], 2), change(*stalls, points=True), "-"),
    ]
    return [
        {
            "name": glossary.name(key),
            "meaning": glossary.meaning(key),
            "value": value,
            "change": says,
            "way": way(says, better=better),
        }
        for key, value, says, better in rows
    ]


def trend(marts: Marts, known: periods.Calendar, first: date, last: date) -> dict[str, Any]:
    """Hours a day of the dates and of those before them, or a week; dashed where partial."""
    days = marts.ask(DAYS, first=max(known.first, first - (last - first)), last=known.last)
    unit = "day"
    if len(days) > periods.DAYS_BY_DAY:
        days, unit = marts.ask(WEEKS), "week"
    most = max((row["hours"] for row in days), default=0) or 1
    step = 600 / max(len(days) - 1, 1)
    points = [
        f"{20 + i * step:.1f},{95 - 80 * row['hours'] / most:.1f}" for i, row in enumerate(days)
    ]
    whole = [known.is_whole(row["day"], periods.last_of(row["day"], unit)) for row in days]
    solid = [point for point, is_whole in zip(points, whole, strict=True) if is_whole]
    lines = [{"points": " ".join(solid), "dashed": False}]
    if days and not whole[0]:
        lines.append({"points": " ".join(points[:2]), "dashed": True})
    if days and not whole[-1]:
        lines.append({"points": " ".join(points[-2:]), "dashed": True})
    labels = [{"x": 20, "y": 11, "anchor": "start", "text": f"{most:,.0f} at most"}]
    for i, anchor in ((0, "start"), (len(days) - 1, "end")):
        if days:
            at = f"{days[i]['day']:%-d %b %Y}"
            labels.append({"x": 20 + i * step, "y": 112, "anchor": anchor, "text": at})
    note = "" if all(whole) else "Dashed: the data do not fill it."
    return {"unit": unit, "lines": lines, "labels": labels, "note": note}


def title_rows(titles: list[dict[str, Any]], has_before: bool) -> Iterator[dict[str, str]]:
    for row in titles[:8]:
        says = change(row["hours"], row["hours_before"]) if has_before else ""
        yield {
            "name": row["name"],
            "hours": f"{row['hours']:,.1f}",
            "change": says or ("new" if has_before else "–"),
            "way": way(says),
            "sessions": f"{row['sessions']:,}",
            "watched_per_view": percent(row["watched_per_view"]),
            "completion": percent(row["completion"]),
        }


def leaving_rows(marts: Marts, titles: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for title in titles[:6]:
        for row in marts.ask(LEAVING, title_id=title["title_id"]):
            worst = ""
            if row["worst"]:
                worst = f"{clock(row['worst_seconds'])} ({row['worst']:.1%})"
            shares = [percent(row[f"at_{at}"]) for at in (25, 50, 75, 99)]
            yield {"name": title["name"], "shares": shares, "worst": worst}


def cohort_rows(marts: Marts, known: periods.Calendar) -> tuple[list[dict[str, Any]], list[int]]:
    """The newest cohorts of whole weeks, a cell a week after the first."""
    many = marts.one("select count(*) as n from marts.viewing_sessions")["n"]
    sample = questions.SAMPLE if many > questions.MOST_SESSIONS else 1
    grid: dict[date, dict[int, dict[str, Any]]] = {}
    for row in marts.ask(questions.COHORTS.format(sample=sample)):
        week = row["cohort"] + 7 * row["age"] * periods.DAY
        if all(known.is_whole(one, periods.last_of(one, "week")) for one in (row["cohort"], week)):
            grid.setdefault(row["cohort"], {})[row["age"]] = row
    newest = sorted(grid)[-COHORT_WEEKS:]
    ages = list(range(1, max((max(grid[one]) for one in newest), default=0) + 1))
    if not ages:
        return [], []
    rows = [
        {
            "week": f"{cohort:%-d %b %Y}",
            "size": f"{grid[cohort][0]['size']:,}",
            "cells": [
                {"share": percent(cell["share"]), "shade": f"{cell['share'] * 0.7:.2f}"}
                if (cell := grid[cohort].get(age))
                else None
                for age in ages
            ],
        }
        for cohort in newest
    ]
    return rows, ages


def causes(marts: Marts, dates: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What costs most beyond the average: time stalled, then sessions with an error."""
    whole = marts.one(QUALITY.format(where=STARTED), **dates)
    parts = marts.ask(questions.CAUSES.format(where=STARTED), **dates)
    for title, part, base, unit, per, nothing in (
        (glossary.name("rebuffer_ratio"), "stalled", "stall_base", "hours stalled", 3600, "stalls"),
        (glossary.name("error_rate"), "failed", "error_base", "failed", 1, "errors"),
    ):
        overall = rate(whole, part, base)
        rows = []
        for one in parts:
            if overall is None or rate(one, part, base) is None:
                continue
            cost = (one[part] - overall * one[base]) / per
            rows.append((cost, one))
        dearest = [row for row in sorted(rows, key=lambda row: -row[0]) if row[0] > 0][:5]
        yield {
            "title": title,
            "overall": percent(overall, 2),
            "nothing": f"These sessions report no {nothing}."
            if overall is None
            else "Nothing stands out: every group plays as well as the whole.",
            "rows": [
                {
                    "name": f"{questions.DIMENSIONS[one['dimension']]}: {one['name']}",
                    "rate": percent(rate(one, part, base), 2),
                    "cost": f"{cost:+,.1f} {unit}",
                    "sessions": f"{one['sessions']:,} sessions × titles",
                }
                for cost, one in dearest
            ],
        }


def unknown(marts: Marts, known: periods.Calendar, dates: dict[str, Any]) -> Iterator[str]:
    """What these marts cannot tell, and how much of what they tell is inferred."""
    intake = marts.one(INTAKE)
    if intake["rejected"]:
        reasons = ", ".join(row["reason"] for row in marts.ask(REASONS))
        share = intake["rejected"] / intake["landed"]
        yield (
            f"{share:.2%} of the {intake['landed']:,} rows that landed are no events, and in no "
            f"figure ({reasons})."
        )
    sessions = marts.one(KNOWN, **dates)
    if sessions["inferred"]:
        share = f"{sessions['inferred']:.1%}"
        yield f"{share} of watch time is inferred: a lost close, a seek, a switch of title."
    if sessions["unplaced"]:
        yield f"Of {sessions['unplaced']:.1%} of watch time nobody knows which part it was of."
    if missing := [says for name, says in REPORTED.items() if not sessions[name]]:
        yield f"The player does not report {', '.join(missing)}."
    if titles := marts.one(NO_DURATION)["titles"]:
        yield f"{titles:,} titles that were watched have no known duration, and so no retention."
    if known.first == known.first_whole:
        yield (
            f"The lake begins on {known.first:%-d %b %Y}: who was there before counts as new then."
        )
    yield "Days are UTC. A viewer is a customer id: who shares one is one viewer."


def alerts(marts: Marts) -> tuple[list[str], str]:
    """What dbt's tests of tests/alerts/ found in the build that was published."""
    tables = [row["table_name"] for row in marts.ask(ALERTS)]
    if not tables:
        return (
            [],
            "Alerts are not known: they are tests, which `dbt build` runs.",
        )
    found = [marts.ask(f'from alerts."{table}"') for table in tables]
    says = [
        f"{row['alert']}: {row['measured_value']:.2f} (threshold {row['threshold']:g})"
        for rows in found
        for row in rows
    ]
    quiet = sum(not rows for rows in found)
    return says, f"{quiet} of {len(tables)} alerts are quiet; their thresholds are var alerts."


def render(file: Path, days: int) -> str:
    """The page. Raises ValueError where there is nothing to report, duckdb.Error on other files."""
    marts = Marts(file)
    edges = [tuple(row.values()) for row in marts.ask(periods.EDGES)]
    known = periods.calendar(edges)
    if known is None:
        raise ValueError(
            "holds no viewing: nothing was accepted. The dashboard's page Data quality says why"
        )
    first, last = known.latest(min(days, known.whole_days))
    before = known.before(first, last)
    dates = {
        "first": first,
        "after": last + periods.DAY,
        "earlier": before[0] if before else first,
    }
    titles = marts.ask(TITLES, **dates)
    cohorts, ages = cohort_rows(marts, known)
    found, alerts_note = alerts(marts)
    partial = known.last > known.last_whole
    sampled = (
        marts.one("select count(*) as n from marts.viewing_sessions")["n"] > questions.MOST_SESSIONS
    )
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: markupsafe.Markup(text.html(value)),
        trim_blocks=True,
    )
    return environment.get_template("report.html").render(
        period=periods.says(first, last),
        before=periods.says(*before) if before else "",
        built=f"{marts.one(PROCESSED)['at']:%-d %b %Y, %H:%M}",
        until=f"{known.ends:%-d %b %Y, %H:%M}",
        partial=f"{known.last:%-d %b} is partial and in no figure." if partial else "",
        figures=five_figures(marts, dates),
        alerts=found,
        alerts_note=alerts_note,
        trend=trend(marts, known, first, last),
        titles=list(title_rows(titles, before is not None)),
        cohorts=cohorts,
        cohorts_note=f"Of every {questions.SAMPLE}th viewer." if sampled else "",
        ages=ages,
        leaving=list(leaving_rows(marts, titles)),
        causes=list(causes(marts, dates)),
        unknown=list(unknown(marts, known, dates)),
    )


def main(
    marts_file: Annotated[
        Path, typer.Option(envvar="PLAYHEAD_MARTS_PATH", help="The published marts.")
    ] = Path("playhead_marts.duckdb"),
    output: Annotated[Path, typer.Option(help="The page to write.")] = Path("build/report.html"),
    days: Annotated[int, typer.Option(min=1, help="The last so many whole days.")] = 7,
) -> None:
    """Write a report of the last whole days: one HTML file, for a mail or two sheets of paper."""
    if not marts_file.exists():
        sys.exit(f"report: {marts_file} does not exist: run make demo, or publish your own marts")
    try:
        page = render(marts_file, days)
    except (duckdb.Error, ValueError) as error:
        sys.exit(f"report: {marts_file}: {str(error).splitlines()[0]}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page)
    print(f"{output}: {len(page.encode()) / 1000:.0f} kB")


if __name__ == "__main__":
    typer.run(main)
