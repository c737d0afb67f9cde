"""Audience over time: how many watch at once, when in the day, and on how many screens."""

import altair as alt
import cards
import charts
import filters
import glossary
import marts
import pandas as pd
import periods
import state
import streamlit as st

TOTALS = """
    select coalesce(max(peak_concurrent_viewers), 0) as peak_viewers,
        cast(arg_max(minute_at, peak_concurrent_viewers) as varchar) as peak_at,
        avg(average_concurrent_viewers) filter (where {whole}) as average_viewers,
        coalesce(max(peak_simultaneous_streams), 0) as peak_streams,
        cast(1 - sum(viewer_seconds) / nullif(sum(played_seconds), 0) as double) as second_screen,
        count(distinct cast(minute_at as date)) as days
    from marts.viewing_concurrency where {where}
"""
OVER_TIME = """
    select time_bucket(interval '{minutes} minutes', minute_at) as moment,
        avg(average_concurrent_viewers) as average, max(peak_concurrent_viewers) as peak,
        avg(simultaneous_streams) as streams, max(peak_simultaneous_streams) as peak_streams
    from marts.viewing_concurrency where {where} and minute_at <= $ends
    group by moment order by moment
"""
DAYS = """
    select cast(cast(minute_at as date) as varchar) as day, max(peak_concurrent_viewers) as peak
    from marts.viewing_concurrency where {where} group by day order by day
"""
MINUTES = """
    select minute_at as moment, average_concurrent_viewers as average,
        peak_concurrent_viewers as peak, daypart
    from marts.viewing_concurrency
    where minute_at >= cast($day as date) and minute_at < cast($day as date) + interval 1 day
        and minute_at <= $ends
    order by moment
"""
BY_DAYPART = """
    select daypart, avg(average_concurrent_viewers) as average,
        max(peak_concurrent_viewers) as peak
    from marts.viewing_concurrency where {where} and {whole} group by daypart
"""
BY_HOUR = """
    select isodow(minute_at) as weekday, hour(minute_at) as hour,
        avg(average_concurrent_viewers) as average, max(peak_concurrent_viewers) as peak,
        count(distinct cast(minute_at as date)) as days
    from marts.viewing_concurrency where {where} and {whole} group by all
"""
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SCREENS = """
    select count(*) as viewers, count(*) filter (where peak_simultaneous_streams > 1) as several,
        cast(sum(simultaneous_stream_seconds) as double) / 3600 as hours
    from marts.viewer_segments
"""
# Points enough to see a minute in a day, few enough to draw ten years.
BINS = {2: 5, 10: 30, 40: 120, 400: 1440}
A_WEEK = 10080
A_POINT = {5: "5 minutes", 30: "30 minutes", 120: "2 hours", 1440: "a day", A_WEEK: "a week"}


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
if picked.calendar is None:
    filters.nothing_fits("Nobody was watching at any minute.")
where = picked.where(time="minute_at")
known = {
    **picked.parameters,
    "ends": picked.calendar.ends,
    "first_whole": picked.calendar.first_whole,
    "after_whole": picked.calendar.last_whole + periods.DAY,
}
# What the data do not fill would count as nobody watching.
whole = "minute_at >= $first_whole and minute_at < $after_whole"


def totals_of(some: filters.Filters) -> pd.Series:
    query = TOTALS.format(where=some.where(time="minute_at"), whole=whole)
    return marts.ask_one(query, **{**known, **some.parameters})


totals = totals_of(picked)
if not totals.peak_viewers:
    filters.nothing_fits("Nobody was watching at any minute of these dates.")

before = totals_of(picked.before) if picked.before else None
place = charts.cards(4)
for key in ("peak_viewers", "average_viewers", "second_screen"):
    earlier = before[key] if before is not None else None
    cards.card(next(place), key, totals[key], earlier, picked.against)
next(place).metric(
    glossary.name("busiest_minute"),
    f"{totals.peak_at[11:16]}",
    help=f"{glossary.meaning('busiest_minute')} It was on {totals.peak_at[:10]}.",
    border=True,
)

with st.container(border=True):
    st.header("One day, minute by minute", anchor=False)
    days = marts.ask(DAYS.format(where=where), **picked.parameters)
    options, busiest = list(days.day), days.day[days.peak.idxmax()]
    (kept,) = state.recall("day", options)[:1] or [busiest]
    day = st.selectbox("Day (UTC)", options, options.index(kept), key="day", width=200)
    state.remember("day", [day], [busiest])
    minutes = marts.ask(MINUTES, day=day, ends=picked.calendar.ends)
    minutes["says"] = minutes.moment.dt.strftime("%H:%M")
    time = charts.time_axis("moment", "Time of day (UTC)", *[minutes.moment.min().date()] * 2)
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
                legend=alt.Legend(orient="bottom", columns=2, symbolOpacity=0.6),
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
    st.header("Parts of the day", anchor=False)
    dayparts = marts.ask(BY_DAYPART.format(where=where, whole=whole), **known)
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
    st.header("Simultaneous streams", anchor=False)
    size = next((size for most, size in BINS.items() if totals.days <= most), A_WEEK)
    over_time = marts.ask(OVER_TIME.format(minutes=size, where=where), **known)
    over_time["says"] = over_time.moment.dt.strftime("%-d %b %Y %H:%M")
    if not totals.peak_streams:
        charts.nothing("No viewer had two streams at once in these dates.")
    else:
        charts.draw(
            alt.Chart(over_time, height=280)
            .mark_area(color=charts.AMBER, opacity=0.5, line={"color": charts.AMBER, "size": 1})
            .encode(
                x=charts.time_axis("moment", "Time (UTC)", *picked.span),
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
    st.header("The week by the hour", anchor=False)
    hours = marts.ask(BY_HOUR.format(where=where, whole=whole), **known)
    hours["weekday"] = [WEEKDAYS[number - 1] for number in hours.weekday]
    charts.draw(
        alt.Chart(hours, height=270)
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X(
                "hour:O",
                title="Hour of the day (UTC)",
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("weekday:N", sort=WEEKDAYS, title=None, axis=alt.Axis(labelOverlap=False)),
            color=alt.Color(
                "average:Q",
                title="Viewers at once",
                scale=alt.Scale(range=["#8a90a022", charts.INDIGO]),
                legend=alt.Legend(orient="bottom", format=",.0f", gradientLength=200),
            ),
            tooltip=[
                alt.Tooltip("weekday:N", title="Day"),
                alt.Tooltip("hour:O", title="Hour from (UTC)"),
                alt.Tooltip("average:Q", title="Viewers on average", format=",.1f"),
                alt.Tooltip("peak:Q", title="At most", format=",.0f"),
                alt.Tooltip("days:Q", title="Days it is an average of"),
            ],
        ),
        "Viewers at once by day of the week and hour",
    )

with st.container(border=True):
    st.header("Day after day", anchor=False)
    solid = charts.is_whole(over_time.moment, picked.calendar, "day")
    tooltip = [
        alt.Tooltip("says:N", title="From (UTC)"),
        alt.Tooltip("average:Q", title="Viewers on average", format=",.1f"),
        alt.Tooltip("peak:Q", title="At most", format=",.0f"),
    ]
    base = alt.Chart(over_time, height=280).encode(
        x=charts.time_axis("moment", "Time (UTC)", *picked.span), tooltip=tooltip
    )
    layers = [
        base.mark_area(color=charts.INDIGO, opacity=0.18).encode(
            y=alt.Y("peak:Q", title="Viewers at once")
        )
    ]
    for rows, dash in ((over_time[solid], [1, 0]), (over_time[~solid], [4, 4])):
        if not rows.empty:
            line = base.properties(data=rows)
            line = line.mark_line(color=charts.INDIGO, strokeWidth=1.5, strokeDash=dash)
            layers.append(line.encode(y="average:Q"))
    charts.draw(alt.layer(*layers), "Viewers at once over the dates picked")
    st.caption(f"Line: on average over {A_POINT[size]}. Area: at most.")
    if note := charts.partial_days(picked.calendar, *picked.span):
        st.caption(note)
