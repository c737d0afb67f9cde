"""Data quality: what was rejected and why, how watch time is known, how fresh it all is."""

import altair as alt
import cards
import charts
import filters
import glossary
import marts
import pandas as pd
import periods
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
LANDED = (
    "select min(landed_on) as first, max(landed_on) as last from marts.daily_intake where {where}"
)
BY_DAY = """
    select date_trunc('{unit}', landed_on) as moment,
        cast(sum(row_count) filter (where outcome not in ('accepted', 'ignored')) as double)
            / sum(row_count) as share
    from marts.daily_intake where landed_on is not null and {where}
    group by moment order by moment
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
    select date_trunc('{unit}', started_at) as moment,
        cast(sum(inferred_watch_seconds) / nullif(sum(watch_seconds), 0) as double) as share
    from marts.viewing_sessions where {where} group by moment order by moment
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


def of(some: filters.Filters) -> dict[str, float | None]:
    """What came of the rows and of the sessions: counts, and shares where there is a whole."""
    landed, began = some.where(time="landed_on"), some.where(time="started_at")
    intake = marts.ask_one(INTAKE.format(where=landed), **some.parameters).to_dict()
    sessions = marts.ask_one(SESSIONS.format(where=began), **some.parameters).to_dict()
    rows, counted = intake["landed"], sessions["sessions"]
    rejected = rows - intake["accepted"] - intake["ignored"]
    counts = {"accepted": intake["accepted"], "ignored": intake["ignored"], "rejected": rejected}
    return {
        **sessions,
        "rows_landed": rows,
        "last_landed": intake["last_landed"],
        "rows": counts,
        **{name: count / rows if rows else None for name, count in counts.items()},
        "uncredited": sessions["uncredited"] / counted if counted else None,
        "sessions": counted,
    }


now = of(picked)
before = of(picked.before) if picked.before else {}
if now["rows_landed"] and not now["rows"]["accepted"]:
    st.warning(
        f"None of these {now['rows_landed']:,} rows was accepted: the reasons are below. Mostly a "
        "source's own names for columns or events are not mapped yet: "
        "`make check DATA=path/to/events` proposes the mapping.",
        icon=":material/warning:",
    )
processed_at = marts.ask_one(PROCESSED).processed_at
unknown = marts.ask_one(
    UNKNOWN.format(where=picked.where(time="last_watched_at")), **picked.parameters
)
more = {
    **{name: f"{count:,} rows." for name, count in now["rows"].items()},
    "unplaced": f"So it is not known what {unknown.pairs:,} viewers × titles saw.",
}
place = charts.cards(4, 3, 3)
for key in ("rows_landed", "accepted", "ignored", "rejected", "inferred", "unplaced", "uncredited"):
    earlier = before.get(key)
    cards.card(next(place), key, now[key], earlier, picked.against, more=more.get(key, ""))
times = {
    "last_event": now["last_event"],
    "last_landed": now["last_landed"],
    "marts_built": processed_at,
}
for key, time in times.items():
    known = pd.notna(time)
    next(place).metric(
        glossary.name(key),
        f"{time:%-d %b, %H:%M}" if known else "not known",
        help=f"{glossary.meaning(key)} {f'{time:%Y-%m-%d %H:%M}' if known else ''}".strip(),
        border=True,
    )
if pd.notna(now["last_event"]) and pd.notna(processed_at):
    age = (processed_at - now["last_event"]).total_seconds() / 3600
    says = f"{age:,.0f} hours" if age < 72 else f"{age / 24:,.0f} days"
    st.caption(f"When the marts were built, the last of these events was {says} old.")

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.header("Rejected, by reason", anchor=False)
    reasons = marts.ask(REASONS.format(where=landed), **picked.parameters)
    if not reasons.empty:
        charts.draw(
            charts.ranking(reasons, "row_count", "Rows rejected", colour=charts.PINK),
            "Rows rejected by reason",
        )
        st.caption("Their text is in the build file: staging.stg_telemetry__rejected_events.")
    elif now["rows_landed"]:
        charts.nothing("No row was rejected.")
    else:
        charts.nothing(
            "No row is known to have landed on these dates. Files outside the lake layout have no "
            "landing date: their rows are counted when all dates are picked."
        )
with right, st.container(border=True, height="stretch"):
    st.header("Rejected, by landing date", anchor=False)
    days = marts.ask(LANDED.format(where=landed), **picked.parameters).iloc[0]
    landed_unit = "day" if pd.isna(days["first"]) else periods.unit(days["first"], days["last"])
    by_day = marts.ask(
        BY_DAY.format(unit=landed_unit.replace("hour", "day"), where=landed), **picked.parameters
    )
    if by_day.empty:
        charts.nothing(
            "Nobody knows when these rows landed: their files are not in the lake layout "
            "(`year=/month=/day=/hour=`)."
        )
    else:
        charts.draw(
            charts.trend(
                by_day.fillna({"share": 0}),
                "share",
                "Rows rejected (%)",
                None,
                landed_unit.replace("hour", "day"),
                form=".2%",
                colour=charts.PINK,
                x_title="Landed on (UTC)",
            ),
            "Share of rows rejected by landing date",
        )

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.header("How watch time is known", anchor=False)
    unit = picked.unit.replace("hour", "day") if picked.calendar else "day"
    inferred = marts.ask(INFERRED_BY_DAY.format(unit=unit, where=began), **picked.parameters)
    if inferred.share.isna().all():
        charts.nothing("No watch time in these dates.")
    else:
        evidence = pd.DataFrame(
            [
                ("observed or stated", now["observed"]),
                ("inferred", now["inferred"]),
                ("stated, place unknown", now["unplaced"]),
            ],
            columns=["name", "share"],
        )
        charts.draw(
            charts.ranking(evidence, "share", "Watch time (%)", form=".1%"),
            "Share of watch time by evidence",
        )
        charts.draw(
            charts.trend(
                inferred,
                "share",
                "Watch time inferred (%)",
                picked.shown,
                unit,
                form=".1%",
                colour=charts.INDIGO,
                x_title="Session began on (UTC)",
            ),
            "Share of watch time inferred by day",
        )
with right, st.container(border=True, height="stretch"):
    st.header("Rows in doubt", anchor=False)
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
            "Column data_quality_flag of those last watched in these dates; the first doubt counts."
        )

left, right = st.columns(2)
with left, st.container(border=True, height="stretch"):
    st.header("What the player reports", anchor=False)
    counts = ", ".join(f'count({c}) / nullif(count(*), 0) as "{n}"' for c, n in OPTIONAL.items())
    reported = marts.ask(REPORTED.format(counts=counts, where=began), **picked.parameters)
    reported = reported.melt(var_name="name", value_name="share").fillna({"share": 0})
    if not now["sessions"]:
        charts.nothing("No session began in these dates.")
    else:
        charts.draw(
            charts.ranking(
                reported,
                "share",
                "Sessions × titles that report it (%)",
                form=".0%",
                colour=charts.TEAL,
            ),
            "Share of sessions that report each optional column",
        )
with right, st.container(border=True, height="stretch"):
    st.header("Where durations come from", anchor=False)
    durations = marts.ask(DURATIONS)
    if durations.empty:
        charts.nothing("There is no title yet.")
    else:
        charts.draw(
            charts.ranking(durations, "titles", "Titles", colour=charts.VIOLET),
            "Titles by where their duration comes from",
        )
        st.caption("Catalogue; inferred from telemetry; or unknown, as of a live stream.")
