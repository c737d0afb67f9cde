"""Data quality: what was rejected and why, how watch time is known, how fresh it all is."""

import altair as alt
import charts
import filters
import marts
import pandas as pd
import streamlit as st

INTAKE = """
    select cast(coalesce(sum(row_count), 0) as bigint) as landed,
        cast(coalesce(sum(row_count) filter (where outcome = 'accepted'), 0) as bigint)
            as accepted,
        cast(coalesce(sum(row_count) filter (where outcome = 'ignored'), 0) as bigint) as ignored,
        max(last_landed_at) as last_landed
    from marts.daily_intake where {where}
"""
REASONS = """
    select replace(outcome, '_', ' ') as name, cast(sum(row_count) as bigint) as row_count
    from marts.daily_intake where outcome not in ('accepted', 'ignored') and {where}
    group by outcome order by row_count desc, name
"""
BY_DAY = """
    select landed_on as day,
        cast(sum(row_count) filter (where outcome not in ('accepted', 'ignored')) as double)
            / sum(row_count) as share
    from marts.daily_intake where landed_on is not null and {where} group by day order by day
"""
# Unplaced time is stated, and so a part of what is observed.
SESSIONS = """
    select count(*) as sessions,
        cast(sum(observed_watch_seconds - unplaced_watch_seconds)
            / nullif(sum(watch_seconds), 0) as double) as observed,
        cast(sum(inferred_watch_seconds) / nullif(sum(watch_seconds), 0) as double) as inferred,
        cast(sum(unplaced_watch_seconds) / nullif(sum(watch_seconds), 0) as double) as unplaced,
        count(*) filter (where has_uncredited_report) as uncredited,
        max(ended_at) as last_event
    from marts.viewing_sessions where {where}
"""
INFERRED_BY_DAY = """
    select cast(started_at as date) as day,
        cast(sum(inferred_watch_seconds) / nullif(sum(watch_seconds), 0) as double) as share
    from marts.viewing_sessions where {where} group by day order by day
"""
FLAGS = """
    select replace(data_quality_flag, '_', ' ') as name, count(*) as row_count,
        count(*) / (select count(*) from marts.viewer_title_engagement where {where}) as share
    from marts.viewer_title_engagement where data_quality_flag <> 'ok' and {where}
    group by data_quality_flag order by row_count desc, name
"""
UNKNOWN = """
    select count(*) as pairs from marts.viewer_title_engagement
    where unique_watch_seconds is null and {where}
"""
PROCESSED = "select max(processed_at) as processed_at from marts.viewer_title_engagement"
DURATIONS = """
    select coalesce(duration_source, 'unknown') as name, count(*) as titles
    from marts.title_performance group by all order by titles desc, name
"""
OPTIONAL = {
    "device_type": "device type",
    "device_os": "device OS",
    "app_version": "app version",
    "quality": "picture quality",
    "connection_type": "connection",
    "isp": "ISP",
    "country": "country",
    "buffering_seconds": "buffering",
    "error_count": "errors",
    "startup_seconds": "start-up time",
}
REPORTED = "select {counts} from marts.viewing_sessions where {where}"

picked = filters.pick(days=True)
charts.heading(
    "Data quality", "How far can these figures be trusted, and how fresh are they?", picked.says
)
landed = picked.where(time="landed_on")
began = picked.where(time="started_at")
intake = marts.ask_one(INTAKE.format(where=landed), **picked.parameters)
sessions = marts.ask_one(SESSIONS.format(where=began), **picked.parameters)
processed_at = marts.ask_one(PROCESSED).processed_at

place = charts.cards(4, 3, 3)
box = {"border": True}
next(place).metric("Rows landed", f"{intake.landed:,}", **box)
rejected = intake.landed - intake.accepted - intake.ignored
for label, rows, how in (
    ("Accepted", intake.accepted, "They are events, repeats included."),
    ("Ignored", intake.ignored, "Known and of no interest, as a change of volume."),
    ("Rejected", rejected, "They are no events."),
):
    share = rows / intake.landed if intake.landed else None
    next(place).metric(label, charts.figure(share, ".2%"), help=f"{rows:,} rows. {how}", **box)
next(place).metric(
    "Watch time inferred",
    charts.figure(sessions.inferred, ".1%"),
    help="Neither between two observed events nor stated by the source: a lost close, a seek, a "
    "switch of title.",
    **box,
)
unknown = marts.ask_one(
    UNKNOWN.format(where=picked.where(time="last_watched_at")), **picked.parameters
)
next(place).metric(
    "Watch time unplaced",
    charts.figure(sessions.unplaced, ".1%"),
    help="Nobody knows which parts of the title it was of. So it is not known what "
    f"{unknown.pairs:,} viewers × titles saw, nor whether they finished.",
    **box,
)
uncredited = sessions.uncredited / sessions.sessions if sessions.sessions else None
next(place).metric(
    "Reports exceed credit",
    charts.figure(uncredited, ".2%"),
    help=f"{sessions.uncredited:,} sessions whose player counts more watch time than is credited, "
    "by a duration or more: a clip that loops without a word, or two players in one session.",
    **box,
)
for label, time, how in (
    ("Last event", sessions.last_event, "By the players' clocks, UTC."),
    ("Last landed", intake.last_landed, "The hour of arrival, UTC, in the lake's layout."),
    ("Marts built", processed_at, "When dbt last ran, UTC."),
):
    known = pd.notna(time)
    says = f"{time:%-d %b, %H:%M}" if known else "not known"
    next(place).metric(label, says, help=f"{how} {time:%Y-%m-%d %H:%M}" if known else how, **box)
if pd.notna(sessions.last_event) and pd.notna(processed_at):
    age = (processed_at - sessions.last_event).total_seconds() / 3600
    says = f"{age:,.0f} hours" if age < 72 else f"{age / 24:,.0f} days"
    st.caption(f"When the marts were built, the last of these events was {says} old.")

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.subheader("Rejected, by reason", anchor=False)
    reasons = marts.ask(REASONS.format(where=landed), **picked.parameters)
    if not reasons.empty:
        charts.draw(
            charts.ranking(reasons, "row_count", "Rows rejected", colour=charts.PINK),
            "Rows rejected by reason",
        )
        st.caption("Their text is in the build file, `staging.stg_telemetry__rejected_events`.")
    elif intake.landed:
        charts.nothing("No row was rejected.")
    else:
        charts.nothing(
            "No row is known to have landed on these dates. Files outside the lake layout have no "
            "landing date: their rows are counted when all dates are picked."
        )
with right, st.container(border=True, height="stretch"):
    st.subheader("Rejected, by landing date", anchor=False)
    by_day = marts.ask(BY_DAY.format(where=landed), **picked.parameters)
    if by_day.empty:
        charts.nothing(
            "Nobody knows when these rows landed: their files are not in the lake layout "
            "(`year=/month=/day=/hour=`)."
        )
    else:
        charts.draw(
            charts.by_day(
                by_day.fillna({"share": 0}),
                "share",
                "Rows rejected (%)",
                form=".2%",
                colour=charts.PINK,
                x_title="Landed on (UTC)",
            ),
            "Share of rows rejected by landing date",
        )

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.subheader("How watch time is known", anchor=False)
    inferred = marts.ask(INFERRED_BY_DAY.format(where=began), **picked.parameters)
    if inferred.share.isna().all():
        charts.nothing("No watch time in these dates.")
    else:
        evidence = pd.DataFrame(
            [
                ("observed or stated", sessions.observed),
                ("inferred", sessions.inferred),
                ("stated, place unknown", sessions.unplaced),
            ],
            columns=["name", "share"],
        )
        charts.draw(
            charts.ranking(evidence, "share", "Watch time (%)", form=".1%"),
            "Share of watch time by evidence",
        )
        charts.draw(
            charts.by_day(
                inferred,
                "share",
                "Watch time inferred (%)",
                form=".1%",
                colour=charts.INDIGO,
                x_title="Session began on (UTC)",
            ),
            "Share of watch time inferred by day",
        )
with right, st.container(border=True, height="stretch"):
    st.subheader("Rows in doubt", anchor=False)
    flags = marts.ask(FLAGS.format(where=picked.where(time="last_watched_at")), **picked.parameters)
    if flags.empty:
        charts.nothing("No viewer × title is flagged.")
    else:
        charts.draw(
            charts.ranking(
                flags,
                "share",
                "Viewers × titles (%)",
                form=".2%",
                colour=charts.AMBER,
                tooltip=["name:N", alt.Tooltip("row_count:Q", title="Rows", format=",.0f")],
            ),
            "Viewers × titles by data quality flag",
        )
        st.caption(
            "`data_quality_flag` of those last watched in these dates; the first doubt counts."
        )

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.subheader("What the player reports", anchor=False)
    counts = ", ".join(f'count({c}) / nullif(count(*), 0) as "{n}"' for c, n in OPTIONAL.items())
    reported = marts.ask(REPORTED.format(counts=counts, where=began), **picked.parameters)
    reported = reported.melt(var_name="name", value_name="share").fillna({"share": 0})
    if not sessions.sessions:
        charts.nothing("No session began in these dates.")
    else:
        charts.draw(
            charts.ranking(
                reported, "share", "Sessions that report it (%)", form=".0%", colour=charts.TEAL
            ),
            "Share of sessions that report each optional column",
        )
with right, st.container(border=True, height="stretch"):
    st.subheader("Where durations come from", anchor=False)
    durations = marts.ask(DURATIONS)
    if durations.empty:
        charts.nothing("There is no title yet.")
    else:
        charts.draw(
            charts.ranking(durations, "titles", "Titles", colour=charts.VIOLET),
            "Titles by where their duration comes from",
        )
        st.caption("Catalogue; inferred from telemetry; or unknown, as of a live stream.")
