"""Audience over time: how many watch at once, when in the day, and on how many screens."""

import altair as alt
import charts
import filters
import marts
import streamlit as st

TOTALS = """
    select coalesce(max(peak_concurrent_viewers), 0) as peak,
        cast(arg_max(minute_at, peak_concurrent_viewers) as varchar) as peak_at,
        avg(average_concurrent_viewers) as average,
        coalesce(max(peak_simultaneous_streams), 0) as peak_streams,
        cast(1 - sum(viewer_seconds) / nullif(sum(played_seconds), 0) as double) as streams_share,
        count(distinct cast(minute_at as date)) as days
    from marts.viewing_concurrency where {where}
"""
OVER_TIME = """
    select time_bucket(interval '{minutes} minutes', minute_at) as moment,
        avg(average_concurrent_viewers) as average, max(peak_concurrent_viewers) as peak,
        avg(simultaneous_streams) as streams, max(peak_simultaneous_streams) as peak_streams
    from marts.viewing_concurrency where {where} group by moment order by moment
"""
DAYS = """
    select cast(cast(minute_at as date) as varchar) as day, max(peak_concurrent_viewers) as peak
    from marts.viewing_concurrency where {where} group by day order by day
"""
MINUTES = """
    select minute_at as moment, average_concurrent_viewers as average,
        peak_concurrent_viewers as peak, daypart
    from marts.viewing_concurrency where cast(minute_at as date) = cast($day as date)
    order by moment
"""
BY_DAYPART = """
    select daypart, avg(average_concurrent_viewers) as average,
        max(peak_concurrent_viewers) as peak
    from marts.viewing_concurrency where {where} group by daypart
"""
SCREENS = """
    select count(*) as viewers, count(*) filter (where peak_simultaneous_streams > 1) as several,
        cast(sum(simultaneous_stream_seconds) as double) / 3600 as hours
    from marts.viewer_segments
"""
# Points enough to see a minute in a day, few enough to draw a year.
BINS = {2: 5, 10: 30, 40: 120, 400: 1440}


def spans_of_dayparts(minutes):
    """From when to when each daypart of the day lasts; the evening has a part before 2 as well."""
    change = (minutes.daypart != minutes.daypart.shift()).cumsum()
    spans = minutes.groupby(change).agg(
        daypart=("daypart", "first"), begins=("moment", "min"), ends=("moment", "max")
    )
    return spans.replace({"daypart": charts.DAYPARTS})


picked = filters.pick(days=True)
charts.heading(
    "Audience over time",
    "When do people watch, how many at once, and on how many screens?",
    picked.says,
)
where = picked.where(time="minute_at")
totals = marts.ask_one(TOTALS.format(where=where), **picked.parameters)
if not totals.peak:
    charts.nothing(
        "Nobody was watching at any minute of these dates. Widen them to see an audience."
    )
    st.stop()

place = charts.cards(4)
box = {"border": True}
next(place).metric("Most viewers at once", f"{totals.peak:,.0f}", **box)
next(place).metric("On average", charts.figure(totals.average, ",.0f"), **box)
next(place).metric(
    "Busiest minute (UTC)", f"{totals.peak_at[11:16]}", help=f"On {totals.peak_at[:10]}.", **box
)
next(place).metric(
    "Time on a second screen",
    charts.figure(totals.streams_share, ".2%"),
    help="Share of the time played beside another stream of the same viewer.",
    **box,
)

with st.container(border=True):
    st.subheader("One day, minute by minute", anchor=False)
    days = marts.ask(DAYS.format(where=where), **picked.parameters)
    day = st.selectbox(
        "Day (UTC)", list(days.day), index=int(days.peak.idxmax()), key="day", width=200
    )
    minutes = marts.ask(MINUTES, day=day)
    minutes["says"] = minutes.moment.dt.strftime("%H:%M")
    time = charts.time_axis("moment", "Time of day (UTC)", "%H:%M")
    background = (
        alt.Chart(spans_of_dayparts(minutes))
        .mark_rect(opacity=0.13)
        .encode(
            x=alt.X("begins:T", scale=alt.Scale(type="utc"), title="Time of day (UTC)"),
            x2="ends:T",
            color=alt.Color(
                "daypart:N",
                title=None,
                scale=alt.Scale(
                    domain=list(charts.DAYPARTS.values()), range=charts.DAYPART_COLOURS
                ),
                legend=alt.Legend(orient="bottom", columns=3, symbolOpacity=0.6),
            ),
        )
    )
    line = alt.Chart(minutes).encode(
        x=time,
        tooltip=[
            alt.Tooltip("says:N", title="Minute (UTC)"),
            alt.Tooltip("average:Q", title="Viewers on average", format=",.1f"),
            alt.Tooltip("peak:Q", title="At most", format=",.0f"),
        ],
    )
    charts.draw(
        alt.layer(
            background,
            line.mark_area(color=charts.INDIGO, opacity=0.25).encode(
                y=alt.Y("average:Q", title="Viewers at once")
            ),
            line.mark_line(color=charts.INDIGO, strokeWidth=1.5).encode(y="average:Q"),
        ).properties(height=340),
        f"Viewers at once by minute of {day}, with the parts of the day",
    )

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.subheader("Parts of the day", anchor=False)
    dayparts = marts.ask(BY_DAYPART.format(where=where), **picked.parameters)
    dayparts = dayparts.replace({"daypart": charts.DAYPARTS})
    base = alt.Chart(dayparts, height=280).encode(
        y=alt.Y("daypart:N", sort=list(charts.DAYPARTS.values()), title=None),
        tooltip=[
            alt.Tooltip("daypart:N", title="Part of the day (UTC)"),
            alt.Tooltip("average:Q", title="Viewers on average", format=",.1f"),
            alt.Tooltip("peak:Q", title="At most", format=",.0f"),
        ],
    )
    charts.draw(
        base.mark_bar(color=charts.INDIGO, cornerRadiusEnd=3).encode(
            x=alt.X("average:Q", title="Viewers at once", axis=alt.Axis(tickCount=5))
        )
        + base.mark_tick(color=charts.PINK, thickness=3, size=18).encode(x="peak:Q"),
        "Viewers at once by part of the day, on average and at most",
    )
    st.caption("Bars: on average. Ticks: at most. Hours are UTC.")
with right, st.container(border=True, height="stretch"):
    st.subheader("Simultaneous streams", anchor=False)
    minutes_a_point = next((size for most, size in BINS.items() if totals.days <= most), 10080)
    over_time = marts.ask(
        OVER_TIME.format(minutes=minutes_a_point, where=where), **picked.parameters
    )
    over_time["says"] = over_time.moment.dt.strftime("%-d %b %H:%M")
    if not totals.peak_streams:
        charts.nothing("No viewer had two streams at once in these dates.")
    else:
        charts.draw(
            alt.Chart(over_time, height=280)
            .mark_area(color=charts.AMBER, opacity=0.5, line={"color": charts.AMBER, "size": 1})
            .encode(
                x=charts.time_axis("moment", "Time (UTC)", "%-d %b"),
                y=alt.Y("peak_streams:Q", title="Extra streams, at most"),
                tooltip=[
                    alt.Tooltip("says:N", title="From (UTC)"),
                    alt.Tooltip("peak_streams:Q", title="At most"),
                    alt.Tooltip("streams:Q", title="On average", format=".2f"),
                ],
            ),
            "Streams beyond one a viewer, over time",
        )
        screens = marts.ask_one(SCREENS)
        st.caption(
            f"Streams beyond one a viewer. Over all dates {screens.several:,.0f} of "
            f"{screens.viewers:,.0f} viewers had two or more at once, for {screens.hours:,.0f} "
            "hours in all: a shared account, or a second screen."
        )

with st.container(border=True):
    st.subheader("Day after day", anchor=False)
    base = alt.Chart(over_time, height=280).encode(
        x=charts.time_axis("moment", "Time (UTC)", "%-d %b"),
        tooltip=[
            alt.Tooltip("says:N", title="From (UTC)"),
            alt.Tooltip("average:Q", title="Viewers on average", format=",.1f"),
            alt.Tooltip("peak:Q", title="At most", format=",.0f"),
        ],
    )
    charts.draw(
        base.mark_area(color=charts.INDIGO, opacity=0.18).encode(
            y=alt.Y("peak:Q", title="Viewers at once")
        )
        + base.mark_line(color=charts.INDIGO, strokeWidth=1.5).encode(y="average:Q"),
        "Viewers at once over the dates picked",
    )
    st.caption(f"Line: on average over {minutes_a_point} minutes. Area: at most.")
