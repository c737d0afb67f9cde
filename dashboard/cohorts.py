"""Who comes back: viewers by the week in which they were first seen, and the weeks after it."""

from datetime import date

import altair as alt
import charts
import marts
import pandas as pd
import periods
import questions
import streamlit as st

WEEKS = 12
SIZE = "select count(*) as sessions from marts.viewing_sessions"


def of_weeks(rows: pd.DataFrame, known: periods.Calendar) -> pd.DataFrame:
    """The newest cohorts, without weeks that the data do not fill."""

    def is_whole(week: date) -> bool:
        return known.is_whole(week, periods.last_of(week, "week"))

    cohorts = [cohort.date() for cohort in rows.cohort]
    weeks = [row.cohort.date() + 7 * row.age * periods.DAY for row in rows.itertuples()]
    rows = rows[
        [is_whole(one) and is_whole(week) for one, week in zip(cohorts, weeks, strict=True)]
    ]
    return rows[rows.cohort.isin(sorted(rows.cohort.unique())[-WEEKS:])]


def draw(known: periods.Calendar | None) -> None:
    """The grid: a row a cohort, a column a week after the first."""
    many = marts.ask_one(SIZE).sessions > questions.MOST_SESSIONS
    sample = questions.SAMPLE if many else 1
    rows = marts.ask(questions.COHORTS.format(sample=sample))
    rows = of_weeks(rows, known) if known else rows
    if rows.age.max() != rows.age.max() or rows.age.max() == 0:
        charts.nothing(
            "It takes two whole weeks, from Monday to Sunday (UTC), to see who comes back."
        )
        return
    rows["week"] = [f"{cohort:%-d %b %Y}" for cohort in rows.cohort]
    order = list(dict.fromkeys(rows.week))
    base = alt.Chart(rows, height=34 * len(order) + 110).encode(
        x=alt.X("age:O", title="Weeks after the first", axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("week:N", sort=order, title="First seen in the week from"),
        tooltip=[
            alt.Tooltip("week:N", title="First seen in the week from"),
            alt.Tooltip("size:Q", title="Viewers of that week", format=",.0f"),
            alt.Tooltip("age:O", title="Weeks later"),
            alt.Tooltip("viewers:Q", title="Came back", format=",.0f"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
        ],
    )
    later = base.transform_filter("datum.age > 0")
    cells = later.mark_rect(cornerRadius=3, opacity=0.6).encode(
        color=alt.Color(
            "share:Q", scale=alt.Scale(range=["#8a90a022", charts.TEAL], zero=True), legend=None
        )
    )
    shares = later.mark_text(color=charts.ink()).encode(text=alt.Text("share:Q", format=".0%"))
    sizes = (
        base.transform_filter("datum.age == 0")
        .mark_text(color=charts.ink())
        .encode(text=alt.Text("size:Q", format=",.0f"))
    )
    charts.draw(cells + shares + sizes, "Share of viewers who came back, by week of first viewing")
    note = f" Of every {sample}th viewer." if sample > 1 else ""
    st.caption(
        "Column 0: viewers first seen in that week; in a lake's first week that is everyone. Then "
        f"the share of them with a session so many weeks later; whole weeks only, UTC.{note}"
    )
