"""Overview: how many watch, how much, how engaged they are, and which way it goes."""

import altair as alt
import charts
import filters
import marts
import streamlit as st

# Without a filter two small marts say it all; test_dashboard.py holds them to the sessions.
ALL_TOTALS = """
    select (select count(*) from marts.viewer_segments) as viewers,
        cast(coalesce(sum(watch_seconds), 0) as double) / 3600 as hours,
        cast(coalesce(sum(session_count), 0) as bigint) as sessions
    from marts.title_performance
"""
TOTALS = """
    select count(distinct customer_id) as viewers,
        cast(coalesce(sum(watch_seconds), 0) as double) / 3600 as hours, count(*) as sessions
    from marts.viewing_sessions where {where}
"""
DAYS = """
    select viewed_on as day, watch_hours as hours, active_viewer_count as viewers,
        session_count as sessions
    from marts.daily_viewing where {where} order by day
"""
SESSION_DAYS = """
    select cast(started_at as date) as day, cast(sum(watch_seconds) as double) / 3600 as hours,
        count(*) as sessions
    from marts.viewing_sessions where {where} group by day order by day
"""
LAST_EVENT = "select max(ended_at) as last_event from marts.viewing_sessions"
TIERS = """
    select engagement_tier as tier, count(*) as pairs,
        count(*) / sum(count(*)) over () as pair_share,
        cast(coalesce(sum(watch_seconds) / nullif(sum(sum(watch_seconds)) over (), 0), 0) as double)
            as hour_share
    from marts.viewer_title_engagement where {where} group by tier
"""
BY_TITLE = """
    with watched as (
        select title_id, sum(watch_seconds) as watch_seconds
        from marts.viewing_sessions where {where} group by title_id
    )
    select {name} as name, cast(sum(watched.watch_seconds) as double) / 3600 as hours
    from watched join marts.title_performance using (title_id)
    where {name} is not null group by {group} having hours > 0 order by hours desc, name limit 8
"""

picked = filters.pick(days=True, devices=True, genres=True)
charts.heading(
    "Overview", "How many people watch, how much, and how engaged are they?", picked.says
)

sessions = picked.where(time="started_at", device="device_type", title="title_id")
query = ALL_TOTALS if sessions == "true" else TOTALS.format(where=sessions)
totals = marts.ask_one(query, **picked.parameters)
if not totals.sessions:
    charts.nothing(
        "Nobody watched anything that fits these filters. Widen the dates, or clear one."
    )
    st.stop()

whole_service = not (picked.devices or picked.genres)
if whole_service:
    days = marts.ask(DAYS.format(where=picked.where(time="viewed_on")), **picked.parameters)
else:
    days = marts.ask(SESSION_DAYS.format(where=sessions), **picked.parameters)

# The lake may end in the middle of its last day, which is then no trend.
(last_event,) = marts.ask(LAST_EVENT)["last_event"]
ends_early = days.day.max() == last_event.normalize() and last_event.hour < 23
whole = days[:-1] if ends_early and len(days) > 2 else days

place = charts.cards(4)
spark = {"chart_type": "area", "border": True}
next(place).metric("Viewers", f"{totals.viewers:,.0f}", chart_data=whole.get("viewers"), **spark)
next(place).metric("Hours watched", f"{totals.hours:,.0f}", chart_data=whole.hours, **spark)
next(place).metric("Sessions", f"{totals.sessions:,.0f}", chart_data=whole.sessions, **spark)
next(place).metric(
    "Hours a viewer",
    charts.figure(totals.hours / totals.viewers, ".1f"),
    chart_data=whole.hours / whole.viewers if whole_service else None,
    help="Hours watched ÷ viewers; the line is by day.",
    **spark,
)

MEASURES = {"hours": "Hours watched", "sessions": "Sessions"}
if whole_service:
    MEASURES = {"hours": "Hours watched", "viewers": "Viewers", "sessions": "Sessions"}
with st.container(border=True):
    st.subheader("Day by day", anchor=False)
    measure = charts.choice("Measure", MEASURES, key="trend")
    charts.draw(
        charts.by_day(
            days, measure, f"{MEASURES[measure]} a day", form=",.0f", colour=charts.INDIGO
        ),
        f"{MEASURES[measure]} a day",
    )
    if ends_early:
        st.caption(f"{last_event:%-d %B} has events until {last_event:%H:%M} UTC only.")
    if not whole_service:
        st.caption("Viewers by day are known for the whole service only: clear device and genre.")

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.subheader("Engagement tiers", anchor=False)
    pairs = picked.where(time="last_watched_at", device="dominant_device_type", title="title_id")
    tiers = marts.ask(TIERS.format(where=pairs), **picked.parameters)
    if tiers.empty:
        charts.nothing("No viewer's time with a title ended within these dates.")
    else:
        charts.draw(
            charts.shares(
                tiers,
                "tier",
                charts.TIERS,
                {"pair_share": "viewer × title", "hour_share": "hours watched"},
                alt.Tooltip("pairs:Q", title="Viewer × title", format=",.0f"),
                height=300,
            ),
            "Share of viewers × titles and of hours by engagement tier",
        )
        high = tiers.set_index("tier").reindex(charts.TIERS).fillna(0).loc["High"]
        st.caption(
            f"High engagement: {high.pair_share:.0%} of viewers × titles, {high.hour_share:.0%} of "
            "their hours. A score is of all that a viewer saw of a title; dates pick those last "
            "watched then, devices those mostly watched there."
        )
with right, st.container(border=True, height="stretch"):
    st.subheader("What they watch", anchor=False)
    by = charts.choice("By", {"Title": "Title", "Genre": "Genre"}, key="watched_by")
    if by == "Genre":
        watched = BY_TITLE.format(where=sessions, name="genre", group="genre")
    else:
        watched = BY_TITLE.format(
            where=sessions, name="coalesce(title_name, title_id)", group="title_id, title_name"
        )
    rows = marts.ask(watched, **picked.parameters)
    if rows.empty and by == "Genre":
        charts.nothing("No genre is known: give the project a catalogue of titles (`titles_path`).")
    elif rows.empty:
        charts.nothing("There are sessions, but no watch time in them.")
    else:
        charts.draw(charts.ranking(rows, "hours", "Hours watched"), f"Hours watched by {by}")
