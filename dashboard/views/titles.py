"""Titles: which do best, and for one of them, where viewers leave and what they watch again."""

import altair as alt
import charts
import filters
import marts
import streamlit as st

NAME = "coalesce(title_name, title_id)"
# Where nobody knows which parts anyone watched, nobody knows who finished.
COMPLETION = """
    case when unplaced_watch_seconds = 0 or average_viewer_retention is not null
        then completion_rate end
"""
MEASURES = {
    "hours": ("Hours watched", "watch_hours", ",.0f"),
    "viewers": ("Viewers", "viewer_count", ",.0f"),
    "score": ("Engagement score", "avg_engagement_score", ".1f"),
    "completion": ("Completion rate", COMPLETION, ".0%"),
    "retention": ("Retention rank", "retention_rank", ".0%"),
}
RANKING = """
    select title_id, {name} as name, {measure} as figure, viewer_count as viewers
    from marts.title_performance
    where viewer_count > 0 and {measure} is not null and {where}
    order by figure desc, viewers desc, title_id limit 500
"""
# Within dates or on a device, the sessions say what was watched; rates are of all of history.
SESSION_RANKING = """
    with watched as (
        select title_id, cast(sum(watch_seconds) as double) / 3600 as hours, count(*) as sessions
        from marts.viewing_sessions where {where} group by title_id
    )
    select title_id, {name} as name, {measure} as figure, viewer_count as viewers
    from watched join marts.title_performance using (title_id)
    order by figure desc, viewers desc, title_id limit 500
"""
TITLE = f"""
    select *, {COMPLETION} as known_completion_rate
    from marts.title_performance where title_id = $title_id
"""
UNKNOWN = """
    select count(*) as viewers from marts.viewer_title_engagement
    where title_id = $title_id and unique_watch_seconds is null
"""
RETENTION = """
    select bucket_percentage as percent, cast(start_seconds as double) as start_seconds,
        viewer_retention, survival, coalesce(drop_off, 0) as drop_off, rewatch_ratio
    from marts.title_retention where title_id = $title_id order by percent
"""
BAND = """
    with band as (
        select title_id from marts.title_performance
        where duration_band = $band and title_id <> $title_id
    )
    select bucket_percentage as percent, quantile_cont(viewer_retention, 0.25) as low,
        quantile_cont(viewer_retention, 0.75) as high
    from marts.title_retention where title_id in (select title_id from band)
    group by percent order by percent
"""
BANDS = {
    "under_5_min": "under 5 minutes",
    "5_to_20_min": "5 to 20 minutes",
    "20_to_60_min": "20 to 60 minutes",
    "over_60_min": "over an hour",
}


def draw_retention(title, curve, band) -> None:
    """Who is there and what they see, against like titles; then where they leave and come back."""
    curve["at"] = [charts.clock(seconds) for seconds in curve.start_seconds]
    x = alt.X(
        "percent:Q",
        title="Position in the title (%)",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(tickCount=10, grid=False),
    )
    where = [
        alt.Tooltip("percent:Q", title="Position (%)"),
        alt.Tooltip("at:N", title="Time in the title"),
    ]
    lines = curve.melt(
        ["percent", "at"], ["viewer_retention", "survival"], var_name="line", value_name="share"
    ).replace({"line": {"viewer_retention": "saw this part", "survival": "came this far"}})
    share = alt.Y(
        "share:Q",
        title="Viewers (%)",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    layers = [
        alt.Chart(lines)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=share,
            color=alt.Color(
                "line:N",
                title="Viewers who",
                scale=alt.Scale(
                    domain=["saw this part", "came this far"], range=[charts.INDIGO, charts.TEAL]
                ),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[*where, "line:N", alt.Tooltip("share:Q", title="Viewers", format=".1%")],
        )
    ]
    if not band.empty:
        layers.insert(
            0,
            alt.Chart(band)
            .mark_area(color=charts.GREY, opacity=0.22)
            .encode(x=x, y=alt.Y("low:Q", title="Viewers (%)"), y2="high:Q"),
        )
    charts.draw(alt.layer(*layers).properties(height=340), "Retention by position in the title")
    if band.empty:
        st.caption(
            "No other title of like length was watched, so there is no band to compare with."
        )
    else:
        st.caption(
            f"Grey: the middle half of the other titles {BANDS[title.duration_band]} long, of each "
            "part the share of their viewers who saw it."
        )
    left, right = st.columns(2)
    with left:
        st.markdown("**Where they leave**")
        charts.draw(
            alt.Chart(curve, height=230)
            .mark_bar(color=charts.PINK)
            .encode(
                x=x,
                y=alt.Y(
                    "drop_off:Q", title="Viewers lost (%)", axis=alt.Axis(format=".1%", tickCount=4)
                ),
                tooltip=[*where, alt.Tooltip("drop_off:Q", title="Viewers lost", format=".2%")],
            ),
            "Share of viewers lost at each hundredth of the title",
        )
    with right:
        st.markdown("**What they watch again**")
        charts.draw(
            alt.Chart(curve, height=230)
            .mark_line(color=charts.AMBER, strokeWidth=2.5)
            .encode(
                x=x,
                y=alt.Y(
                    "rewatch_ratio:Q",
                    title="Plays a viewer",
                    scale=alt.Scale(zero=False),
                    axis=alt.Axis(format=".2f", tickCount=4),
                ),
                tooltip=[*where, alt.Tooltip("rewatch_ratio:Q", title="Plays", format=".2f")],
            ),
            "How often those who saw each hundredth played it",
        )


picked = filters.pick(days=True, devices=True, genres=True)
charts.heading("Titles", "Which titles do best, and where do their viewers leave?", picked.says)

by_session = bool(picked.days or picked.devices)
if by_session:
    choices = {"hours": MEASURES["hours"], "sessions": ("Sessions", "sessions", ",.0f")}
else:
    choices = MEASURES
labels = {name: label for name, (label, *_) in choices.items()}
measure = charts.choice("Rank by", labels, key=f"rank_{by_session}", labelled=True)
says, column, form = choices[measure]
if by_session:
    where = picked.where(time="started_at", device="device_type", title="title_id")
    column = "hours" if measure != "sessions" else column
    query = SESSION_RANKING.format(name=NAME, measure=column, where=where)
else:
    query = RANKING.format(name=NAME, measure=column, where=picked.where(title="title_id"))
ranked = marts.ask(query, **picked.parameters)
if ranked.empty:
    charts.nothing(
        "No title fits. Without a duration, or where nobody knows which parts were watched, a "
        "title has no completion rate and no retention rank; else widen the dates, or clear a "
        "filter."
    )
    st.stop()

left, right = st.columns([5, 7])
with left, st.container(border=True):
    st.subheader("Ranking", anchor=False)
    charts.draw(
        charts.ranking(
            ranked.head(15),
            "figure",
            says,
            form=form,
            tooltip=[
                alt.Tooltip("name:N", title="Title"),
                alt.Tooltip("figure:Q", title=says, format=form),
                alt.Tooltip("viewers:Q", title="Viewers in all", format=",.0f"),
            ],
        ),
        f"Titles by {says}",
    )
    if says == "Retention rank":
        st.caption("Share of the titles of like length that hold their viewers less well.")
    if by_session:
        st.caption("Within dates or on a device, titles rank by what sessions add up to.")
with right, st.container(border=True):
    names = dict(zip(ranked.title_id, ranked.name, strict=True))
    title_id = st.selectbox("Title", list(names), format_func=names.get, key="title")
    title = marts.ask_one(TITLE, title_id=title_id)
    place = charts.cards(4)
    next(place).metric("Viewers", f"{title.viewer_count:,.0f}")
    next(place).metric(
        "Average seen",
        charts.figure(title.avg_percentage_viewed, ".0f", "%"),
        help="Of the title, replays included, a view.",
    )
    next(place).metric(
        "Completed it",
        charts.figure(title.known_completion_rate, ".0%"),
        help="Of all its viewers. Who watched parts that nobody knows is not among them.",
    )
    next(place).metric(
        "Retention rank",
        charts.figure(title.retention_rank, ".0%"),
        help="Share of the titles of like length that hold their viewers less well.",
    )
    curve = marts.ask(RETENTION, title_id=title_id)
    if curve.empty:
        charts.nothing(
            "There is no curve: nobody watched this title, or nobody knows which parts, or its "
            "duration is not known, as of a live stream. A catalogue (`titles_path`) or completion "
            "percentages would tell the duration."
        )
    else:
        band = marts.ask(BAND, band=title.duration_band, title_id=title_id)
        draw_retention(title, curve, band)
        worst = curve.loc[curve.drop_off.idxmax()]
        st.caption(
            f"Duration {charts.clock(title.title_duration_seconds)} ({title.duration_source}). "
            f"Most viewers leave at {charts.clock(worst.start_seconds)} ({worst.drop_off:.1%}). "
            "Retention is of all of history: dates and devices do not change it."
        )
    if title.unplaced_watch_seconds > 0:
        unknown = marts.ask_one(UNKNOWN, title_id=title_id)
        st.caption(
            f"Of {unknown.viewers:,} of its viewers nobody knows which parts they watched: they "
            "are in no curve, and not among those who completed it."
        )
