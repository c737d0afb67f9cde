"""Now: who is watching as of the last landed event, on what, and what goes wrong."""

from datetime import UTC, datetime

import altair as alt
import charts
import marts
import pandas as pd
import streamlit as st
import text

# The marts are published anew while the page is open: it asks again.
EVERY_SECONDS = 10
OLD_AFTER_SECONDS = 300
HOUR = """
    select as_of - minutes_ago * interval 1 minute as moment, viewer_count as viewers,
        presumed_viewer_count as presumed, stall_count as stalls, error_count as errors,
        minutes_ago, as_of, processed_at
    from marts.viewing_now where dimension = 'all' order by moment
"""
NOW = """
    select coalesce(title_name, dimension_value) as name, viewer_count as viewers
    from marts.viewing_now
    where dimension = $dimension and minutes_ago = 0 and viewer_count > 0
    order by viewers desc, name limit 12
"""
DIMENSIONS = {
    "title_id": "Title",
    "device_type": "Device",
    "isp": "Internet provider",
    "country": "Country",
}


def age(seconds: float) -> str:
    """How long ago, in words that a reader takes in at a glance."""
    if seconds < 0:
        return "ahead of this clock"
    if seconds < 120:
        return f"{seconds:.0f} s ago"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:,.0f} h ago" if seconds < 172_800 else f"{seconds / 86400:,.0f} d ago"


def line(hour: pd.DataFrame) -> alt.Chart:
    base = alt.Chart(hour, height=260).encode(
        x=alt.X("moment:T", title="Time (UTC)", axis=alt.Axis(format="%H:%M")),
        y=alt.Y("viewers:Q", title="Viewers at once", scale=alt.Scale(zero=True)),
        tooltip=[
            alt.Tooltip("moment:T", title="UTC", format="%H:%M"),
            alt.Tooltip("viewers:Q", title="Viewers", format=",.0f"),
            alt.Tooltip("presumed:Q", title="Of these presumed", format=",.0f"),
        ],
    )
    return base.mark_area(color=charts.INDIGO, opacity=0.15, line={"color": charts.INDIGO})


@st.fragment(run_every=EVERY_SECONDS)
def show() -> None:
    hour = marts.ask(HOUR)
    if hour.empty:
        charts.nothing("Nobody is watching: no event of the last hours has landed.")
        return
    last = hour.iloc[-1]
    is_now = last.minutes_ago == 0
    viewers, presumed = (last.viewers, last.presumed) if is_now else (0, 0)
    seconds = (datetime.now(UTC) - last.as_of.to_pydatetime()).total_seconds()
    recent = hour[hour.minutes_ago < 15]

    first, second, third, fourth = st.columns(4)
    first.metric(
        "Watching now",
        f"{viewers:,.0f}",
        help="Viewers at the time of the last landed event; somebody on two screens is one.",
        border=True,
    )
    second.metric(
        "Last event",
        age(seconds),
        help="How long ago the last landed event happened, by this machine's clock.",
        border=True,
    )
    third.metric("Stalls, 15 min", f"{recent.stalls.sum():,.0f}", border=True)
    fourth.metric("Errors, 15 min", f"{recent.errors.sum():,.0f}", border=True)
    st.caption(
        f"As of {last.as_of:%-d %B %Y, %H:%M:%S} UTC. Of {viewers:,.0f} viewers {presumed:,.0f} "
        "are presumed: they have begun to play, nothing says that they have stopped, and their "
        "title is not over. docs/method.md §8.4 has the rule, and how far it is from the truth."
    )
    if seconds > OLD_AFTER_SECONDS:
        st.info("This is history: nothing has landed for a while. `make lake` lets viewers watch.")

    with st.container(border=True):
        st.subheader("The last hour", anchor=False)
        charts.draw(line(hour), "Viewers at once over the last hour")
    places = [*st.columns(2), *st.columns(2)]
    for place, (dimension, title) in zip(places, DIMENSIONS.items(), strict=True):
        with place, st.container(border=True, height="stretch"):
            st.subheader(title, anchor=False)
            rows = marts.ask(NOW, dimension=dimension)
            if rows.empty:
                charts.nothing("Nobody is watching.")
                continue
            rows["name"] = [text.plain(name) for name in rows["name"]]
            charts.draw(charts.ranking(rows, "viewers", "Viewers"), f"Viewers now by {title}")


charts.heading("Now", "Who is watching, on what, and what goes wrong?")
show()
