"""Viewers: which segments there are, and what sets them apart."""

import altair as alt
import charts
import filters
import marts
import streamlit as st

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
    st.subheader(title, anchor=False)
    if rows.empty:
        charts.nothing(missing)
        return
    rows = rows.replace({"segment": charts.SEGMENTS, "preference": names})
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
                sort=list(names.values()),
                scale=alt.Scale(range=colours),
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
    charts.nothing("No viewer watches mostly on these devices. Clear the filter to see all.")
    st.stop()

place = charts.cards(4)
box = {"border": True}
next(place).metric("Viewers", f"{totals.viewers:,.0f}", **box)
next(place).metric("Power or engaged", f"{totals.loyal:.0%}", **box)
next(place).metric(
    "Binge", f"{totals.binging:.0%}", help="At least one visit of several titles.", **box
)
next(place).metric(
    "Several screens",
    f"{totals.several_screens:.1%}",
    help="At some instant two streams or more of one viewer.",
    **box,
)
if picked.devices:
    st.caption("Viewers who watch most on the devices picked.")

left, right = st.columns([2, 3])
with left, st.container(border=True, height="stretch"):
    st.subheader("Segments", anchor=False)
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
    st.subheader("What sets them apart", anchor=False)
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
