"""Viewers: which segments there are, and what sets them apart."""

import altair as alt
import cards
import charts
import cohorts
import filters
import glossary
import marts
import state
import streamlit as st
import tables
import text

TOTALS = """
    select count(*) as viewers,
        count(*) filter (where segment in ('power', 'engaged')) / count(*) as loyal,
        count(*) filter (where binge_visit_count > 0) / count(*) as binging,
        count(*) filter (where peak_simultaneous_streams > 1) / count(*) as several_screens
    from marts.viewer_segments where {where}
"""
SEGMENTS = """
    select segment, count(*) as viewers, count(*) / sum(count(*)) over () as viewer_share,
        coalesce(sum(watch_hours) / nullif(sum(sum(watch_hours)) over (), 0), 0) as hour_share
    from marts.viewer_segments where {where} group by segment
"""
# What a viewer of the segment does, on average: the label, the expression, its format.
TRAITS = {
    "Hours watched": ("avg(watch_hours)", ".1f"),
    "Active days": ("avg(active_days)", ".1f"),
    "Titles": ("avg(title_count)", ".1f"),
    "Sessions": ("avg(session_count)", ".1f"),
    # Of viewers of whom nobody knows which parts they watched, nobody knows what they finished.
    "Completes titles": (
        "cast(sum(completed_title_count) filter (where {known}) as double) "
        "/ nullif(sum(title_count) filter (where {known}), 0)".format(
            known="unique_watch_seconds > 0 or watch_seconds = 0"
        ),
        ".0%",
    ),
    "Engagement score": ("avg(avg_engagement_score)", ".0f"),
    "Binges": ("avg(cast(binge_visit_count > 0 as integer))", ".0%"),
    "Several screens": ("avg(cast(peak_simultaneous_streams > 1 as integer))", ".0%"),
}
TRAITS_BY_SEGMENT = (
    "select segment, {traits} from marts.viewer_segments where {where} group by {by}"
)
PREFERENCE = """
    select segment, {column} as preference, count(*) as viewers
    from marts.viewer_segments where {where} and {column} is not null group by all
"""
VIEWERS = """
    select customer_id, segment, watch_hours as hours, session_count as sessions,
        title_count as titles, completed_title_count as completed, active_days,
        cast(first_watched_at as date) as first_day, cast(last_watched_at as date) as last_day,
        avg_engagement_score as engagement_score, preferred_device_type as device
    from marts.viewer_segments where {where} and contains(lower(customer_id), $sought)
    order by hours desc, customer_id
"""
VIEWER = "select * from marts.viewer_segments where customer_id = $customer_id"
HISTORY = """
    select started_at, coalesce(title_name, title_id) as title,
        cast(watch_seconds as double) / 60 as minutes,
        cast(unique_watch_seconds as double) / nullif(title_duration_seconds, 0) as seen,
        play_count as plays, pause_count as pauses, has_complete_event as finished,
        cast(buffering_seconds as double) as stalled, error_count as errors, device_type as device,
        concat_ws(', ', city, country) as place
    from marts.viewing_sessions where customer_id = $customer_id
    order by started_at desc limit 1000
"""
IN_ORDER = list(charts.SEGMENTS.values())


def traits(where: str) -> tuple[list[dict], dict]:
    """A row a segment and trait: the figure as text, and how it compares with all viewers'."""
    columns = ", ".join(f'{sql} as "{name}"' for name, (sql, _) in TRAITS.items())
    all_query = TRAITS_BY_SEGMENT.format(traits=columns, where=where, by="()")
    by_segment = TRAITS_BY_SEGMENT.format(traits=columns, where=where, by="segment")
    everyone = marts.ask_one(all_query.replace("select segment,", "select"), **picked.parameters)
    rows = []
    for _, segment in marts.ask(by_segment, **picked.parameters).iterrows():
        for name, (_, form) in TRAITS.items():
            ratio = segment[name] / everyone[name] if everyone[name] else float("nan")
            rows.append(
                {
                    "segment": charts.SEGMENTS[segment.segment],
                    "trait": name,
                    "figure": charts.figure(segment[name], form),
                    "everyone": charts.figure(everyone[name], form),
                    "ratio": min(max(ratio, 0.25), 4) if ratio == ratio else None,
                }
            )
    return rows


def draw_preference(
    column: str, title: str, names: dict[str, str], colours: list[str], missing: str
) -> None:
    rows = marts.ask(PREFERENCE.format(where=where, column=column), **picked.parameters)
    st.header(title, anchor=False)
    if rows.empty:
        charts.nothing(missing)
        return
    rows = rows.replace({"segment": charts.SEGMENTS, "preference": names})
    # Of a value that has no name of its own, the colour that is left.
    others = sorted(set(rows.preference) - set(names.values()))
    colours = [*colours, *[charts.GREY] * len(others)][: len(names) + len(others)]
    rows["rank"] = rows.preference.map({name: rank for rank, name in enumerate(names.values())})
    charts.draw(
        alt.Chart(rows, height=330)
        .mark_bar()
        .encode(
            y=alt.Y("segment:N", sort=IN_ORDER, title=None),
            x=alt.X(
                "viewers:Q",
                stack="normalize",
                title="Viewers of the segment (%)",
                axis=alt.Axis(format=".0%", tickCount=5),
            ),
            color=alt.Color(
                "preference:N",
                title=None,
                scale=alt.Scale(domain=[*names.values(), *others], range=colours),
                legend=alt.Legend(orient="bottom", columns=2),
            ),
            order="rank:Q",
            tooltip=["segment:N", "preference:N", alt.Tooltip("viewers:Q", format=",.0f")],
        ),
        title,
    )


picked = filters.pick(devices=True)
charts.heading("Viewers", "Who are they, and what sets the best of them apart?", picked.says)
where = picked.where(device="preferred_device_type")
totals = marts.ask_one(TOTALS.format(where=where), **picked.parameters)
if not totals.viewers:
    filters.nothing_fits("No viewer watches mostly on these devices.")

place = charts.cards(4)
for key in ("viewers", "loyal", "binging", "several_screens"):
    cards.card(next(place), key, totals[key], more="Of all dates.")
if picked.devices:
    st.caption("Viewers who watch most on the devices picked.")

left, right = st.columns([2, 3])
with left, st.container(border=True, height="stretch"):
    st.header("Segments", anchor=False)
    segments = marts.ask(SEGMENTS.format(where=where), **picked.parameters)
    charts.draw(
        charts.shares(
            segments.replace({"segment": charts.SEGMENTS}),
            "segment",
            IN_ORDER,
            {"viewer_share": "viewers", "hour_share": "hours watched"},
            alt.Tooltip("viewers:Q", title="Viewers", format=",.0f"),
            height=360,
        ),
        "Share of viewers and of hours by segment",
    )
with right, st.container(border=True, height="stretch"):
    st.header("What sets them apart", anchor=False)
    cells = alt.Chart(alt.Data(values=traits(where)), height=360).encode(
        x=alt.X(
            "segment:N",
            sort=IN_ORDER,
            title=None,
            axis=alt.Axis(
                orient="top", labelAngle=0, labelAlign="center", domain=False, ticks=False
            ),
        ),
        y=alt.Y("trait:N", sort=list(TRAITS), title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("trait:N", title="A viewer's"),
            alt.Tooltip("figure:N", title="In the segment"),
            alt.Tooltip("everyone:N", title="All viewers"),
        ],
    )
    charts.draw(
        cells.mark_rect(cornerRadius=4, opacity=0.55).encode(
            color=alt.Color(
                "ratio:Q",
                scale=alt.Scale(
                    type="log",
                    domain=[0.25, 1, 4],
                    range=[charts.PINK, "#8a90a033", charts.TEAL],
                    interpolate="rgb",
                ),
                legend=None,
            )
        )
        + cells.mark_text(fontSize=13, color=charts.ink()).encode(text="figure:N"),
        "A viewer's habits by segment, against those of all viewers",
    )
    st.caption("A viewer on average. Green: above all viewers together; pink: below.")

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    draw_preference(
        "preferred_daypart",
        "When they watch",
        charts.DAYPARTS,
        charts.DAYPART_COLOURS,
        "Nobody here has any watch time.",
    )
with right, st.container(border=True, height="stretch"):
    draw_preference(
        "preferred_device_type",
        "What they watch on",
        {"tv": "TV", "mobile": "Mobile", "web": "Web", "tablet": "Tablet"},
        [charts.INDIGO, charts.TEAL, charts.AMBER, charts.PINK],
        "No session reports its device: map the source's column to `device_type`.",
    )

with st.container(border=True):
    st.header("Who comes back", anchor=False)
    cohorts.draw(filters.calendar())

with st.container(border=True):
    st.header("All viewers", anchor=False)
    sought = tables.search("Find a viewer", "find_viewer")
    found = tables.table(
        VIEWERS.format(where=where),
        {
            "customer_id": "Viewer",
            "segment": "Segment",
            "hours": st.column_config.NumberColumn(
                "Hours watched", help=glossary.meaning("hours"), format="%.1f"
            ),
            "sessions": st.column_config.NumberColumn(
                "Sessions", help=glossary.meaning("sessions")
            ),
            "titles": "Titles",
            "completed": "Completed",
            "active_days": "Active days",
            "first_day": st.column_config.DateColumn("First day"),
            "last_day": st.column_config.DateColumn("Last day"),
            "engagement_score": st.column_config.NumberColumn(
                "Engagement score", help=glossary.meaning("engagement_score"), format="%.1f"
            ),
            "device": "Device",
        },
        "viewers",
        "All viewers, with what they watched",
        **picked.parameters,
        sought=sought,
    )
    st.caption("Pick a row to read the viewer's history.")

if found:
    state.remember("viewer", [found])
(customer_id,) = state.recall("viewer")[:1] or [None]
if customer_id and not marts.ask(VIEWER, customer_id=customer_id).empty:
    state.remember("viewer", [customer_id])
    with st.container(border=True):
        st.header(f"Viewer {text.markdown(customer_id)}", anchor=False)
        viewer = marts.ask_one(VIEWER, customer_id=customer_id)
        st.caption(
            f"{charts.SEGMENTS[viewer.segment]}. First seen {viewer.first_watched_at:%-d %b %Y}, "
            f"last seen {viewer.last_watched_at:%-d %b %Y}; active on {viewer.active_days:,} days, "
            f"{charts.figure(viewer.watch_hours)} hours in {viewer.session_count:,} sessions, "
            f"{viewer.completed_title_count:,} of {viewer.title_count:,} titles completed."
        )
        history = marts.ask(HISTORY, customer_id=customer_id)
        st.dataframe(
            history,
            hide_index=True,
            column_config={
                "started_at": st.column_config.DatetimeColumn(
                    "Began (UTC)", format="YYYY-MM-DD HH:mm", timezone="UTC"
                ),
                "title": "Title",
                "minutes": st.column_config.NumberColumn("Minutes watched", format="%.1f"),
                "seen": st.column_config.NumberColumn("Seen", format="percent"),
                "plays": "Plays",
                "pauses": "Pauses",
                "finished": "Reached the end",
                "stalled": st.column_config.NumberColumn("Stalled (s)", format="%.1f"),
                "errors": "Errors",
                "device": "Device",
                "place": "Place",
            },
            alt="Sessions of the viewer, the newest first",
        )
        if len(history) == 1000:
            st.caption("The newest 1,000 sessions.")
        st.button("Close", on_click=state.forget, args=("viewer", "viewers"))
