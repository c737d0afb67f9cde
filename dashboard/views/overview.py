"""Overview: how many watch, how much, how engaged they are, and which way it goes."""

import altair as alt
import cards
import charts
import filters
import marts
import pandas as pd
import questions
import streamlit as st

# Without a filter small marts say it all; test_dashboard.py holds them to the sessions.
ALL_TOTALS = """
    select (select count(*) from marts.viewer_segments) as viewers,
        cast(coalesce(sum(watch_seconds), 0) as double) / 3600 as hours,
        cast(coalesce(sum(view_count), 0) as bigint) as views,
        cast(coalesce(sum(session_count), 0) as bigint) as sessions
    from marts.title_performance
"""
# Viewers of a week are those of the seven days up to its last one; days do not add up.
DAYS = """
    select date_trunc('{unit}', viewed_on) as moment, sum(watch_hours) as hours,
        max_by({active}, viewed_on) as viewers, sum(new_viewer_count) as new_viewers,
        max_by({active}, viewed_on) - sum(new_viewer_count) as returning_viewers
    from marts.daily_viewing where {where} group by moment order by moment
"""
ACTIVE = {
    "day": "active_viewer_count",
    "week": "active_viewer_count_7d",
    "month": "active_viewer_count_28d",
}
SESSION_DAYS = """
    select date_trunc('{unit}', started_at) as moment,
        cast(sum(watch_seconds) as double) / 3600 as hours,
        count(*) filter (where watch_seconds > 0) as views
    from marts.viewing_sessions where {where} group by moment order by moment
"""
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
BY_PLACE = """
    select {name} as name, cast(sum(watch_seconds) as double) / 3600 as hours
    from marts.viewing_sessions where {where} and {level} is not null
    group by all having hours > 0 order by hours desc, name limit 8
"""
PLACES = {
    "country": "country",
    "state": "concat_ws(', ', state, country)",
    "city": "concat_ws(', ', city, state, country)",
}


def totals_and_before() -> tuple[pd.Series, pd.Series | None]:
    """Of what is picked, and of the period before, where there is one."""
    columns = {"time": "started_at", "device": "device_type", "title": "title_id"}
    if picked.where(**columns) == "true":
        return marts.ask_one(ALL_TOTALS), None
    both = picked.within(picked.before.span[0], picked.span[1]) if picked.before else picked
    is_now = "started_at >= $now" if picked.before else "true"
    query = questions.TOTALS.format(is_now=is_now, where=both.where(**columns))
    rows = marts.ask(query, **both.parameters, now=picked.span[0]).set_index("is_now")
    rows = rows.reindex([True, False], fill_value=0)
    return rows.loc[True], rows.loc[False] if picked.before else None


def new_viewers(some: filters.Filters) -> int:
    query = questions.NEW.format(where=some.where(time="viewed_on"))
    return marts.ask_one(query, **some.parameters).viewers


def draw_cards() -> None:
    place = charts.cards(3, 3) if whole_service else charts.cards(4)
    for key in ("viewers", "hours", "views"):
        earlier = before[key] if before is not None else None
        cards.card(next(place), key, totals[key], earlier, picked.against)
    cards.card(
        next(place),
        "hours_per_viewer",
        totals.hours / totals.viewers,
        before.hours / before.viewers if before is not None and before.viewers else None,
        picked.against,
    )
    if not whole_service:
        return
    fresh = [new_viewers(some) for some in (picked, picked.before) if some]
    now, *earlier = fresh
    cards.card(next(place), "new_viewers", now, *earlier, against=picked.against)
    returning = [totals.viewers - now]
    if earlier:
        returning.append(before.viewers - earlier[0])
    cards.card(next(place), "returning_viewers", *returning, against=picked.against)


def draw_days() -> None:
    measures = {"hours": "Hours watched", "views": "Views"}
    if whole_service and picked.unit != "hour":
        measures = {
            "hours": "Hours watched",
            "viewers": "Viewers",
            "new": "New and returning",
            "views": "Views",
        }
    st.header(f"{charts.BY_UNIT[picked.unit]}", anchor=False)
    measure = charts.choice("Measure", measures, key="trend")
    rows = by_session if measure == "views" or "viewers" not in measures else days
    if measure == "new":
        charts.draw(
            charts.stacked(
                rows,
                {"returning_viewers": "returning", "new_viewers": "new"},
                "Viewers",
                picked.unit,
            ),
            "New and returning viewers over time",
        )
    else:
        title = f"{measures[measure]} {charts.A_UNIT[picked.unit]}"
        charts.draw(charts.trend(rows, measure, title, picked.shown, picked.unit), title)
    if note := charts.partial_days(picked.calendar, *picked.span):
        st.caption(note)
    if measure in ("viewers", "new"):
        st.caption("Of a day everyone who watched on it, also in a session that began before it.")
    if measure in ("viewers", "new") and picked.unit == "month":
        st.caption("Viewers of the 28 days up to the month's last day.")
    if not whole_service:
        st.caption("Viewers by day are known for the whole service only: clear device and genre.")


picked = filters.pick(days=True, devices=True, genres=True)
charts.heading(
    "Overview", "How many people watch, how much, and how engaged are they?", picked.says
)
sessions = picked.where(time="started_at", device="device_type", title="title_id")
totals, before = totals_and_before()
if not totals.sessions:
    filters.nothing_fits("Nobody watched anything that fits these filters.")

whole_service = not (picked.devices or picked.genres)
by_session = marts.ask(SESSION_DAYS.format(unit=picked.unit, where=sessions), **picked.parameters)
days = by_session
if whole_service and picked.unit != "hour":
    days = marts.ask(
        DAYS.format(
            unit=picked.unit,
            active=ACTIVE[picked.unit],
            where=picked.where(time="viewed_on"),
        ),
        **picked.parameters,
    )
draw_cards()
with st.container(border=True):
    draw_days()

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.header("What they watch", anchor=False)
    by = charts.choice("By", {"title": "Title", "genre": "Genre"}, key="watched_by")
    if by == "genre":
        watched = BY_TITLE.format(where=sessions, name="genre", group="genre")
    else:
        watched = BY_TITLE.format(
            where=sessions, name="coalesce(title_name, title_id)", group="title_id, title_name"
        )
    rows = marts.ask(watched, **picked.parameters)
    if rows.empty and by == "genre":
        charts.nothing("No genre is known: give the project a catalogue of titles (`titles_path`).")
    elif rows.empty:
        charts.nothing("There are sessions, but no watch time in them.")
    else:
        charts.draw(charts.ranking(rows, "hours", "Hours watched"), f"Hours watched by {by}")
        st.page_link("views/titles.py", label="All titles", icon=":material/movie:")
with right, st.container(border=True, height="stretch"):
    st.header("Where they watch", anchor=False)
    level = charts.choice(
        "Level", {"country": "Country", "state": "State", "city": "City"}, key="place_by"
    )
    query = BY_PLACE.format(where=sessions, name=PLACES[level], level=level)
    rows = marts.ask(query, **picked.parameters)
    if rows.empty:
        charts.nothing(f"No session reports its {level}: map the source's column to `{level}`.")
    else:
        charts.draw(
            charts.ranking(rows, "hours", "Hours watched", colour=charts.TEAL),
            f"Hours watched by {level}",
        )

with st.container(border=True):
    st.header("Engagement tiers", anchor=False)
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
