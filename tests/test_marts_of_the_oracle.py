"""The tests of oracle_marts.py: cases worked out by hand, a mart at a time, then laws."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import (
    title_retention,
    viewer_presence,
    viewer_title_engagement,
    viewing_sessions,
    watch_intervals,
)
from oracle_marts import (
    COUNTERS,
    daily_intake,
    daily_viewing,
    parts,
    playback_quality,
    session_days,
    title_performance,
    viewer_segments,
    viewing_concurrency,
)
from strategies import CATALOGUE, hostile_viewer, rejected_event, shifted

TITLES: dict[str, dict[str, Any]] = {
    "film": {
        "title_name": "Film",
        "title_type": "movie",
        "genre": "drama",
        "released_on": date(2023, 5, 1),
        "duration_seconds": Decimal(300),
    },
    "clip": {"title_name": "Clip", "title_type": "short", "duration_seconds": Decimal(60)},
    "loop": {"title_name": "Loop", "title_type": "short", "duration_seconds": Decimal("299.999")},
    "epic": {"title_name": "Epic", "title_type": "movie", "duration_seconds": Decimal(7200)},
    "live": {"title_name": "Live", "title_type": "live", "duration_seconds": None},
}
law = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
numbers = count()


def march(day: int, clock: str = "10:00:00") -> datetime:
    """A moment of March 2024."""
    return datetime.fromisoformat(f"2024-03-{day:02}T{clock}")


def event(at: datetime, event_type: str, position: float, **others: Any) -> dict[str, Any]:
    """An event of the 300 s film; `others` override its fields."""
    return {
        "event_id": f"event-{next(numbers)}",
        "customer_id": "viewer",
        "session_id": "session",
        "title_id": "film",
        "event_type": event_type,
        "event_timestamp": f"{at.isoformat(timespec='milliseconds')}Z",
        "position_seconds": position,
        "landed_at": at.replace(minute=0, second=0, microsecond=0),
        **others,
    }


def play(
    at: datetime, lasts: float, position: float = 0, wall: float | None = None, **others: Any
) -> list[dict[str, Any]]:
    """A start and a pause: `lasts` seconds of the title, within `wall` seconds on the clock."""
    paused_at = at + timedelta(seconds=lasts if wall is None else wall)
    return [
        event(at, "start", position, **others),
        event(paused_at, "pause", position + lasts, **others),
    ]


def rejected(landed_at: datetime) -> dict[str, Any]:
    return event(landed_at, "completed", 0)


def picked(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


# --- Days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("began_at", "lasts", "wall", "expected"),
    [
        (march(1, "23:59:30"), 60, 60, {1: "30", 2: "30"}),
        (march(1, "23:59:30"), 30, 30, {1: "30"}),  # up to midnight, but not into it
        (march(2, "00:00:00"), 30, 30, {2: "30"}),
        (march(1, "23:59:58"), 1, 3, {1: "0.666", 2: "0.334"}),  # 666.7 ms, rounded down
        (march(1, "23:59:59"), 0.001, 2, {1: "0", 2: "0.001"}),
        (march(1, "23:59:59"), 0.001, 1, {1: "0.001"}),
        (march(2, "00:00:00"), 3, 0, {2: "3"}),  # no time on the clock: the date of its moment
    ],
)
def test_intervals_are_split_at_midnight(
    began_at: datetime, lasts: float, wall: float, expected: dict[int, str]
) -> None:
    (interval,) = watch_intervals(play(began_at, lasts, wall=wall), TITLES)
    assert parts(interval) == {
        march(day).date(): Decimal(seconds) for day, seconds in expected.items()
    }


def test_a_session_day_has_an_event_or_a_part() -> None:
    # 7200 s in at most 14405 s: from 23:00 to 03:00:05, long before the pause
    events = play(march(1, "23:00:00"), 7200, wall=48 * 3600, title_id="epic")
    rows = {key[-1].day: row for key, row in session_days(events, TITLES).items()}
    columns = ("watch_seconds", "play_count", "event_count")
    first = Decimal(7200 * 3600 * 1000 // 14405) / 1000
    assert picked(rows[1], *columns) == [first, 1, 1]
    assert picked(rows[2], *columns) == [7200 - first, 0, 0]
    assert picked(rows[3], *columns) == [0, 0, 1]


def test_the_days_run_from_the_first_to_the_last_without_a_gap() -> None:
    """From a session day to a session day: what is rejected counts on them, and makes none."""
    events = [*play(march(3), 5), *play(march(5, "23:59:59"), 2, session_id="late")]
    events += [rejected(march(4)), rejected(march(4)), rejected(march(2)), None]
    rows = daily_viewing(events, TITLES, [march(6, "23:00:00"), march(8, "23:00:00")])
    assert [day.day for (day,) in rows] == [3, 4, 5, 6]
    assert [row["rejected_row_count"] for row in rows.values()] == [0, 2, 0, 1]
    assert [row["active_viewer_count"] for row in rows.values()] == [1, 0, 1, 1]
    minutes = viewing_concurrency(events, TITLES)
    assert len(minutes) == 4 * 1440
    assert min(minutes) == (march(3, "00:00:00"),)
    assert max(minutes) == (march(6, "23:59:00"),)
    assert daily_viewing([None], TITLES) == viewing_concurrency([], TITLES) == {}


# --- title_performance ---------------------------------------------------------------------------


def plays_of_film(*lengths: float, **others: Any) -> list[dict[str, Any]]:
    """One viewer for each length, from the film's beginning."""
    return [
        raw
        for number, length in enumerate(lengths)
        for raw in play(march(1), length, customer_id=f"viewer-{number}", **others)
    ]


def film_row(events: list[dict[str, Any]]) -> dict[str, Any]:
    return title_performance(events, TITLES)[("film",)]


def test_titles_come_from_the_catalogue_and_the_events() -> None:
    rows = title_performance(play(march(1), 30, title_id="unheard-of"), TITLES)
    assert {title_id for (title_id,) in rows} == {*TITLES, "unheard-of"}
    names = ("title_name", "title_type", "genre", "released_on", "duration_source")
    assert picked(rows[("film",)], *names) == [
        "Film", "movie", "drama", date(2023, 5, 1), "catalogue",
    ]  # fmt: skip
    assert picked(rows[("unheard-of",)], *names) == [None] * 5
    assert rows[("clip",)]["genre"] is None
    unwatched = rows[("film",)]
    assert picked(unwatched, "viewer_count", "watch_hours", "runtime_views") == [0, 0.0, 0.0]
    ratios = ("avg_view_seconds", "median_engagement_score", "completion_rate", "retention_rank")
    assert picked(unwatched, *ratios) == [None] * 4


@pytest.mark.parametrize(
    ("duration", "band"),
    [
        (None, None),
        ("299.999", "under_5_min"),
        ("300", "5_to_20_min"),
        ("1199.999", "5_to_20_min"),
        ("1200", "20_to_60_min"),
        ("3600", "over_60_min"),
    ],
)
def test_duration_bands(duration: str | None, band: str | None) -> None:
    title = {**TITLES["film"], "duration_seconds": duration and Decimal(duration)}
    assert title_performance([], {"film": title})[("film",)]["duration_band"] == band


def test_counts_of_a_title() -> None:
    events = [
        *play(march(1), 150),
        *play(march(2), 150, session_id="again"),
        *play(march(1), 75, customer_id="other"),
        event(march(3), "start", 120, session_id="nothing"),
        event(march(3), "start", 0, customer_id="idle"),
    ]
    row = film_row(events)
    assert picked(row, "viewer_count", "watching_viewer_count") == [3, 2]
    assert picked(row, "session_count", "view_count", "play_count") == [5, 3, 3]
    assert picked(row, "watch_seconds", "unique_watch_seconds") == [375, 225]
    assert picked(row, "avg_view_seconds", "avg_percentage_viewed") == [125, 37500 / 900]
    assert picked(row, "runtime_views", "average_minute_audience") == [1.25, 0.75]
    assert row["average_viewer_retention"] == 225 / 600


def test_median_of_even_and_odd() -> None:
    # w seconds score w / 60 + 5 + 0.25 × w / 3: 11, 17 and 29
    columns = ("avg_engagement_score", "median_engagement_score")
    assert picked(film_row(plays_of_film(240, 60)), *columns) == [20, 20]
    assert picked(film_row(plays_of_film(240, 60, 120)), *columns) == [19, 17]
    assert picked(film_row(plays_of_film(240, 60, 120, 120)), *columns) == [18.5, 17]


def test_tiers_and_completions() -> None:
    skipped = [event(march(1), "complete", 300, customer_id="skipper")]
    row = film_row(
        [*plays_of_film(300, 60), *skipped, event(march(1, "10:05:00"), "complete", 300)]
    )
    tiers = [row[f"{tier}_tier_viewer_count"] for tier in ("high", "medium", "low", "minimal")]
    assert tiers == [0, 0, 2, 2]
    completed = [
        raw | {"event_type": "complete"} if raw["event_type"] == "pause" else raw
        for raw in plays_of_film(300, 225, 224.999)
    ]
    columns = ("completion_count", "verified_completion_count", "completed_viewer_count")
    row = film_row([*completed, *skipped])
    assert picked(row, *columns, "completion_rate") == [4, 2, 2, 0.5]


def test_reached_is_not_covered() -> None:
    events = [*plays_of_film(75, 74.999, 300), *play(march(1), 10, 215, customer_id="late")]
    row = film_row(events)
    assert [row[f"reached_{n}_viewer_count"] for n in (25, 50, 75, 100)] == [3, 2, 2, 1]
    assert [row[f"covered_{n}_viewer_count"] for n in (25, 50, 75, 100)] == [2, 1, 1, 1]
    live = title_performance(play(march(1), 30, title_id="live"), TITLES)[("live",)]
    columns = ("reached_25_viewer_count", "covered_100_viewer_count", "runtime_views")
    assert picked(live, *columns, "average_viewer_retention") == [None] * 4
    assert picked(live, "watch_seconds", "duration_band", "largest_drop_off") == [30, None, None]


def test_largest_drop_off_is_the_first_of_equals() -> None:
    columns = ("largest_drop_off", "largest_drop_off_bucket")
    assert picked(film_row(plays_of_film(60, 30, 31, 61, 300)), *columns) == [0.4, 10]
    assert picked(film_row(plays_of_film(60, 30, 60)), *columns) == [2 / 3, 20]
    assert picked(film_row(plays_of_film(300, 298)), *columns) == [None, None]


def test_most_rewatched_bucket_is_the_first_of_equals() -> None:
    columns = ("most_rewatched_bucket", "most_rewatched_ratio")
    again = play(march(2), 10, 110)  # 1 s of bucket 36, then all of 37 to 39
    assert picked(film_row([*play(march(1), 120), *again]), *columns) == [37, 2.0]
    assert picked(film_row(plays_of_film(300, 300)), *columns) == [None, None]


def test_retention_rank_is_within_the_duration_band() -> None:
    catalogue = {
        name: {**TITLES["clip"], "duration_seconds": Decimal(duration)}
        for name, duration in {"a": 100, "b": 200, "c": 40, "d": 50, "long": 400, "new": 80}.items()
    }
    seen = {"a": 50, "b": 40, "c": 20, "d": 50, "long": 100}
    events = [raw for name, s in seen.items() for raw in play(march(1), s, title_id=name)]
    rows = title_performance(events, catalogue)
    ranks = {title_id: row["retention_rank"] for (title_id,), row in rows.items()}
    assert ranks == {"a": 1 / 3, "b": 0, "c": 1 / 3, "d": 1, "long": None, "new": None}


# --- viewer_segments -----------------------------------------------------------------------------


def viewer_row(events: list[dict[str, Any]]) -> dict[str, Any]:
    return viewer_segments(events, TITLES)[("viewer",)]


def other_viewer(day: int) -> list[dict[str, Any]]:
    return play(march(day), 1, customer_id="other", title_id="clip")


@pytest.mark.parametrize(
    ("days", "seconds", "as_of", "segment"),
    [
        (range(1, 9), 3600, 8, "power"),
        (range(1, 9), 3599, 8, "engaged"),  # under 8 hours
        (range(1, 8), 7200, 8, "engaged"),  # under 8 days
        (range(1, 4), 1200, 8, "engaged"),
        (range(1, 4), 1199, 8, "casual"),  # under an hour
        (range(1, 3), 3600, 8, "casual"),  # under 3 days
        (range(1, 9), 3600, 7 + 15, "power"),  # 14 days ago
        (range(1, 9), 3600, 8 + 15, "at_risk"),
        (range(2, 9), 3600, 8, "new"),  # 6 days ago
        ((1,), 10, 15, "casual"),
        ((1,), 10, 16, "at_risk"),
    ],
)
def test_segments(days: Any, seconds: float, as_of: int, segment: str) -> None:
    plays = [raw for day in days for raw in play(march(day), seconds, title_id="epic")]
    assert viewer_row([*plays, *other_viewer(as_of)])["segment"] == segment


@pytest.mark.parametrize(("as_of", "expected"), [(28, [2, 50]), (29, [1, 30])])
def test_recent_days_are_the_28_that_end_with_the_last(as_of: int, expected: list[Any]) -> None:
    events = [*play(march(1), 20), *play(march(20), 30), *other_viewer(as_of)]
    row = viewer_row(events)
    assert picked(row, "recent_active_days", "recent_watch_seconds") == expected
    assert picked(row, "active_days", "watch_seconds") == [2, 50]
    assert row["days_since_last_watched"] == as_of - 20


def test_rejected_rows_do_not_move_the_last_day() -> None:
    row = viewer_row([*play(march(1), 20), rejected(march(25))])
    assert picked(row, "days_since_last_watched", "segment") == [0, "new"]


def test_a_day_of_watching_without_an_event_is_recent_but_not_active() -> None:
    row = viewer_row(play(march(1, "23:00:00"), 7200, wall=48 * 3600, title_id="epic"))
    assert picked(row, "active_days", "recent_active_days", "watch_hours") == [2, 3, 2.0]


def test_titles_and_completions_of_a_viewer() -> None:
    events = [
        *play(march(1), 60, title_id="clip"),
        event(march(1, "10:01:00"), "complete", 60, title_id="clip"),
        *play(march(2), 60, title_id="clip", session_id="again"),
        *play(march(3), 30, session_id="again"),
    ]
    row = viewer_row(events)
    assert picked(row, "title_count", "session_count", "completed_title_count") == [2, 2, 1]
    assert picked(row, "completion_rate", "unique_watch_seconds") == [0.5, 90]
    assert picked(row, "first_watched_at", "last_watched_at") == [
        march(1),
        march(3, "10:00:30"),
    ]
    clip = 2 + 2 * 5 + 25 + 25  # minutes, sessions, coverage and one completion
    assert row["avg_engagement_score"] == (clip + 0.5 + 5 + 2.5) / 2


def in_sessions(*plays: tuple[str, float, str]) -> list[dict[str, Any]]:
    """Plays of ten seconds and more, each in a session of its own: (from, seconds, title)."""
    return [
        raw
        for number, (clock, lasts, title_id) in enumerate(plays)
        for raw in play(march(1, clock), lasts, title_id=title_id, session_id=f"session-{number}")
    ]


@pytest.mark.parametrize(
    ("clocks", "visits"),
    [
        (("10:00:00", "10:30:10", "11:00:20"), [1, 1]),  # exactly half an hour apart
        (("10:00:00", "10:30:10.001", "11:00:20"), [2, 0]),
        (("10:00:00", "10:30:10", "11:00:20.001"), [2, 0]),
        (("10:00:00", "10:00:00", "10:00:05"), [1, 1]),
    ],
)
def test_visits_and_binges(clocks: tuple[str, ...], visits: list[int]) -> None:
    titles = ("film", "clip", "loop")
    events = in_sessions(*((clock, 10, name) for clock, name in zip(clocks, titles, strict=True)))
    assert picked(viewer_row(events), "visit_count", "binge_visit_count") == visits


def test_a_visit_lasts_until_its_latest_end() -> None:
    long_one = ("10:00:00", 3600, "epic")
    events = in_sessions(long_one, ("10:10:00", 10, "film"), ("11:30:00", 10, "clip"))
    assert picked(viewer_row(events), "visit_count", "binge_visit_count") == [1, 1]
    same_title = in_sessions(long_one, ("10:10:00", 10, "film"), ("11:30:00", 10, "film"))
    assert picked(viewer_row(same_title), "visit_count", "binge_visit_count") == [1, 0]
    no_watch = [event(march(1), "start", 0, session_id="idle")]
    assert picked(viewer_row(no_watch), "visit_count", "binge_visit_count") == [0, 0]


def test_preferences_go_to_the_first_by_name_of_equals() -> None:
    row = viewer_row(
        [
            *play(march(1, "13:59:50"), 20, session_id="a", device_type="web"),
            *play(march(1, "14:00:00"), 20, session_id="b", device_type="tv"),
            *play(march(1, "22:00:00"), 19, session_id="c"),
        ]
    )
    assert picked(row, "preferred_device_type", "preferred_daypart") == ["tv", "afternoon"]
    reported = event(march(1, "14:00:05"), "pause", 30, watch_duration_seconds=10)
    assert viewer_row([reported])["preferred_daypart"] == "midday"  # when it began
    idle = viewer_row([event(march(1), "start", 0, device_type="tv")])
    assert picked(idle, "preferred_device_type", "preferred_daypart") == ["tv", None]
    assert picked(idle, "peak_simultaneous_streams", "simultaneous_stream_seconds") == [0, 0]


def test_two_devices_at_once() -> None:
    phone = play(march(1, "10:00:15"), 30, session_id="phone")
    later = play(march(1, "10:00:40"), 10, session_id="later")  # two, but not three at once
    row = viewer_row([*play(march(1), 30), *phone, *later])
    columns = ("simultaneous_stream_seconds", "peak_simultaneous_streams")
    assert picked(row, *columns) == [20, 2]
    assert picked(viewer_row(play(march(1), 3, wall=0)), *columns) == [0, 0]


# --- viewing_concurrency -------------------------------------------------------------------------


def minute(events: list[dict[str, Any]], clock: str = "10:00:00") -> dict[str, Any]:
    return viewing_concurrency(events, TITLES)[(march(1, clock),)]


def test_back_to_back_plays_never_count_twice() -> None:
    events = [*play(march(1), 30), *play(march(1, "10:00:30"), 30, session_id="next")]
    row = minute(events)
    assert picked(row, "played_seconds", "viewer_seconds") == [60, 60]
    assert picked(row, "average_concurrent_plays", "peak_concurrent_plays") == [1.0, 1]
    assert minute(events, "10:01:00")["peak_concurrent_plays"] == 0


def test_streams_of_one_viewer_are_one_viewer() -> None:
    events = [*play(march(1), 30), *play(march(1, "10:00:15"), 30, session_id="phone")]
    row = minute(events)
    assert picked(row, "played_seconds", "viewer_seconds") == [60, 45]
    assert picked(row, "average_concurrent_plays", "average_concurrent_viewers") == [1.0, 0.75]
    assert picked(row, "peak_concurrent_plays", "peak_concurrent_viewers") == [2, 1]
    assert picked(row, "simultaneous_streams", "peak_simultaneous_streams") == [0.25, 1]
    other = play(march(1, "10:00:40"), 10, customer_id="other")
    row = minute(events + other)
    assert picked(row, "peak_concurrent_plays", "peak_concurrent_viewers") == [2, 2]
    assert row["peak_simultaneous_streams"] == 1


def test_a_play_counts_in_every_minute_that_it_touches() -> None:
    at_once = play(march(1, "10:01:30"), 3, wall=0, session_id="at-once")
    events = [*play(march(1, "10:00:59.999"), 60.002), *at_once]
    clocks = ("09:59:00", "10:00:00", "10:01:00", "10:02:00", "10:03:00")
    rows = [minute(events, clock) for clock in clocks]
    played = [row["played_seconds"] for row in rows]
    assert played == [0, Decimal("0.001"), 60, Decimal("0.001"), 0]
    assert [row["peak_concurrent_plays"] for row in rows] == [0, 1, 1, 1, 0]


def test_dayparts() -> None:
    rows = viewing_concurrency(play(march(1), 1), TITLES)
    hours = defaultdict(list)
    for (minute_at,), row in rows.items():
        if minute_at.minute in (0, 59):
            hours[row["daypart"]].append(minute_at.hour)
    assert {name: sorted({*found}) for name, found in hours.items()} == {
        "late_night": [2, 3, 4, 5],
        "morning": [6, 7, 8, 9],
        "midday": [10, 11, 12, 13],
        "afternoon": [14, 15, 16, 17],
        "prime_time": [18, 19, 20, 21],
        "evening": [0, 1, 22, 23],
    }


# --- playback_quality ----------------------------------------------------------------------------


def quality_row(events: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = playback_quality(events, TITLES).values()
    return row


def with_counters(
    raw: list[dict[str, Any]], events: Any = None, seconds: Any = None, errors: Any = None
) -> list[dict[str, Any]]:
    counters = {
        "buffering_events": events,
        "buffering_duration_seconds": seconds,
        "error_count": errors,
    }
    return [{**one, **counters} for one in raw]


def test_counters_grow_over_the_titles_of_a_session() -> None:
    events = [
        *with_counters(play(march(1), 60, quality="HD"), 2, 3, 1),
        *with_counters(play(march(1, "10:05:00"), 20, title_id="loop", quality="SD"), 1, None, 0),
        *with_counters(play(march(1, "10:10:00"), 30, title_id="clip", quality="SD"), 5, 4.5, 1),
        *with_counters(play(march(1), 30, session_id="other", quality="SD"), 7, None, None),
    ]
    rows = {key[-1]: row for key, row in playback_quality(events, TITLES).items()}
    columns = ("session_count", "buffering_event_count", "buffering_seconds", "error_count")
    assert picked(rows["HD"], *columns) == [1, 2, 3, 1]
    assert picked(rows["SD"], *columns) == [3, 3 + 7, Decimal("1.5"), 0]
    columns = ("buffering_reported_watch_seconds", "error_reported_session_count")
    assert picked(rows["SD"], *columns, "buffering_events_reported_watch_seconds") == [30, 2, 80]
    columns = ("rated_session_count", "good_session_count", "error_session_count")
    assert picked(rows["SD"], *columns) == [2, 1, 0]  # the clip buffers 1.5 s of 31.5
    assert picked(rows["HD"], *columns) == [1, 0, 1]
    assert (rows["HD"]["watch_time_share"], rows["SD"]["watch_time_share"]) == (60 / 140, 80 / 140)


def test_ratios_of_quality() -> None:
    row = quality_row(
        [
            *with_counters(play(march(1), 90), 3, 10, 2),
            *with_counters(play(march(1), 30, session_id="b"), 1, None, 0),
            *play(march(1), 30, session_id="c"),
        ]
    )
    assert row["rebuffer_ratio"] == 10 / 100
    assert row["rebuffer_frequency"] == 4 / 2
    assert row["error_rate"] == row["good_session_ratio"] == 0.5
    assert (row["watch_seconds"], row["watch_time_share"]) == (150, 1.0)


def test_quality_of_which_nothing_is_reported() -> None:
    (key, row), *others = playback_quality([event(march(1), "start", 0, isp="Net")], TITLES).items()
    assert not others
    assert key == (date(2024, 3, 1), "Net", None, None, None, None, None)
    columns = ("buffering_event_count", "buffering_seconds", "error_count", "rebuffer_ratio")
    assert picked(row, *columns) == [None] * 4
    columns = ("rebuffer_frequency", "error_rate", "good_session_ratio", "watch_time_share")
    assert picked(row, *columns, "time_weighted_bandwidth_mbps") == [None] * 5
    columns = ("session_count", "rated_session_count", "bandwidth_megabits")
    assert picked(row, *columns) == [1, 0, 0]


@pytest.mark.parametrize(
    ("watched", "buffering", "errors", "good"),
    [
        (99, 1, None, 0),  # exactly 1 %
        (99.001, 1, None, 1),
        (99.001, 1, 1, 0),
        (99.001, None, 0, 1),
        (0, 0, 0, 1),
        (0, 0.5, None, 0),
    ],
)
def test_good_sessions(watched: float, buffering: Any, errors: Any, good: int) -> None:
    row = quality_row(with_counters(play(march(1), watched), None, buffering, errors))
    assert picked(row, "rated_session_count", "good_session_count") == [1, good]


def test_bandwidth_is_weighted_by_time() -> None:
    reported = ["12.3455", 0, -1, "NaN", None, "fast"]
    lengths = [10, 20, 30, 40, 50, 60]
    events = [
        raw
        for number, (mbps, lasts) in enumerate(zip(reported, lengths, strict=True))
        for raw in play(march(1), lasts, session_id=f"session-{number}", bandwidth_mbps=mbps)
    ]
    row = quality_row(events)
    columns = ("bandwidth_watch_seconds", "bandwidth_megabits")
    assert picked(row, *columns) == [30, Decimal("123.46")]
    assert row["time_weighted_bandwidth_mbps"] == pytest.approx(123.46 / 30)


def test_what_events_tell_is_of_its_own_title() -> None:
    def stalled(title_id: str, minute: int, waits: int) -> list[dict[str, Any]]:
        at = march(1) + timedelta(minutes=minute)
        told = ((0, "start", 0), (10, "buffer_start", 10), (10 + waits, "buffer_end", 10))
        ends = [*told, (20 + waits, "stop", 20)]
        return [
            event(at + timedelta(seconds=s), kind, position, title_id=title_id)
            for s, kind, position in ends
        ]

    error = event(march(1, "10:09:00"), "error", 0, position_seconds=None)
    row = quality_row([*stalled("film", 0, 5), *stalled("clip", 5, 3), error])
    columns = ("buffering_event_count", "buffering_seconds", "error_count", "error_session_count")
    assert picked(row, *columns) == [2, 8, 1, 1]
    assert picked(row, "rebuffer_ratio", "rebuffer_frequency") == [8 / 48, 3.0]


def test_how_sessions_began() -> None:
    failed = [event(march(1), "start", 0, session_id="b"), event(march(1), "error", 0)]
    failed[1] |= {"session_id": "b"}
    slow = [event(march(1), "start", 0, session_id="c")]
    slow.append(event(march(1, "10:00:10"), "heartbeat", 7, session_id="c"))
    no_opening = event(march(1), "pause", 0, session_id="d")
    row = quality_row([event(march(1), "start", 0), *failed, *slow, no_opening])
    columns = ("opened_session_count", "startup_reported_session_count", "startup_seconds")
    assert picked(row, *columns, "avg_startup_seconds") == [3, 1, 3, 3.0]
    columns = ("exit_before_start_session_count", "start_failure_session_count")
    assert picked(row, *columns) == [1, 1]
    assert picked(row, "exit_before_start_rate", "start_failure_rate") == [1 / 3, 1 / 3]
    columns = ("startup_seconds", "avg_startup_seconds", "exit_before_start_rate")
    assert picked(quality_row([no_opening]), *columns) == [None] * 3


# --- daily_viewing -------------------------------------------------------------------------------


def test_new_and_returning_viewers() -> None:
    events = [
        *play(march(1, "23:59:50"), 20),
        *play(march(1), 5, customer_id="other"),
        *play(march(4), 5, customer_id="third"),
        *play(march(4), 5, session_id="again"),
    ]
    rows = daily_viewing(events, TITLES)
    columns = ("active_viewer_count", "new_viewer_count", "returning_viewer_count")
    assert [picked(row, *columns) for row in rows.values()] == [
        [2, 2, 0],
        [1, 0, 1],  # past midnight
        [0, 0, 0],
        [2, 1, 1],
    ]
    columns = ("session_count", "play_count", "watch_seconds")
    assert [picked(row, *columns) for row in rows.values()] == [
        [2, 2, 15],
        [1, 0, 10],
        [0, 0, 0],
        [2, 2, 10],
    ]
    assert [row["stickiness"] for row in rows.values()] == [1.0, 0.5, 0.0, 2 / 3]


def test_active_viewers_of_the_last_7_and_28_days() -> None:
    rows = daily_viewing([*play(march(1), 5), *other_viewer(30)], TITLES)
    weeks = {day.day: row["active_viewer_count_7d"] for (day,), row in rows.items()}
    assert [weeks[day] for day in (1, 7, 8, 29, 30)] == [1, 1, 0, 0, 1]
    months = {day.day: row["active_viewer_count_28d"] for (day,), row in rows.items()}
    assert [months[day] for day in (1, 28, 29, 30)] == [1, 1, 0, 1]
    assert rows[(date(2024, 3, 29),)]["stickiness"] is None


def test_dayparts_of_a_day() -> None:
    events = [
        *play(march(1, "01:59:50"), 30),
        *play(march(1, "22:00:00"), 5, session_id="late"),
        *play(march(1, "22:00:00"), 5, session_id="phone"),
    ]
    (row,) = daily_viewing(events, TITLES).values()
    columns = ("evening_played_seconds", "late_night_played_seconds", "morning_played_seconds")
    assert picked(row, *columns, "played_seconds") == [20, 20, 0, 40]
    columns = ("evening_peak_concurrent_plays", "late_night_peak_concurrent_plays")
    assert picked(row, *columns, "midday_peak_concurrent_plays") == [2, 1, 0]
    assert picked(row, "peak_concurrent_plays", "peak_concurrent_viewers") == [2, 1]


def test_a_play_over_midnight_is_of_the_day_on_which_it_began() -> None:
    events = play(march(1, "23:59:50"), 20)
    events.insert(1, event(march(1, "23:59:55"), "seek", 100, seek_from_seconds=5))
    events[-1]["position_seconds"] = 115
    rows = daily_viewing(events, TITLES)
    assert [row["play_count"] for row in rows.values()] == [1, 0]
    assert [row["watch_seconds"] for row in rows.values()] == [10, 10]


# --- daily_intake --------------------------------------------------------------------------------


def test_every_row_has_one_outcome() -> None:
    events = [*play(march(1), 5), *play(march(1), 5), rejected(march(2)), {"landed_at": march(2)}]
    events += [None, event(march(2), "ignore", -1)]
    rows = daily_intake(events, TITLES, [march(2, "11:00:00")])
    assert {(day.day, outcome): row["row_count"] for (day, outcome), row in rows.items()} == {
        (1, "accepted"): 4,
        (2, "unknown_event_type"): 1,
        (2, "missing_customer_id"): 1,
        (2, "unparseable"): 1,
        (2, "ignored"): 1,
    }
    assert rows[march(1).date(), "accepted"]["last_landed_at"] == march(1)


# --- What is unplaced ----------------------------------------------------------------------------


def test_what_is_unplaced_is_in_no_retention() -> None:
    """It counts as watch time; what rests on coverage is of the viewers whose is known."""
    unplaced = event(
        march(1), "play", 0, position_seconds=None, watched_seconds=60, customer_id="other"
    )
    events = [*play(march(1), 150), *play(march(1), 30, customer_id="other"), unplaced]
    row = film_row(events)
    columns = ("watch_seconds", "unplaced_watch_seconds", "unique_watch_seconds", "view_count")
    assert picked(row, *columns) == [240, 60, 150, 2]
    columns = ("viewer_count", "watching_viewer_count", "play_count", "covered_25_viewer_count")
    assert picked(row, *columns) == [2, 2, 3, 1]
    assert picked(row, "average_minute_audience", "average_viewer_retention") == [0.5, 0.5]
    buckets = title_retention(events, TITLES)
    assert {bucket["viewer_count"] for bucket in buckets.values()} == {1}
    assert summed(buckets, "watch_seconds") == 150
    viewer = viewer_segments(events, TITLES)[("other",)]
    assert picked(viewer, "watch_seconds", "unique_watch_seconds", "completion_rate") == [90, 0, 0]
    assert minute(events)["played_seconds"] == 60 + 30 + 60


# --- Laws ----------------------------------------------------------------------------------------


@st.composite
def viewers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The raw events of one to three viewers, days apart, and a rejected row or none."""
    examples = draw(st.lists(hostile_viewer(), min_size=1, max_size=3))
    events = [raw for _, raw in draw(st.lists(rejected_event(), max_size=1))]
    for number, example in enumerate(examples):
        by = timedelta(days=draw(st.integers(0, 1)))
        events += shifted(example.stamped(f"x{number}").events, by)
    return events


def summed(rows: dict[Any, dict[str, Any]], column: str) -> Decimal:
    return sum((row[column] for row in rows.values()), Decimal(0))


def seconds(stretches: Any) -> Decimal:
    lasting = sum((end - start for start, end in stretches), timedelta())
    return Decimal(lasting // timedelta(milliseconds=1)) / 1000


@given(viewers())
@law
def test_session_days_sum_to_their_session(events: list[dict[str, Any]]) -> None:
    columns = ("watch_seconds", "play_count", "event_count")
    found: dict[Any, list[Any]] = defaultdict(lambda: [0, 0, 0])
    for (*session, _), row in session_days(events, CATALOGUE).items():
        assert row["watch_seconds"] >= 0
        added = zip(found[*session], picked(row, *columns), strict=True)
        found[*session] = [total + more for total, more in added]
    sessions = viewing_sessions(events, CATALOGUE)
    assert found == {key: picked(row, *columns) for key, row in sessions.items()}


@given(viewers())
@law
def test_marts_agree_on_what_was_watched_and_played(events: list[dict[str, Any]]) -> None:
    pairs = viewer_title_engagement(events, CATALOGUE)
    for mart in (title_performance, viewer_segments, playback_quality, daily_viewing):
        assert summed(mart(events, CATALOGUE), "watch_seconds") == summed(pairs, "watch_seconds")
    for mart in (title_performance, playback_quality, daily_viewing):
        assert summed(mart(events, CATALOGUE), "play_count") == summed(pairs, "play_count")


@given(viewers())
@law
def test_concurrency_sums_to_the_time_played(events: list[dict[str, Any]]) -> None:
    rows = viewing_concurrency(events, CATALOGUE)
    plays = [play.on_clock for play in watch_intervals(events, CATALOGUE)]
    present = [island for found in viewer_presence(events, CATALOGUE).values() for island in found]
    assert summed(rows, "played_seconds") == seconds(plays)
    assert summed(rows, "viewer_seconds") == seconds(present)
    for row in rows.values():
        assert row["viewer_seconds"] <= row["played_seconds"]
        assert row["average_concurrent_plays"] <= row["peak_concurrent_plays"]
        assert row["average_concurrent_viewers"] <= row["peak_concurrent_viewers"]
        viewing, playing = row["peak_concurrent_viewers"], row["peak_concurrent_plays"]
        assert viewing <= playing <= viewing + row["peak_simultaneous_streams"]


@given(viewers())
@law
def test_a_viewer_is_in_one_segment(events: list[dict[str, Any]]) -> None:
    rows = viewer_segments(events, CATALOGUE)
    pairs = viewer_title_engagement(events, CATALOGUE)
    assert rows.keys() == {(customer_id,) for customer_id, _ in pairs}
    for row in rows.values():
        assert row["segment"] in ("at_risk", "new", "power", "engaged", "casual")
        assert row["binge_visit_count"] <= row["visit_count"]
        assert (row["peak_simultaneous_streams"] > 1) == (row["simultaneous_stream_seconds"] > 0)
    daily = daily_viewing(events, CATALOGUE)
    assert summed(daily, "new_viewer_count") == len(rows)


@given(viewers())
@law
def test_quality_sums_to_the_maxima_of_sessions(events: list[dict[str, Any]]) -> None:
    """Of counters, which run on through a session's titles; what events tell is added."""
    rows = playback_quality(events, CATALOGUE)
    for column, source in COUNTERS.items():
        greatest: dict[Any, Any] = defaultdict(int)
        for (customer_id, session_id, title_id), row in viewing_sessions(events, CATALOGUE).items():
            session = customer_id, session_id, title_id if row[source] == "events" else None
            greatest[session] = max(greatest[session], row[column] or 0)
        assert sum(row[column] or 0 for row in rows.values()) == sum(greatest.values())
    for row in rows.values():
        assert row["good_session_count"] <= row["rated_session_count"] <= row["session_count"]
        assert 0 <= (row["rebuffer_ratio"] or 0) <= 1


@given(viewers())
@law
def test_days_are_made_of_their_parts(events: list[dict[str, Any]]) -> None:
    dayparts = ("late_night", "morning", "midday", "afternoon", "prime_time", "evening")
    rows = daily_viewing(events, CATALOGUE)
    assert summed(rows, "rejected_row_count") == sum(
        str(raw["event_id"]).startswith("rejected") and (raw["landed_at"].date(),) in rows
        for raw in events
    )
    for row in rows.values():
        played = picked(row, *(f"{daypart}_played_seconds" for daypart in dayparts))
        assert row["played_seconds"] == sum(played)
        peaks = picked(row, *(f"{daypart}_peak_concurrent_plays" for daypart in dayparts))
        assert row["peak_concurrent_plays"] == max(peaks)
        active = picked(row, *(f"active_viewer_count{last}" for last in ("", "_7d", "_28d")))
        assert active == sorted(active)


def moved(value: Any, by: timedelta) -> Any:
    """A value, or the values of a key or row, with dates and moments moved."""
    if isinstance(value, dict):
        return {moved(key, by): moved(item, by) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(moved(item, by) for item in value)
    return value + by if isinstance(value, date) else value


@given(viewers(), st.sampled_from([-30, 1, 366]))
@settings(law, max_examples=15)
def test_shifting_by_whole_days_changes_only_dates(events: list[dict[str, Any]], days: int) -> None:
    by = timedelta(days=days)
    accepted = [raw for raw in events if not str(raw["event_id"]).startswith("rejected")]
    later, catalogue = shifted(accepted, by), moved(CATALOGUE, by)
    for mart in (
        title_performance,
        viewer_segments,
        viewing_concurrency,
        playback_quality,
        daily_viewing,
    ):
        assert mart(later, catalogue) == moved(mart(accepted, CATALOGUE), by)
