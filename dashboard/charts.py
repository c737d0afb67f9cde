"""What the pages' charts share: a palette that reads on light and on dark, axes, empty states."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import altair as alt
import pandas as pd
import periods
import state
import streamlit as st
import text
from streamlit.delta_generator import DeltaGenerator

INDIGO, TEAL, AMBER, PINK, VIOLET, GREY = (
    "#6573e0",
    "#18a999",
    "#e39a2d",
    "#d65a92",
    "#8f73dd",
    "#8a90a0",
)
TIERS = ["High", "Medium", "Low", "Minimal"]
SEGMENTS = {
    "power": "Power",
    "engaged": "Engaged",
    "casual": "Casual",
    "new": "New",
    "at_risk": "At risk",
}
# By the hour (UTC) at which it begins.
DAYPARTS = {
    "late_night": "Late night 2–6",
    "morning": "Morning 6–10",
    "midday": "Midday 10–14",
    "afternoon": "Afternoon 14–18",
    "prime_time": "Prime time 18–22",
    "evening": "Evening 22–2",
}
BY_UNIT = {
    "hour": "Hour by hour",
    "day": "Day by day",
    "week": "Week by week",
    "month": "Month by month",
}
A_UNIT = {"hour": "an hour", "day": "a day", "week": "a week", "month": "a month"}
# More points than these are a line.
MOST_POINTS = 62
DAYPART_COLOURS = [GREY, TEAL, AMBER, PINK, INDIGO, VIOLET]


def draw(chart: alt.Chart | alt.LayerChart | alt.VConcatChart, says: str) -> None:
    """A chart as wide as its column; `says` is its text for those who cannot see it."""
    st.altair_chart(chart, width="stretch", alt=says)


def time_axis(column: str, title: str, first: date, last: date) -> alt.X:
    """Time on the x axis, in UTC whatever the reader's clock says, in units that fit the dates."""
    ticks: object = {"expr": "width / 90"}
    if first == last:
        form = "%H:%M"
    elif (last - first).days > 1500:
        form = "%Y"
    elif (last - first).days > 300:
        form = "%b %Y"
    else:
        form = "%-d %b" if first.year == last.year else "%-d %b %Y"
        ticks = {"interval": "day", "step": 1} if (last - first).days <= 10 else ticks
    return alt.X(
        f"{column}:T",
        title=title,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format=form, labelOverlap=True, grid=False, tickCount=ticks),
    )


def count_axis(values: pd.Series, form: str) -> alt.Axis:
    """An axis whose ticks differ: decimals where counts are small, whole numbers where they are."""
    most = values.max()
    if form.endswith("%") and most < 0.05:
        form = ".1%" if most >= 0.005 else ".2%"
    if form != ",.0f" or not most < 10:
        return alt.Axis(format=form, tickCount=4)
    if (values.dropna() % 1 == 0).all():
        return alt.Axis(format=form, tickMinStep=1, tickCount=4)
    return alt.Axis(format=",.1f" if most >= 1 else ",.2~f", tickCount=4)


def short(values: pd.Series, form: str) -> str:
    """The form for figures of a chart: decimals where they are small and not whole."""
    small = form == ",.0f" and values.max() < 10 and not (values.dropna() % 1 == 0).all()
    return ",.2~f" if small else form


def ranking(
    rows: pd.DataFrame,
    column: str,
    title: str,
    *,
    form: str = ",.0f",
    colour: str = INDIGO,
    tooltip: Sequence[alt.Tooltip] = (),
) -> alt.LayerChart:
    """Bars with their figures, from the columns `name` and `column`, in the rows' order."""
    form = short(rows[column], form)
    base = alt.Chart(rows, height=27 * len(rows) + 95).encode(
        x=alt.X(f"{column}:Q", title=title, axis=count_axis(rows[column], form)),
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=170, labelOverlap=False)),
        tooltip=list(tooltip)
        or [alt.Tooltip("name:N", title=" "), alt.Tooltip(f"{column}:Q", title=title, format=form)],
    )
    figures = base.mark_text(align="left", dx=4, color=ink()).encode(
        text=alt.Text(f"{column}:Q", format=form)
    )
    return base.mark_bar(color=colour, cornerRadiusEnd=3) + figures


def shares(
    rows: pd.DataFrame,
    by: str,
    order: Sequence[str],
    of: Mapping[str, str],
    count: alt.Tooltip,
    *,
    height: int,
) -> alt.Chart:
    """For each value of column `by` a bar a share; `of` has the shares' columns and their names.

    `count` tells of how many the value is, on hovering.
    """
    names = list(of.values())
    column = count.shorthand.removesuffix(":Q")
    long = rows.melt([by, column], list(of), var_name="of", value_name="share")
    return (
        alt.Chart(long.replace({"of": dict(of)}), height=height)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y(f"{by}:N", sort=list(order), title=None),
            yOffset=alt.YOffset("of:N", sort=names),
            x=alt.X("share:Q", title="Share (%)", axis=alt.Axis(format=".0%", tickCount=5)),
            color=alt.Color(
                "of:N",
                title="Share of",
                sort=names,
                scale=alt.Scale(range=[INDIGO, TEAL]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip(f"{by}:N", title=by.capitalize()),
                alt.Tooltip("of:N", title="Share of"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                count,
            ],
        )
    )


def trend(
    rows: pd.DataFrame,
    column: str,
    title: str,
    known: periods.Calendar | None,
    unit: str,
    *,
    form: str = ",.0f",
    colour: str = INDIGO,
    x_title: str = "",
) -> alt.LayerChart:
    """A curve over time, from the columns `moment` and `column`; dashed where partial.

    `unit` is what a point stands for: hour, day, week or month.
    """
    if rows.empty:
        return alt.layer()
    rows = rows.assign(on=[told(moment, unit) for moment in rows.moment])
    whole = is_whole(rows.moment, known, unit) if known else rows.moment.notna()
    first, last = rows.moment.min().date(), rows.moment.max().date()
    base = alt.Chart(rows, height=260).encode(
        x=time_axis("moment", x_title or f"{unit.capitalize()} (UTC)", first, last),
        y=alt.Y(f"{column}:Q", title=title, axis=count_axis(rows[column], form)),
        tooltip=[
            alt.Tooltip("on:N", title=unit.capitalize()),
            alt.Tooltip(f"{column}:Q", title=title, format=short(rows[column], form)),
        ],
    )
    layers = []
    solid = rows[whole]
    if not solid.empty:
        layers = [
            base.properties(data=solid).mark_area(color=colour, opacity=0.15),
            base.properties(data=solid).mark_line(color=colour),
        ]
    # From the last whole point to the partial one after it, and the same at the beginning.
    for ends, there in ((rows[:2], not whole.iloc[0]), (rows[-2:], not whole.iloc[-1])):
        if there and len(rows) > 1:
            dashed = base.properties(data=ends)
            layers.append(dashed.mark_line(color=colour, strokeDash=[4, 4], opacity=0.8))
    size = 45 if len(rows) <= MOST_POINTS else 0
    layers.append(base.mark_point(color=colour, size=size, filled=True, opacity=1 if size else 0))
    return alt.layer(*layers)


def stacked(rows: pd.DataFrame, parts: Mapping[str, str], title: str, unit: str) -> alt.Chart:
    """Bars over time, one part on the other, from the columns `moment` and those of `parts`."""
    rows = rows.assign(on=[told(moment, unit) for moment in rows.moment])
    long = rows.melt(["moment", "on"], list(parts), var_name="part", value_name="count")
    axis = time_axis(
        "moment", f"{unit.capitalize()} (UTC)", rows.moment.min().date(), rows.moment.max().date()
    )
    return (
        alt.Chart(long.replace({"part": dict(parts)}), height=260)
        .mark_bar(width=alt.RelativeBandSize(0.7))
        .encode(
            x=axis,
            y=alt.Y("count:Q", title=title, axis=count_axis(long["count"], ",.0f")),
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=list(parts.values()), range=[INDIGO, TEAL, AMBER]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("on:N", title=unit.capitalize()),
                alt.Tooltip("part:N", title=title),
                alt.Tooltip("count:Q", title="Count", format=",.0f"),
            ],
        )
    )


def is_whole(moments: pd.Series, known: periods.Calendar, unit: str) -> pd.Series:
    """Of each moment whether the hour, day, week or month that begins then is whole."""
    if unit == "hour":
        return moments < pd.Timestamp(known.ends).floor("h")
    return pd.Series(
        [known.is_whole(moment.date(), periods.last_of(moment.date(), unit)) for moment in moments],
        index=moments.index,
    )


def told(moment: pd.Timestamp, unit: str) -> str:
    """A point in time in words."""
    forms = {"hour": "%-d %B %Y, %H:%M", "month": "%B %Y", "week": "Week from %-d %B %Y"}
    return moment.strftime(forms.get(unit, "%A %-d %B %Y"))


def partial_days(known: periods.Calendar, first: date, last: date) -> str:
    """Says which of the dates are partial; empty where none is."""
    partial = []
    if first < known.first_whole:
        partial.append(f"{known.first:%-d %B}")
    if last > known.last_whole:
        partial.append(f"{known.last:%-d %B} (until {known.ends:%H:%M} UTC)")
    if not partial:
        return ""
    return f"Dashed, and left out of averages: {' and '.join(partial)}, which the data do not fill."


def ink() -> str:
    """The colour of text on a chart, where the theme does not reach it."""
    return "#e6e8f2" if st.context.theme.type == "dark" else "#10121f"


def choice(label: str, options: Mapping[str, str], key: str, *, labelled: bool = False) -> str:
    """The option picked, of several side by side by name: the first unless another is."""
    first, *_ = options
    (kept,) = state.recall(key, options)[:1] or [first]
    picked = st.segmented_control(
        label,
        list(options),
        default=kept,
        format_func=options.get,
        key=key,
        label_visibility="visible" if labelled else "collapsed",
        required=True,
    )
    state.remember(key, [picked or first], [first])
    return picked or first


def cards(*rows: int) -> Iterator[DeltaGenerator]:
    """Places for figures, so many a row; on a phone one below the other."""
    for count in rows:
        yield from st.columns(count)


def nothing(why: str) -> None:
    """In place of a chart: why there is none, and what would give one."""
    st.info(why, icon=":material/info:")


def heading(title: str, question: str, says: str = "") -> None:
    """A page's title, the question that it answers, and what is picked."""
    st.title(title, anchor=False)
    st.caption(f"{question}  \n**{text.markdown(says)}**" if says else question)


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss or m:ss."""
    minutes, second = divmod(round(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def figure(value: float | None, form: str = ",.0f", unit: str = "") -> str:
    """A number for a reader, a dash where there is none; small ones with decimals."""
    if value is None or value != value:
        return "–"
    if form == ",.0f" and abs(value) < 10 and value % 1:
        form = ".1f" if abs(value) >= 1 else ".2f"
    return f"{value:{form}}{unit}"
