"""Quality: how well it plays, for whom it does not, and what to fix first."""

import altair as alt
import cards
import charts
import filters
import marts
import pandas as pd
import places
import questions
import streamlit as st
import text

DIMENSIONS = {**questions.DIMENSIONS, "place": "Place"}
# Without a report of errors nobody knows which starts failed.
STARTS = """
    cast(sum(startup_seconds) as double) / nullif(sum(startup_reported_session_count), 0)
        as startup_time,
    cast(sum(exit_before_start_session_count) as double) / nullif(sum(opened_session_count), 0)
        as exits_before_start,
    case when sum(error_reported_session_count) > 0
        then cast(sum(start_failure_session_count) as double) / nullif(sum(opened_session_count), 0)
    end as start_failures
"""
# Of each the title, its format, and what is said where nothing tells it.
START_MEASURES = {
    "startup_time": (
        "Start-up time (s)",
        ".1f",
        charts.INDIGO,
        "Nothing tells how long playback took to start. Buffer events would, or a heartbeat soon "
        "after a start.",
    ),
    "exits_before_start": (
        "Exits before start (%)",
        ".1%",
        charts.AMBER,
        "No session has a start or resume, so nobody knows who left before one.",
    ),
    "start_failures": (
        "Start failures (%)",
        ".1%",
        charts.PINK,
        "These sessions report no errors, so nobody knows which starts failed.",
    ),
}
# Of each card the column that has its figure.
CARDS = {
    "rebuffer_ratio": "rebuffering",
    "error_rate": "errors",
    "good_sessions": "good_sessions",
    "bandwidth": "bandwidth",
    "startup_time": "startup_time",
    "exits_before_start": "exits_before_start",
    "start_failures": "start_failures",
}
TOTALS = f"""
    select {questions.SUMS}, {STARTS},
        sum(good_session_count) / nullif(sum(rated_session_count), 0) as good_sessions,
        cast(sum(bandwidth_megabits) as double) / nullif(sum(bandwidth_watch_seconds), 0)
            as bandwidth
    from marts.playback_quality where {{where}}
"""
BY_DIMENSION = f"""
    select {{column}} as name, {questions.SUMS}
    from marts.playback_quality where {{where}} and {{column}} is not null
    group by {{column}} order by sessions desc, name limit 15
"""
BY_DAY = f"""
    select date_trunc('{{unit}}', started_on) as moment, {questions.SUMS}, {STARTS}
    from marts.playback_quality where {{where}} group by moment order by moment
"""


def rates(rows: pd.DataFrame) -> pd.DataFrame:
    rows["rebuffering"] = rows.stalled / rows.stall_base.where(rows.stall_base > 0)
    rows["errors"] = rows.failed / rows.error_base.where(rows.error_base > 0)
    return rows


def draw_rate(rows: pd.DataFrame, measure: str, overall: float | None, colour: str) -> None:
    title = {"rebuffering": "Rebuffer ratio (%)", "errors": "Error rate (%)"}[measure]
    rows = rows.dropna(subset=[measure]).sort_values(measure, ascending=False)
    st.markdown(f"**{title.removesuffix(' (%)')}**")
    if rows.empty:
        charts.nothing("Not reported by these sessions.")
        return
    form = ".2%" if measure == "rebuffering" else ".1%"
    bars = charts.ranking(
        rows,
        measure,
        title,
        form=form,
        colour=colour,
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip(f"{measure}:Q", title=title, format=form),
            alt.Tooltip("sessions:Q", title="Sessions × titles", format=",.0f"),
        ],
    )
    if overall is not None and overall == overall:
        whole = alt.Chart(alt.Data(values=[{"all": overall}]))
        bars += whole.mark_rule(color=charts.GREY, strokeDash=[4, 3], size=2).encode(x="all:Q")
    charts.draw(bars, f"{title} by {DIMENSIONS[dimension]}")


def draw_causes(causes: pd.DataFrame, column: str, title: str, colour: str) -> None:
    worst = causes[causes[column] > 0].nlargest(6, column)
    if worst.empty:
        charts.nothing("Nothing stands out: every group plays as well as the whole.")
        return
    first = worst.iloc[0]
    if column == "stalled_excess":
        form, cost = (
            ",.1f",
            f"stalls {first.rebuffering:.2%} of the time ({totals.rebuffering:.2%} overall)",
        )
    else:
        form, cost = (
            ",.0f",
            f"fails in {first.errors:.1%} of sessions ({totals.errors:.1%} overall)",
        )
    st.markdown(f"**{text.markdown(first['name'])}** {cost}.")
    charts.draw(
        charts.ranking(
            worst,
            column,
            title,
            form=form,
            colour=colour,
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip(f"{column}:Q", title=title, format=form),
                alt.Tooltip("rebuffering:Q", title="Rebuffer ratio", format=".2%"),
                alt.Tooltip("errors:Q", title="Error rate", format=".1%"),
                alt.Tooltip("sessions:Q", title="Sessions × titles", format=",.0f"),
            ],
        ),
        title,
    )


picked = filters.pick(days=True, devices=True)
charts.heading(
    "Quality", "How well does it play, for whom does it not, what to fix first?", picked.says
)
where = picked.where(time="started_on", device="device_type")


def totals_of(some: filters.Filters) -> pd.Series:
    where = some.where(time="started_on", device="device_type")
    return rates(marts.ask(TOTALS.format(where=where), **some.parameters)).iloc[0]


totals = totals_of(picked)
if not totals.sessions:
    filters.nothing_fits("No session began in these dates on these devices.")

before = totals_of(picked.before) if picked.before else None
place = charts.cards(4, 3)
for key, column in CARDS.items():
    earlier = before[column] if before is not None else None
    cards.card(next(place), key, totals[column], earlier, picked.against)

# Sessions are dated by the day: of a single one there is a point.
unit = "day" if picked.unit == "hour" else picked.unit
days = rates(marts.ask(BY_DAY.format(unit=unit, where=where), **picked.parameters))
with st.container(border=True):
    st.header("How it starts", anchor=False)
    for column, (measure, (title, form, colour, missing)) in zip(
        st.columns(3), START_MEASURES.items(), strict=True
    ):
        with column:
            st.markdown(f"**{title.partition(' (')[0]}**")
            known = days.dropna(subset=[measure])
            if known.empty:
                charts.nothing(missing)
                continue
            charts.draw(
                charts.trend(known, measure, title, picked.shown, unit, form=form, colour=colour),
                f"{title} over time",
            )

if not (totals.stall_base > 0 or totals.error_base > 0):
    charts.nothing(
        "These sessions report neither stalls nor errors, so nobody knows how well they played. "
        "Map the source's `buffering_duration_seconds` and `error_count` in `telemetry_columns`."
    )
    st.stop()

with st.container(border=True):
    st.header("What to fix first", anchor=False)
    causes = rates(marts.ask(questions.CAUSES.format(where=where), **picked.parameters))
    causes["stalled_excess"] = (
        (causes.stalled - totals.rebuffering * causes.stall_base) / 3600
    ).fillna(0)
    causes["failed_excess"] = (causes.failed - totals.errors * causes.error_base).fillna(0)
    causes["name"] = causes.dimension.map(DIMENSIONS) + ": " + causes["name"]
    left, right = st.columns(2)
    with left:
        draw_causes(causes, "stalled_excess", "Hours stalled beyond the average", charts.AMBER)
    with right:
        draw_causes(
            causes, "failed_excess", "Sessions × titles that failed beyond the average", charts.PINK
        )
    st.caption(
        "What each group costs: its time stalled, or its sessions with an error, less what it "
        "would have at the average of all that is picked. Groups overlap: bars do not add up."
    )

with st.container(border=True):
    st.header("For whom", anchor=False)
    dimension = charts.choice("By", DIMENSIONS, key="dimension")
    note = "The 15 with most sessions."
    if dimension == "place":
        rows, note = places.by_place(picked)
        rows = rates(rows)
    else:
        query = BY_DIMENSION.format(column=dimension, where=where)
        rows = rates(marts.ask(query, **picked.parameters))
    if rows.empty:
        charts.nothing(
            f"No session reports it: the source has no column for {DIMENSIONS[dimension]}."
        )
    else:
        left, right = st.columns(2)
        with left:
            draw_rate(rows, "rebuffering", totals.rebuffering, charts.AMBER)
        with right:
            draw_rate(rows, "errors", totals.errors, charts.PINK)
        st.caption(f"Dashed: all that is picked. {note}")

with st.container(border=True):
    st.header(charts.BY_UNIT[unit], anchor=False)
    left, right = st.columns(2)
    for column, measure, title, colour in (
        (left, "rebuffering", "Rebuffer ratio (%)", charts.AMBER),
        (right, "errors", "Error rate (%)", charts.PINK),
    ):
        with column:
            if days[measure].isna().all():
                charts.nothing("Not reported by these sessions.")
                continue
            charts.draw(
                charts.trend(days, measure, title, picked.shown, unit, form=".2%", colour=colour),
                f"{title} over time",
            )
    if note := charts.partial_days(picked.calendar, *picked.span):
        st.caption(note)
