"""What the pages' charts share: a palette that reads on light and on dark, axes, empty states."""

from collections.abc import Iterator, Mapping, Sequence

import altair as alt
import pandas as pd
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
DAYPART_COLOURS = [GREY, TEAL, AMBER, PINK, INDIGO, VIOLET]


def draw(chart: alt.Chart | alt.LayerChart | alt.VConcatChart, says: str) -> None:
    """A chart as wide as its column; `says` is its text for those who cannot see it."""
    st.altair_chart(chart, width="stretch", alt=says)


def time_axis(column: str, title: str, unit: str) -> alt.X:
    """Time on the x axis, in UTC whatever the reader's clock says."""
    return alt.X(
        f"{column}:T",
        title=title,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(
            format=unit or alt.Undefined,
            labelOverlap=True,
            grid=False,
            tickCount={"expr": "width/90"},
        ),
    )


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
    base = alt.Chart(rows, height=27 * len(rows) + 95).encode(
        x=alt.X(f"{column}:Q", title=title, axis=alt.Axis(format=form, tickCount=4)),
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=170, labelOverlap=False)),
        tooltip=list(tooltip)
        or [alt.Tooltip("name:N", title=" "), alt.Tooltip(f"{column}:Q", title=title, format=form)],
    )
    figures = base.mark_text(align="left", dx=4, color=GREY).encode(
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


def by_day(
    rows: pd.DataFrame,
    column: str,
    title: str,
    *,
    form: str,
    colour: str,
    x_title: str = "Day (UTC)",
) -> alt.LayerChart:
    """A line with its points, from the columns `day` and `column`."""
    rows = rows.assign(on=rows.day.dt.strftime("%A %-d %B %Y"))
    base = alt.Chart(rows, height=260).encode(
        x=time_axis("day", x_title, "%-d %b"),
        y=alt.Y(f"{column}:Q", title=title, axis=alt.Axis(format=form, tickCount=4)),
        tooltip=[
            alt.Tooltip("on:N", title="Day"),
            alt.Tooltip(f"{column}:Q", title=title, format=form),
        ],
    )
    return base.mark_area(color=colour, opacity=0.15) + base.mark_line(
        color=colour, point={"color": colour, "size": 45}
    )


def ink() -> str:
    """The colour of text on a chart, where the theme does not reach it."""
    return "#e6e8f2" if st.context.theme.type == "dark" else "#1d2033"


def choice(label: str, options: Mapping[str, str], key: str, *, labelled: bool = False) -> str:
    """The option picked, of several side by side by name: the first unless another is."""
    first, *_ = options
    picked = st.segmented_control(
        label,
        list(options),
        default=first,
        format_func=options.get,
        key=key,
        label_visibility="visible" if labelled else "collapsed",
    )
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
    """A number for a reader, a dash where there is none."""
    return "–" if value is None or value != value else f"{value:{form}}{unit}"
