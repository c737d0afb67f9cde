"""The marts over many viewers, in plain Python and by brute force: an oracle on top of oracle.py.

Each public function takes raw events, accepted, refused and unreadable (None) ones in any order,
and a catalogue, whose titles may have `genre` and `released_on`. It returns the rows of one mart:
the tuple of a row's key columns, and a dict of all the others. Dates and minutes are UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from oracle import (
    COUNTERS,
    ENGAGEMENT,
    PLAYBACK,
    Catalogue,
    Derived,
    Engagement,
    Interval,
    Moments,
    Playback,
    RawEvent,
    SessionKey,
    Title,
    bandwidth,
    derive,
    engagement_of,
    grouped,
    outcome,
    plays_of,
    presence_of,
    reject_reason,
    retention_of,
    sessions_of,
    sum_of_reported,
    total,
)

Row = dict[str, Any]
Events = Iterable[RawEvent | None]
SessionDayKey = tuple[str, str, str, date]  # customer, session, title, date

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
DAYPARTS = {  # by UTC hour; evening runs from 22 to 2
    "late_night": range(2, 6),
    "morning": range(6, 10),
    "midday": range(10, 14),
    "afternoon": range(14, 18),
    "prime_time": range(18, 22),
    "evening": (22, 23, 0, 1),
}
QUALITY_KEY = ("isp", "connection_type", "device_type", "device_os", "app_version", "quality")
TIERS = ("High", "Medium", "Low", "Minimal")
QUARTERS = (25, 50, 75, 100)


@dataclass(frozen=True)
class Audience:
    """How viewers are divided into segments (var `audience`)."""

    recent_days: int = 28
    at_risk_days: int = 14
    new_viewer_days: int = 7
    power_active_days: int = 8
    power_watch_hours: Decimal = Decimal(8)
    engaged_active_days: int = 3
    engaged_watch_hours: Decimal = Decimal(1)
    binge_gap_seconds: int = 1800
    binge_title_count: int = 3


AUDIENCE = Audience()


# --- Days ----------------------------------------------------------------------------------------


def parts(interval: Interval) -> dict[date, Decimal]:
    """An interval's seconds, split over the dates that it touches on the clock.

    Whole milliseconds in proportion to the time, rounded down up to the end of each part, so that
    the parts sum to the interval. One that lasts no time belongs to the date of its moment.
    """
    began_at, ended_at = interval.on_clock
    if began_at == ended_at:
        return {began_at.date(): interval.seconds}
    watched, lasts = int(interval.seconds * 1000), Fraction(_seconds(ended_at - began_at))
    found: dict[date, Decimal] = {}
    given = 0
    for day in _dates(began_at.date(), (ended_at - timedelta.resolution).date()):
        part_ended_at = min(datetime.combine(day, time()) + DAY, ended_at)
        cumulated = floor(watched * Fraction(_seconds(part_ended_at - began_at)) / lasts)
        found[day] = Decimal(cumulated - given) / 1000
        given = cumulated
    return found


def session_days(
    events: Events, catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[SessionDayKey, Row]:
    """A row per customer × session × title × date with an event or a part of an interval."""
    return _session_days(derive(events, catalogue, playback))


def _session_days(derived: Derived) -> dict[SessionDayKey, Row]:
    rows: dict[SessionDayKey, Row] = defaultdict(
        lambda: {"watch_seconds": Decimal(0), "play_count": 0, "event_count": 0}
    )
    for event in derived.events:
        rows[*event.session_key, event.event_at.date()]["event_count"] += 1
    for interval in derived.intervals:
        key = interval.event.session_key
        for day, seconds in parts(interval).items():
            rows[*key, day]["watch_seconds"] += seconds
    for play in plays_of(derived.intervals):
        began_at = min(interval.on_clock[0] for interval in play)
        rows[*play[0].event.session_key, began_at.date()]["play_count"] += 1
    return dict(rows)


def the_days(days: Iterable[SessionDayKey]) -> list[date]:
    """Every date from the first to the last with a session day.

    Of a year or more without any, only the first 365 dates are days.
    """
    found = {key[-1] for key in days}
    listed: list[date] = []
    latest = date.min
    for day in _dates(min(found), max(found)) if found else ():
        latest = day if day in found else latest
        if (day - latest).days <= 365:
            listed.append(day)
    return listed


def _rejected_on(
    events: Events, catalogue: Catalogue, unreadable_landed_at: Iterable[datetime]
) -> list[date]:
    """The landing date of every rejected row."""
    refused = [
        raw["landed_at"] for raw in events if raw is not None and reject_reason(raw, catalogue)
    ]
    return [landed_at.date() for landed_at in (*refused, *unreadable_landed_at)]


def _dates(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _daypart(moment: datetime) -> str:
    return next(name for name, hours in DAYPARTS.items() if moment.hour in hours)


# --- title_performance ---------------------------------------------------------------------------


def title_performance(
    events: Events,
    catalogue: Catalogue,
    playback: Playback = PLAYBACK,
    engagement: Engagement = ENGAGEMENT,
) -> dict[tuple[str], Row]:
    """A row per title of the catalogue or the accepted events."""
    derived = derive(events, catalogue, playback)
    viewers = defaultdict(list)
    for (_, title_id), row in engagement_of(derived, catalogue, engagement).items():
        viewers[title_id].append(row)
    sessions = defaultdict(list)
    for (_, _, title_id), row in sessions_of(derived, engagement).items():
        sessions[title_id].append(row)
    buckets = defaultdict(list)
    for (title_id, _), row in sorted(retention_of(derived).items()):
        buckets[title_id].append(row)
    rows = {
        (title_id,): {
            **_title(catalogue.get(title_id, {}), title),
            **_audience_of_title(viewers[title_id], sessions[title_id]),
            **_watch_of_title(viewers[title_id], sessions[title_id], title.duration),
            **_reach_of_title(viewers[title_id], title.duration),
            **_retention_of_title(buckets[title_id]),
        }
        for title_id, title in derived.titles.items()
    }
    return {key: {**row, "retention_rank": _rank(row, rows.values())} for key, row in rows.items()}


def _title(row: Mapping[str, Any], title: Title) -> Row:
    return {
        "title_name": title.title_name,
        **{name: row.get(name) for name in ("title_type", "genre", "released_on")},
        "title_duration_seconds": title.duration,
        "duration_source": title.duration_source,
        "duration_band": _band(title.duration),
    }


def _band(duration: Decimal | None) -> str | None:
    if duration is None:
        return None
    bands = {300: "under_5_min", 1200: "5_to_20_min", 3600: "20_to_60_min"}
    return next((band for limit, band in bands.items() if duration < limit), "over_60_min")


def _audience_of_title(viewers: Sequence[Row], sessions: Sequence[Row]) -> Row:
    scores = [_score(row) for row in viewers]
    completed = sum(row["is_completed"] is True for row in viewers)
    tiers = [row["engagement_tier"] for row in viewers]
    return {
        "viewer_count": len(viewers),
        "watching_viewer_count": sum(row["watch_seconds"] > 0 for row in viewers),
        "session_count": len(sessions),
        "view_count": sum(row["watch_seconds"] > 0 for row in sessions),
        "play_count": sum(row["play_count"] for row in sessions),
        "avg_engagement_score": _ratio(sum(scores), len(scores)),
        "median_engagement_score": _median(scores),
        **{f"{tier.lower()}_tier_viewer_count": tiers.count(tier) for tier in TIERS},
        "completion_count": sum(row["completion_count"] for row in viewers),
        "verified_completion_count": sum(row["verified_completion_count"] or 0 for row in viewers),
        "completed_viewer_count": completed,
        "completion_rate": _ratio(completed, len(viewers)),
    }


def _watch_of_title(
    viewers: Sequence[Row], sessions: Sequence[Row], duration: Decimal | None
) -> Row:
    watch = total(row["watch_seconds"] for row in viewers)
    known = [row for row in viewers if row["unique_watch_seconds"] is not None]
    unique = total(row["unique_watch_seconds"] for row in known)
    watching = sum(row["watch_seconds"] > 0 for row in known)
    views = sum(row["watch_seconds"] > 0 for row in sessions)
    return {
        "covering_viewer_count": watching,
        "covering_view_count": sum(row["view_count"] for row in known),
        "watch_seconds": watch,
        "unplaced_watch_seconds": total(row["unplaced_watch_seconds"] for row in viewers),
        "unique_watch_seconds": unique,
        "watch_hours": _ratio(watch, 3600),
        "avg_view_seconds": _ratio(watch, views),
        "avg_percentage_viewed": _ratio(100 * watch, _times(duration, views)),
        "runtime_views": _ratio(watch, duration),
        "average_minute_audience": _ratio(unique, duration),
        "average_viewer_retention": _ratio(unique, _times(duration, watching)),
    }


def _reach_of_title(viewers: Sequence[Row], duration: Decimal | None) -> Row:
    """How many viewers came to each quarter of the title, and how many saw as much of it."""

    def at_least(percent: int, column: str) -> int | None:
        if duration is None:
            return None
        reached = (row[column] for row in viewers if row[column] is not None)
        return sum(100 * seconds >= percent * duration for seconds in reached)

    reached = {f"reached_{n}_viewer_count": at_least(n, "max_position_seconds") for n in QUARTERS}
    covered = {f"covered_{n}_viewer_count": at_least(n, "unique_watch_seconds") for n in QUARTERS}
    return reached | covered


def _retention_of_title(buckets: Sequence[Row]) -> Row:
    """The bucket that loses most viewers, and the one most seen again: the first of equals."""
    surviving = [row["surviving_viewer_count"] for row in buckets]
    lost = [before - after for before, after in pairwise(surviving)]
    again = [row["watch_seconds"] - row["unique_watch_seconds"] for row in buckets]
    drop, rewatched = _first_greatest(lost), _first_greatest(again)
    return {
        "largest_drop_off": None if drop is None else lost[drop] / buckets[0]["viewer_count"],
        "largest_drop_off_bucket": drop,
        "most_rewatched_bucket": rewatched,
        "most_rewatched_ratio": None if rewatched is None else buckets[rewatched]["rewatch_ratio"],
    }


def _first_greatest(values: Sequence[Any]) -> int | None:
    """Where the greatest value stands first; None if none is above zero."""
    greatest = max(values, default=0)
    return list(values).index(greatest) if greatest > 0 else None


def _rank(row: Row, rows: Iterable[Row]) -> float | None:
    """The percent rank of a title's retention within its duration band."""
    if row["average_viewer_retention"] is None:
        return None
    retentions = [
        round(other["average_viewer_retention"], 9)
        for other in rows
        if other["duration_band"] == row["duration_band"]
        and other["average_viewer_retention"] is not None
    ]
    own = round(row["average_viewer_retention"], 9)
    return _ratio(sum(other < own for other in retentions), len(retentions) - 1)


# --- viewer_segments -----------------------------------------------------------------------------


def viewer_segments(
    events: Events,
    catalogue: Catalogue,
    playback: Playback = PLAYBACK,
    engagement: Engagement = ENGAGEMENT,
    audience: Audience = AUDIENCE,
) -> dict[tuple[str], Row]:
    """A row per customer with an accepted event."""
    derived = derive(events, catalogue, playback)
    by_key = _session_days(derived)
    as_of = max((key[-1] for key in by_key), default=date.min)
    days = _by_customer(by_key)
    titles = _by_customer(engagement_of(derived, catalogue, engagement))
    sessions = _by_customer(sessions_of(derived, engagement))
    plays = grouped(derived.intervals, lambda interval: interval.event.customer_id)
    present = presence_of(derived)
    rows: dict[tuple[str], Row] = {}
    for customer_id in titles:
        row = {
            **_times_of_viewer(titles[customer_id], as_of),
            **_watch_of_viewer(titles[customer_id], sessions[customer_id]),
            **_days_of_viewer(days[customer_id], as_of, audience),
            **_visits(sessions[customer_id], audience),
            **_preferences(sessions[customer_id].values(), plays.get(customer_id, [])),
            **_streams(plays.get(customer_id, []), present.get(customer_id, [])),
        }
        rows[(customer_id,)] = {**row, "segment": _segment(row, as_of, audience)}
    return rows


def _by_customer(rows: Mapping[tuple[Any, ...], Row]) -> dict[str, dict[tuple[Any, ...], Row]]:
    """The rows of a mart whose key begins with the customer, by customer."""
    found: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)
    for key, row in rows.items():
        found[key[0]][key] = row
    return found


def _times_of_viewer(titles: Mapping[Any, Row], as_of: date) -> Row:
    first_watched_at = min(row["first_watched_at"] for row in titles.values())
    last_watched_at = max(row["last_watched_at"] for row in titles.values())
    return {
        "first_watched_at": first_watched_at,
        "last_watched_at": last_watched_at,
        "days_since_first_watched": (as_of - first_watched_at.date()).days,
        "days_since_last_watched": max((as_of - last_watched_at.date()).days, 0),
    }


def _watch_of_viewer(titles: Mapping[Any, Row], sessions: Mapping[SessionKey, Row]) -> Row:
    watch = total(row["watch_seconds"] for row in titles.values())
    completed = sum(row["is_completed"] is True for row in titles.values())
    unique = sum_of_reported(row["unique_watch_seconds"] for row in titles.values())
    return {
        "title_count": len(titles),
        "session_count": len({session_id for _, session_id, _ in sessions}),
        "completed_title_count": completed,
        "completion_rate": _ratio(completed, len(titles)),
        "watch_seconds": watch,
        "watch_hours": _ratio(watch, 3600),
        "unique_watch_seconds": Decimal(0) if unique is None else unique,
        "avg_engagement_score": _ratio(sum(_score(row) for row in titles.values()), len(titles)),
    }


def _days_of_viewer(days: Mapping[SessionDayKey, Row], as_of: date, audience: Audience) -> Row:
    """Dates with an event, and the session days of the last `recent_days` dates."""
    recent = {
        key: row for key, row in days.items() if (as_of - key[-1]).days < audience.recent_days
    }
    return {
        "active_days": len({key[-1] for key, row in days.items() if row["event_count"] > 0}),
        "recent_active_days": len({key[-1] for key in recent}),
        "recent_watch_seconds": total(row["watch_seconds"] for row in recent.values()),
    }


def _visits(sessions: Mapping[SessionKey, Row], audience: Audience) -> Row:
    """Visits, sessions with watch time that follow each other closely, and how many are binges."""
    gap = timedelta(seconds=audience.binge_gap_seconds)
    visits: list[set[str]] = []  # the titles of each
    latest_end = datetime.min
    watched = [(key, row) for key, row in sessions.items() if row["watch_seconds"] > 0]
    for (_, _, title_id), row in sorted(watched, key=lambda item: item[1]["started_at"]):
        if not visits or row["started_at"] - latest_end > gap:
            visits.append(set())
        visits[-1].add(title_id)
        latest_end = max(latest_end, row["ended_at"])
    return {
        "visit_count": len(visits),
        "binge_visit_count": sum(len(titles) >= audience.binge_title_count for titles in visits),
    }


def _preferences(sessions: Iterable[Row], plays: Iterable[Interval]) -> Row:
    devices = ((session["device_type"], session["watch_seconds"]) for session in sessions)
    dayparts = ((_daypart(play.on_clock[0]), play.seconds) for play in plays)
    return {
        "preferred_device_type": _preferred(devices),
        "preferred_daypart": _preferred(dayparts),
    }


def _preferred(weights: Iterable[tuple[str | None, Decimal]]) -> str | None:
    """The name with most weight, the first by name of equals; None is no name."""
    weight_of: dict[str, Decimal] = defaultdict(Decimal)
    for name, weight in weights:
        if name is not None:
            weight_of[name] += weight
    return min(weight_of, key=lambda name: (-weight_of[name], name), default=None)


def _streams(plays: Sequence[Interval], present: Sequence[Moments]) -> Row:
    """What a viewer played at the same time: on several devices, say."""
    on_clock = [play.on_clock for play in plays]
    played = sum((ended_at - began_at for began_at, ended_at in on_clock), timedelta())
    was_there = sum((ended_at - began_at for began_at, ended_at in present), timedelta())
    starts = [began_at for began_at, _ in on_clock]
    return {
        "simultaneous_stream_seconds": _seconds(played - was_there),
        "peak_simultaneous_streams": max((_containing(on_clock, at) for at in starts), default=0),
    }


def _segment(row: Row, as_of: date, audience: Audience) -> str:
    active_days, watched = row["recent_active_days"], row["recent_watch_seconds"]
    if row["days_since_last_watched"] > audience.at_risk_days:
        return "at_risk"
    if (as_of - row["first_watched_at"].date()).days < audience.new_viewer_days:
        return "new"
    for name in ("power", "engaged"):
        enough_days = getattr(audience, f"{name}_active_days")
        enough_hours = getattr(audience, f"{name}_watch_hours")
        if active_days >= enough_days and watched >= 3600 * enough_hours:
            return name
    return "casual"


# --- viewing_concurrency -------------------------------------------------------------------------


def viewing_concurrency(
    events: Events, catalogue: Catalogue, playback: Playback = PLAYBACK
) -> dict[tuple[datetime], Row]:
    """A row per minute of the days, zeros included."""
    derived = derive(events, catalogue, playback)
    return _concurrency(derived, the_days(_session_days(derived)))


def _concurrency(derived: Derived, days: Iterable[date]) -> dict[tuple[datetime], Row]:
    plays = _by_minute(interval.on_clock for interval in derived.intervals)
    viewers = _by_minute(island for found in presence_of(derived).values() for island in found)
    minutes = [datetime.combine(day, time()) + n * MINUTE for day in days for n in range(24 * 60)]
    return {(at,): _minute(at, plays.get(at, []), viewers.get(at, [])) for at in minutes}


def _by_minute(stretches: Iterable[Moments]) -> dict[datetime, list[Moments]]:
    """The stretches of time that touch each minute."""
    found: dict[datetime, list[Moments]] = defaultdict(list)
    for began_at, ended_at in stretches:
        minute_at = began_at.replace(second=0, microsecond=0)
        while minute_at < ended_at:
            found[minute_at].append((began_at, ended_at))
            minute_at += MINUTE
    return found


def _minute(minute_at: datetime, plays: Sequence[Moments], viewers: Sequence[Moments]) -> Row:
    """One minute, given all that touches it: counts can only change where something ends."""
    ended_at = minute_at + MINUTE
    ends = {end for stretch in (*plays, *viewers) for end in stretch if minute_at < end < ended_at}
    counts = [(_containing(plays, at), _containing(viewers, at)) for at in (minute_at, *ends)]
    played, present = _within(plays, minute_at, ended_at), _within(viewers, minute_at, ended_at)
    return {
        "daypart": _daypart(minute_at),
        "played_seconds": played,
        "viewer_seconds": present,
        "average_concurrent_plays": _ratio(played, 60),
        "average_concurrent_viewers": _ratio(present, 60),
        "simultaneous_streams": _ratio(played - present, 60),
        "peak_concurrent_plays": max(playing for playing, _ in counts),
        "peak_concurrent_viewers": max(viewing for _, viewing in counts),
        "peak_simultaneous_streams": max(playing - viewing for playing, viewing in counts),
    }


def _containing(stretches: Iterable[Moments], instant: datetime) -> int:
    return sum(began_at <= instant < ended_at for began_at, ended_at in stretches)


def _within(stretches: Iterable[Moments], start: datetime, end: datetime) -> Decimal:
    """The seconds of some stretches within [start, end), all of which they touch."""
    overlaps = (min(end, ended_at) - max(start, began_at) for began_at, ended_at in stretches)
    return _seconds(sum(overlaps, timedelta()))


# --- playback_quality ----------------------------------------------------------------------------


def playback_quality(
    events: Events,
    catalogue: Catalogue,
    playback: Playback = PLAYBACK,
    engagement: Engagement = ENGAGEMENT,
) -> dict[tuple[Any, ...], Row]:
    """A row per date × ISP × connection × device type × OS × app version × quality."""
    derived = derive(events, catalogue, playback)
    sessions = sessions_of(derived, engagement)
    opened = {event.session_key for event in derived.events if event.is_opening}
    plays = grouped(derived.intervals, lambda interval: interval.event.session_key)
    rows: dict[tuple[Any, ...], Row] = {}
    for key, members in grouped(sessions, lambda member: _quality_key(sessions[member])).items():
        row = {
            **_counted(
                [{**_own(sessions[member]), "is_opened": member in opened} for member in members]
            ),
            **bandwidth([play for member in members for play in plays.get(member, [])]),
        }
        rows[key] = {**row, **_quality_ratios(row)}
    watched: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)  # in any quality
    for key, row in rows.items():
        watched[key[:-1]] += row["watch_seconds"]
    for key, row in rows.items():
        row["watch_time_share"] = _ratio(row["watch_seconds"], watched[key[:-1]])
    return rows


def _quality_key(session: Row) -> tuple[Any, ...]:
    return session["started_at"].date(), *(session[name] for name in QUALITY_KEY)


def _own(session: Row) -> Row:
    """A session row with what it adds to the counters in place of what they reached."""
    return {**session, **{name: session[f"own_{name}"] for name in COUNTERS}}


def _counted(sessions: Sequence[Row]) -> Row:
    """What adds up over session rows, whose counters are growths."""
    rated = [
        row
        for row in sessions
        if row["buffering_seconds"] is not None or row["error_count"] is not None
    ]
    return {
        "session_count": len(sessions),
        "play_count": sum(row["play_count"] for row in sessions),
        "watch_seconds": total(row["watch_seconds"] for row in sessions),
        **{name: sum_of_reported(row[name] for row in sessions) for name in COUNTERS},
        "buffering_reported_watch_seconds": _watched_where(sessions, "buffering_seconds"),
        "buffering_events_reported_watch_seconds": _watched_where(
            sessions, "buffering_event_count"
        ),
        "error_reported_session_count": sum(row["error_count"] is not None for row in sessions),
        "error_session_count": sum((row["error_count"] or 0) > 0 for row in sessions),
        "rated_session_count": len(rated),
        "good_session_count": sum(_is_good(row) for row in rated),
        **_started(sessions),
    }


def _watched_where(sessions: Iterable[Row], reported: str) -> Decimal:
    return total(row["watch_seconds"] for row in sessions if row[reported] is not None)


def _started(sessions: Sequence[Row]) -> Row:
    """How sessions began, and whether they did."""
    startups = [row["startup_seconds"] for row in sessions if row["startup_seconds"] is not None]
    return {
        "opened_session_count": sum(row["is_opened"] for row in sessions),
        "startup_reported_session_count": len(startups),
        "startup_seconds": sum_of_reported(startups),
        "exit_before_start_session_count": sum(row["is_exit_before_start"] for row in sessions),
        "start_failure_session_count": sum(row["is_start_failure"] for row in sessions),
    }


def _is_good(session: Row) -> bool:
    """No error, and less than 1 % of the time spent buffering."""
    errors, buffering = session["error_count"] or 0, session["buffering_seconds"] or 0
    is_smooth = buffering == 0 or 100 * buffering < buffering + session["watch_seconds"]
    return errors == 0 and is_smooth


def _quality_ratios(row: Row) -> Row:
    buffering, watched = row["buffering_seconds"], row["buffering_reported_watch_seconds"]
    spent = None if buffering is None else buffering + watched
    interruptions = row["buffering_event_count"]
    a_minute = None if interruptions is None else 60 * interruptions
    opened = row["opened_session_count"]
    return {
        "rebuffer_ratio": _ratio(buffering, spent),
        "rebuffer_frequency": _ratio(a_minute, row["buffering_events_reported_watch_seconds"]),
        "avg_startup_seconds": _ratio(
            row["startup_seconds"], row["startup_reported_session_count"]
        ),
        "exit_before_start_rate": _ratio(row["exit_before_start_session_count"], opened),
        "start_failure_rate": _ratio(row["start_failure_session_count"], opened),
        "error_rate": _ratio(row["error_session_count"], row["error_reported_session_count"]),
        "good_session_ratio": _ratio(row["good_session_count"], row["rated_session_count"]),
        "time_weighted_bandwidth_mbps": _ratio(
            row["bandwidth_megabits"], row["bandwidth_watch_seconds"]
        ),
    }


# --- daily_viewing -------------------------------------------------------------------------------


def daily_viewing(
    events: Events,
    catalogue: Catalogue,
    unreadable_landed_at: Iterable[datetime] = (),
    playback: Playback = PLAYBACK,
) -> dict[tuple[date], Row]:
    """A row per day.

    `unreadable_landed_at` are the landing hours of the unreadable lines: rejected rows, like the
    events that `reject_reason` refuses.
    """
    listed = list(events)
    derived = derive(listed, catalogue, playback)
    rejected_on = _rejected_on(listed, catalogue, unreadable_landed_at)
    by_key = _session_days(derived)
    days = the_days(by_key)
    minutes: dict[date, list[Row]] = defaultdict(list)
    for (minute_at,), row in _concurrency(derived, days).items():
        minutes[minute_at.date()].append(row)
    active: dict[date, set[str]] = defaultdict(set)
    for customer_id, _, _, day in by_key:
        active[day].add(customer_id)
    return {
        (day,): {
            **_active_on(day, active),
            **_sessions_on(day, by_key),
            **_played_on(minutes[day]),
            "rejected_row_count": rejected_on.count(day),
        }
        for day in days
    }


def _active_on(day: date, active: Mapping[date, set[str]]) -> Row:
    """Who was active on a day, in the week and the four weeks that end with it, and before it."""
    today = active.get(day, set())
    week, four_weeks = (
        set().union(*(active.get(day - n * DAY, ()) for n in range(length))) for length in (7, 28)
    )
    before = set().union(*(others for other, others in active.items() if other < day))
    return {
        "active_viewer_count": len(today),
        "active_viewer_count_7d": len(week),
        "active_viewer_count_28d": len(four_weeks),
        "stickiness": _ratio(len(today), len(four_weeks)),
        "new_viewer_count": len(today - before),
        "returning_viewer_count": len(today & before),
    }


def _sessions_on(day: date, days: Mapping[SessionDayKey, Row]) -> Row:
    rows = [row for key, row in days.items() if key[-1] == day]
    watch = total(row["watch_seconds"] for row in rows)
    return {
        "session_count": len(rows),
        "play_count": sum(row["play_count"] for row in rows),
        "watch_seconds": watch,
        "watch_hours": _ratio(watch, 3600),
    }


def _played_on(minutes: Sequence[Row]) -> Row:
    """Concurrency over the minutes of a day, and of its parts."""
    row = {
        "played_seconds": total(minute["played_seconds"] for minute in minutes),
        "peak_concurrent_plays": max(minute["peak_concurrent_plays"] for minute in minutes),
        "peak_concurrent_viewers": max(minute["peak_concurrent_viewers"] for minute in minutes),
    }
    for daypart in DAYPARTS:
        own = [minute for minute in minutes if minute["daypart"] == daypart]
        row[f"{daypart}_played_seconds"] = total(minute["played_seconds"] for minute in own)
        row[f"{daypart}_peak_concurrent_plays"] = max(
            minute["peak_concurrent_plays"] for minute in own
        )
    return row


# --- daily_intake --------------------------------------------------------------------------------


def daily_intake(
    events: Events, catalogue: Catalogue, unreadable_landed_at: Iterable[datetime] = ()
) -> dict[tuple[date, str], Row]:
    """A row per landing date × outcome; `unreadable_landed_at` as for `daily_viewing`."""
    landed = [(raw["landed_at"], outcome(raw, catalogue)) for raw in events if raw is not None]
    landed += [(landed_at, "unparseable") for landed_at in unreadable_landed_at]
    by_key = grouped(landed, lambda row: (row[0].date(), row[1]))
    return {
        key: {"row_count": len(rows), "last_landed_at": max(landed_at for landed_at, _ in rows)}
        for key, rows in by_key.items()
    }


# --- Small helpers -------------------------------------------------------------------------------


def _ratio(value: Decimal | Fraction | int | None, by: Decimal | int | None) -> float | None:
    """A quotient, exact until it becomes a float; None where it is not known or by nothing."""
    return None if value is None or not by else float(Fraction(value) / Fraction(by))


def _times(duration: Decimal | None, count: int) -> Decimal | None:
    return None if duration is None else duration * count


def _score(row: Row) -> Fraction:
    """A row's engagement score, rounded to 9 decimals."""
    return round(Fraction(row["engagement_score"]), 9)


def _median(values: Sequence[Fraction]) -> float | None:
    """The middle value; of an even number, the mean of the middle two."""
    ordered = sorted(values)
    middle = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1]
    return _ratio(sum(middle), len(middle))


def _seconds(lasting: timedelta) -> Decimal:
    return Decimal(lasting // timedelta.resolution) / 1_000_000
