"""One title's story: how it does by day, where viewers leave, what they watch next."""

import altair as alt
import cards
import charts
import filters
import glossary
import marts
import moments
import pandas as pd
import periods
import questions
import state
import streamlit as st
import text

TITLES = """
    select title_id, coalesce(title_name, title_id) as name
    from marts.title_performance order by watch_seconds desc, name, title_id limit 20000
"""
TITLE = f"""
    select *, coalesce(title_name, title_id) as name,
        avg_percentage_viewed / 100 as watched_per_view,
        {questions.COMPLETION} as completion
    from marts.title_performance where title_id = $title_id
"""
SEEN = """
    select avg(unique_watch_percentage) / 100 as seen_per_viewer,
        count(*) filter (where unique_watch_seconds is null) as unknown_viewers
    from marts.viewer_title_engagement where title_id = $title_id
"""
# In one pass: of what is picked, of the period before, and of the first days, whatever is picked.
WATCHED = """
    with own as (
        select customer_id, device_type, started_at, watch_seconds, min(started_at) over () as began
        from marts.viewing_sessions where title_id = $title_id
    )

    select span, count(distinct customer_id) as viewers, count(*) as sessions,
        cast(sum(watch_seconds) as double) / 3600 as hours, any_value(began) as began
    from (
        select *, unnest(list_filter([
            case when {now} then 'now' end, case when {before} then 'before' end,
            case when started_at < began + interval 1 day then 'First 24 hours' end,
            case when started_at < began + interval 7 day then 'First 7 days' end,
            case when started_at < began + interval 28 day then 'First 28 days' end
        ], lambda span: span is not null)) as span
        from own
    ) group by span
"""
OVER_TIME = """
    select date_trunc('{unit}', started_at) as moment, count(distinct customer_id) as viewers,
        count(*) as sessions, cast(sum(watch_seconds) as double) / 3600 as hours
    from marts.viewing_sessions where title_id = $title_id and {where}
    group by moment order by moment
"""
RETENTION = """
    select bucket_percentage as percent, cast(start_seconds as double) as start_seconds,
        viewer_retention, survival, coalesce(drop_off, 0) as drop_off, rewatch_ratio
    from marts.title_retention where title_id = $title_id order by percent
"""
# Which parts a session saw no mart tells, but how far its playhead came.
REACHED = """
    with furthest as (
        select customer_id, max(max_position_seconds) as position_seconds
        from marts.viewing_sessions where title_id = $title_id and {where} group by customer_id
    )
    select bucket_percentage as percent, count(*) filter (where position_seconds >= start_seconds)
        / count(*) as reached
    from marts.title_retention, furthest where title_id = $title_id
    group by percent order by percent
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
NEXT = """
    with left_at as (
        select customer_id, max(ended_at) as left_at from marts.viewing_sessions
        where title_id = $title_id and {where} group by customer_id
    ),

    following as (
        select customer_id, arg_min(title_id, started_at) as title_id
        from marts.viewing_sessions join left_at using (customer_id)
        where title_id <> $title_id and started_at >= left_at and started_at >= $since
        group by customer_id
    )

    select coalesce(any_value(title_name), title_id) as name,
        count(*) / (select count(*) from left_at) as share, count(*) as viewers
    from following join marts.title_performance using (title_id)
    group by title_id order by viewers desc, name limit 8
"""
BANDS = {
    "under_5_min": "under 5 minutes",
    "5_to_20_min": "5 to 20 minutes",
    "20_to_60_min": "20 to 60 minutes",
    "over_60_min": "over an hour",
}
BEGINNINGS = {"First 24 hours": 1, "First 7 days": 7, "First 28 days": 28}
NO_CURVE = (
    "There is no curve: nobody watched this title, or nobody knows which parts, or its duration is "
    "not known, as of a live stream. A catalogue (`titles_path`) or completion percentages would "
    "tell the duration."
)
COLOURS = {
    "spike": charts.AMBER,
    "dip": charts.PINK,
    "fall": charts.PINK,
    "opening": charts.TEAL,
    "flat": charts.GREY,
}
POSITION = alt.X(
    "percent:Q",
    title="Position in the title (%)",
    scale=alt.Scale(domain=[0, 100]),
    axis=alt.Axis(tickCount=10, grid=False),
)
WHERE = [
    alt.Tooltip("percent:Q", title="Position (%)"),
    alt.Tooltip("at:N", title="Time in the title"),
]


def pick_title(label: str, key: str, names: dict[str, str], default: str) -> str:
    (kept,) = state.recall(key, names)[:1] or [default]
    chosen = st.selectbox(label, list(names), list(names).index(kept), names.get, key=key)
    state.remember(key, [chosen], [default])
    return chosen


def watched(title_id: str) -> pd.DataFrame:
    """What was watched of it, by span: now, before, and each of its beginnings."""
    conditions = {"now": where, "before": "false"}
    parameters = {**picked.parameters, "title_id": title_id}
    if picked.before:
        earlier = where.replace("$after", "$first").replace(">= $first", ">= $earlier")
        conditions["before"] = earlier
        parameters["earlier"] = picked.before.span[0]
    rows = marts.ask(WATCHED.format(**conditions), **parameters).set_index("span")
    counts = rows.reindex(["now", "before", *BEGINNINGS])
    return counts.fillna({"viewers": 0, "sessions": 0, "hours": 0})


def draw_cards() -> None:
    now, before = spans.loc["now"], spans.loc["before"]
    place = charts.cards(3, 4)
    for key in ("viewers", "sessions", "hours"):
        cards.card(next(place), key, now[key], before[key], picked.against)
    of = "Of all dates and devices."
    cards.card(next(place), "watched_per_view", title.watched_per_view, more=of)
    cards.card(next(place), "seen_per_viewer", seen.seen_per_viewer, more=of)
    cards.card(next(place), "completion", title.completion, more=of)
    cards.card(next(place), "retention_rank", title.retention_rank, more=of)


def draw_curve(curve: pd.DataFrame, found: list[moments.Moment]) -> None:
    """Who is there and what they see, against like titles, with the key moments."""
    lines = {"viewer_retention": "saw this part", "survival": "came this far"}
    colours = [charts.INDIGO, charts.TEAL]
    if picked.days or picked.devices:
        reached = marts.ask(REACHED.format(where=where), **picked.parameters, title_id=title_id)
        curve = curve.merge(reached, how="left", on="percent")
        lines["reached"] = "reached it, of those picked"
        colours.append(charts.AMBER)
    if other_id:
        other = marts.ask(RETENTION, title_id=other_id)[["percent", "viewer_retention"]]
        curve = curve.merge(other.rename(columns={"viewer_retention": "other"}), "left", "percent")
        lines["other"] = "saw this part of the other"
        colours.append(charts.VIOLET)
    long = curve.melt(["percent", "at"], list(lines), var_name="line", value_name="share")
    share = alt.Y(
        "share:Q",
        title="Viewers (%)",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    layers = []
    band = marts.ask(BAND, band=title.duration_band, title_id=title_id)
    if not band.empty:
        grey = alt.Chart(band).mark_area(color=charts.GREY, opacity=0.22)
        layers.append(grey.encode(x=POSITION, y=alt.Y("low:Q", title="Viewers (%)"), y2="high:Q"))
    layers.append(
        alt.Chart(long.replace({"line": lines}))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=POSITION,
            y=share,
            color=alt.Color(
                "line:N",
                title="Viewers who",
                scale=alt.Scale(domain=list(lines.values()), range=colours),
                legend=alt.Legend(orient="top", columns=2),
            ),
            tooltip=[*WHERE, "line:N", alt.Tooltip("share:Q", title="Viewers", format=".1%")],
        )
    )
    layers += marks(curve, found)
    charts.draw(alt.layer(*layers).properties(height=360), "Retention by position in the title")
    if band.empty:
        st.caption(
            "No other title of like length was watched, so there is no band to compare with."
        )
    else:
        st.caption(
            f"Grey: the middle half of the other titles {BANDS[title.duration_band]} long, of each "
            "part the share of their viewers who saw it."
        )
    st.caption(
        "What was seen is of all dates and devices; of those picked the sessions tell how far the "
        "playhead came, by watching or by skipping."
    )


def marks(curve: pd.DataFrame, found: list[moments.Moment]) -> list[alt.Chart]:
    """The key moments on the curve: a point, or a bar along a part that holds."""
    rows = pd.DataFrame(
        [
            {
                "percent": one.last if one.kind == "opening" else one.first,
                "until": one.last,
                "share": curve.viewer_retention[one.first],
                "at": curve["at"][one.last if one.kind == "opening" else one.first],
                "says": one.says,
                "colour": COLOURS[one.kind],
            }
            for one in found
        ]
    )
    if rows.empty:
        return []
    base = alt.Chart(rows).encode(
        x=POSITION,
        y="share:Q",
        color=alt.Color("colour:N", scale=None),
        tooltip=[alt.Tooltip("at:N", title="At"), alt.Tooltip("says:N", title="Key moment")],
    )
    parts = rows[rows.until > rows.percent]
    bars = base.properties(data=parts).mark_bar(height=5, opacity=0.9).encode(x2="until:Q")
    return [
        *([] if parts.empty else [bars]),
        base.mark_point(size=110, filled=True, stroke=charts.ink(), strokeWidth=1),
    ]


def list_moments(curve: pd.DataFrame, found: list[moments.Moment]) -> None:
    lines = []
    for one in sorted(found, key=lambda moment: moment.first):
        begins, ends = curve["at"][one.first], curve["at"][one.last]
        lines.append(f"- **{begins if begins == ends else f'{begins} – {ends}'}** {one.says}")
    st.markdown("**Key moments**\n\n" + "\n".join(lines))


def draw_retention() -> None:
    curve = marts.ask(RETENTION, title_id=title_id)
    if curve.empty:
        charts.nothing(NO_CURVE)
        return
    curve["at"] = [charts.clock(seconds) for seconds in curve.start_seconds]
    found = moments.moments(curve)
    draw_curve(curve, found)
    list_moments(curve, found)
    left, right = st.columns(2)
    with left:
        st.markdown("**Where they leave**")
        charts.draw(
            alt.Chart(curve, height=230)
            .mark_bar(color=charts.PINK)
            .encode(
                x=POSITION,
                y=alt.Y(
                    "drop_off:Q", title="Viewers lost (%)", axis=alt.Axis(format=".1%", tickCount=4)
                ),
                tooltip=[*WHERE, alt.Tooltip("drop_off:Q", title="Viewers lost", format=".2%")],
            ),
            "Share of viewers lost at each hundredth of the title",
        )
    with right:
        st.markdown("**What they watch again**")
        charts.draw(
            alt.Chart(curve, height=230)
            .mark_line(color=charts.AMBER, strokeWidth=2.5)
            .encode(
                x=POSITION,
                y=alt.Y(
                    "rewatch_ratio:Q",
                    title="Plays per viewer",
                    scale=alt.Scale(zero=False),
                    axis=alt.Axis(format=".2f", tickCount=4),
                ),
                tooltip=[*WHERE, alt.Tooltip("rewatch_ratio:Q", title="Plays", format=".2f")],
            ),
            "How often those who saw each hundredth played it",
        )
    st.caption(f"Duration {charts.clock(title.title_duration_seconds)} ({title.duration_source}).")


def draw_funnel() -> None:
    """Of the quartiles, who reached them and who saw as much."""
    known = title.viewer_count if title.unplaced_watch_seconds == 0 else title.covering_viewer_count
    if pd.isna(title.reached_25_viewer_count) or not title.viewer_count:
        charts.nothing(NO_CURVE)
        return
    rows = pd.DataFrame(
        {
            "part": f"{quartile} %",
            "viewers": title[f"reached_{quartile}_viewer_count"],
            "reached": title[f"reached_{quartile}_viewer_count"] / title.viewer_count,
            "covered": title[f"covered_{quartile}_viewer_count"] / known if known else None,
        }
        for quartile in (25, 50, 75, 100)
    )
    charts.draw(
        charts.shares(
            rows,
            "part",
            list(rows.part),
            {"reached": "reached", "covered": "covered"},
            alt.Tooltip("viewers:Q", title="Viewers who reached it", format=",.0f"),
            height=300,
        ),
        "Viewers by quartile of the title that they reached, and that they saw",
    )
    st.caption(f"Reached: {glossary.meaning('reached')} Covered: {glossary.meaning('covered')}")


def draw_beginnings() -> None:
    """What the title had within so many days of its first session in this lake."""
    first = spans.began.loc["First 24 hours"]
    if pd.isna(first):
        charts.nothing("Nobody has watched it yet.")
        return
    for column, (label, days) in zip(st.columns(3), BEGINNINGS.items(), strict=True):
        row = spans.loc[label]
        so_far = " so far" if first + days * periods.DAY > picked.calendar.ends else ""
        column.metric(f"{label}{so_far}", f"{row.viewers:,.0f} viewers", border=True)
        column.caption(f"{charts.figure(row.hours)} hours in {row.sessions:,.0f} sessions")
    released = (
        f" It was released on {title.released_on:%-d %b %Y}." if pd.notna(title.released_on) else ""
    )
    begins = f"First seen here on {first:%-d %b %Y, %H:%M} UTC.{released}"
    lake = picked.calendar.first
    if (first.date() - lake).days < 1:
        begins += " That is when this lake begins: it may have been watched before."
    st.caption(begins)


def draw_next() -> None:
    rows = marts.ask(
        NEXT.format(where=where), **picked.parameters, title_id=title_id, since=picked.span[0]
    )
    if rows.empty:
        charts.nothing("None of its viewers has begun another title since.")
        return
    charts.draw(
        charts.ranking(
            rows,
            "share",
            "Viewers (%)",
            form=".1%",
            colour=charts.TEAL,
            tooltip=[
                alt.Tooltip("name:N", title="Title"),
                alt.Tooltip("share:Q", title="Viewers", format=".1%"),
                alt.Tooltip("viewers:Q", title="Viewers", format=",.0f"),
            ],
        ),
        "What its viewers watched next",
    )
    st.caption(glossary.meaning("watched_next"))


def draw_side_by_side() -> None:
    rows = []
    both = [marts.ask_one(TITLE, title_id=one) for one in (title_id, other_id)]
    seen_both = [marts.ask_one(SEEN, title_id=one) for one in (title_id, other_id)]
    sums = [watched(one).loc["now"] for one in (title_id, other_id)]
    for key in ("viewers", "sessions", "hours"):
        rows.append((key, *(one[key] for one in sums)))
    for key in ("watched_per_view", "completion", "retention_rank"):
        rows.append((key, *(one[key] for one in both)))
    rows.append(("seen_per_viewer", *(one.seen_per_viewer for one in seen_both)))
    measures = [cards.MEASURES.get(key, cards.Measure()) for key, *_ in rows]
    shown = pd.DataFrame(
        {
            "Measure": [glossary.name(key) for key, *_ in rows],
            "This": [
                charts.figure(one, m.form) for (_, one, _), m in zip(rows, measures, strict=True)
            ],
            "Other": [
                charts.figure(one, m.form) for (*_, one), m in zip(rows, measures, strict=True)
            ],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        column_config={"This": both[0]["name"], "Other": both[1]["name"]},
        alt="Two titles side by side",
    )
    st.caption("Counts and hours are of the dates and devices picked, shares of all of them.")


picked = filters.pick(days=True, devices=True)
charts.heading("One title", "How does it do, where do viewers leave, what comes next?", picked.says)
titles = marts.ask(TITLES)
if titles.empty or picked.calendar is None:
    filters.nothing_fits("There is no title that anybody watched.")
names = dict(zip(titles.title_id, titles.name, strict=True))
linked = state.recall("title")[:1]
if linked and linked[0] not in names:
    # Beyond the longest list that a browser takes, by its address or from the table.
    names |= {
        one: row["name"] for one in linked for _, row in marts.ask(TITLE, title_id=one).iterrows()
    }
left, right = st.columns(2)
with left:
    title_id = pick_title("Title", "title", names, titles.title_id[0])
with right:
    other_id = pick_title("Compare with", "other", {"": "No other title", **names}, "")
where = picked.where(time="started_at", device="device_type")
title = marts.ask_one(TITLE, title_id=title_id)
seen = marts.ask_one(SEEN, title_id=title_id)
spans = watched(title_id)
st.header(text.markdown(title["name"]), anchor=False)
draw_cards()

if other_id:
    with st.container(border=True):
        st.header("Side by side", anchor=False)
        draw_side_by_side()

with st.container(border=True):
    st.header(charts.BY_UNIT[picked.unit], anchor=False)
    measure = charts.choice(
        "Measure", {"viewers": "Viewers", "hours": "Hours watched", "sessions": "Sessions"}, "story"
    )
    query = OVER_TIME.format(unit=picked.unit, where=where)
    over_time = marts.ask(query, **picked.parameters, title_id=title_id)
    if over_time.empty:
        charts.nothing("Nobody watched it in these dates on these devices.")
    else:
        label = f"{glossary.name(measure)} {charts.A_UNIT[picked.unit]}"
        charts.draw(charts.trend(over_time, measure, label, picked.shown, picked.unit), label)
        if note := charts.partial_days(picked.calendar, *picked.span):
            st.caption(note)

with st.container(border=True):
    st.header("Who stays, and until where", anchor=False)
    draw_retention()
    if title.unplaced_watch_seconds > 0:
        st.caption(
            f"Of {seen.unknown_viewers:,.0f} of its viewers nobody knows which parts they watched: "
            "they are in no curve, and not among those who completed it."
        )

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.header("How far they come", anchor=False)
    draw_funnel()
with right, st.container(border=True, height="stretch"):
    st.header("What they watch next", anchor=False)
    draw_next()

with st.container(border=True):
    st.header("Its beginning", anchor=False)
    draw_beginnings()
