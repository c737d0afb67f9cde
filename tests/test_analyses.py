"""The questions of analyses/, compiled, run, and answered a second time from the marts' rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import yaml
from conftest import ROOT, Build
from generator.faults import REALISTIC
from generator.run import GeneratorOptions, generate
from other_events import land_other_events

Row = dict[str, Any]
Marts = dict[str, list[Row]]
NAMES = sorted(path.stem for path in (ROOT / "analyses").glob("*.sql"))


@pytest.fixture(scope="module")
def built(builds) -> Build:
    """Three simulated days, built, and the analyses compiled."""
    build = builds("analyses")
    generate(GeneratorOptions(build.folder / "data", days=3, scale=0.002, faults=REALISTIC))
    land_other_events(build.folder / "data" / "telemetry")
    variables = {
        "telemetry_path": build.folder / "data" / "telemetry",
        "titles_path": build.folder / "data" / "titles.csv",
        # In three days nobody is but new, unless that is said of nobody.
        "audience": {"new_viewer_days": 0, "power_active_days": 2, "power_watch_hours": 4},
    }
    build.must("run", **variables)
    return build.must("compile", "--select", "resource_type:analysis", **variables)


@pytest.fixture(scope="module")
def marts(built) -> Marts:
    names = built.rows(
        "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    return {
        row["table_name"]: built.rows(f"select * from marts.{row['table_name']}") for row in names
    }


def ratio(value: Any, by: Any) -> float | None:
    return float(Fraction(value) / Fraction(by)) if by else None


def by_value(rows: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    """The rows by the values of some columns, NULL as analyses name it."""
    groups = defaultdict(list)
    for row in rows:
        key = tuple("not reported" if row[name] is None else row[name] for name in names)
        groups[key if len(names) > 1 else key[0]].append(row)
    return groups


def summed(rows: Iterable[Row], name: str) -> Any:
    return sum((row[name] for row in rows if row[name] is not None), Decimal(0))


def top_content_by_viewers(marts: Marts) -> list[Row]:
    audiences = by_value(marts["viewer_title_engagement"], "title_id")
    return [
        {
            "title_id": title_id,
            "viewer_count": len(viewers),
            "watch_hours": ratio(summed(viewers, "watch_seconds"), 3600),
            "completion_rate": ratio(
                sum(row["is_completed"] is True for row in viewers), len(viewers)
            ),
        }
        for title_id, viewers in sorted(
            audiences.items(),
            key=lambda item: (-len(item[1]), -summed(item[1], "watch_seconds"), item[0]),
        )[:20]
    ]


def device_distribution(marts: Marts) -> list[Row]:
    sessions = marts["viewing_sessions"]
    rows = [
        {
            "device_type": device_type,
            "viewer_count": len({row["customer_id"] for row in own}),
            "session_count": len(own),
            "session_share": ratio(len(own), len(sessions)),
            "watch_hours": ratio(summed(own, "watch_seconds"), 3600),
            "watch_share": ratio(summed(own, "watch_seconds"), summed(sessions, "watch_seconds")),
        }
        for device_type, own in by_value(sessions, "device_type").items()
    ]
    return sorted(rows, key=lambda row: (-row["watch_hours"], row["device_type"]))


def of_sessions(sessions: list[Row], name: str) -> tuple[Any, Decimal]:
    """What sessions report of stalls, and the seconds watched in those that report it.

    Of a session's counter the greatest; what events tell is each title's own.
    """
    reporting = [row for row in sessions if row[name] is not None]
    counted = [row for row in reporting if row["buffering_source"] == "counter"]
    told = sum(row[name] for row in reporting if row["buffering_source"] == "events")
    for titles in by_value(counted, "customer_id", "session_id").values():
        told += max(row[name] for row in titles)
    return told, summed(reporting, "watch_seconds")


def of_isps(marts: Marts) -> list[Row]:
    """Each ISP from its sessions, each session's counters once: they go on over its titles."""
    rows = []
    for isp, own in by_value(marts["viewing_sessions"], "isp").items():
        stalled, stalled_base = of_sessions(own, "buffering_seconds")
        stalls, stalls_base = of_sessions(own, "buffering_event_count")
        rows.append(
            {
                "isp": isp,
                "session_count": len(own),
                "watch_hours": ratio(summed(own, "watch_seconds"), 3600),
                "buffering_hours": ratio(stalled, 3600),
                "rebuffer_ratio": ratio(stalled, stalled + stalled_base),
                "rebuffer_frequency": ratio(60 * stalls, stalls_base),
            }
        )
    return rows


def buffering_by_isp(marts: Marts) -> list[Row]:
    rows = [
        {name: value for name, value in row.items() if name != "watch_hours"}
        for row in of_isps(marts)
    ]
    return sorted(rows, key=lambda row: (-row["rebuffer_ratio"], row["isp"]))


def isp_comparison(marts: Marts) -> list[Row]:
    named = ("isp", "session_count", "watch_hours", "rebuffer_ratio")
    rows = [{name: row[name] for name in named} for row in of_isps(marts)]
    for row in rows:
        own = [cell for cell in marts["playback_quality"] if cell["isp"] == row["isp"]]
        row["good_session_ratio"] = ratio(
            summed(own, "good_session_count"), summed(own, "rated_session_count")
        )
        row["error_rate"] = ratio(
            summed(own, "error_session_count"), summed(own, "error_reported_session_count")
        )
        row["time_weighted_bandwidth_mbps"] = ratio(
            summed(own, "bandwidth_megabits"), summed(own, "bandwidth_watch_seconds")
        )
    return sorted(rows, key=lambda row: (row["good_session_ratio"], row["isp"]))


def where_viewers_drop_off(marts: Marts) -> list[Row]:
    rows = []
    for title_id, buckets in by_value(marts["title_retention"], "title_id").items():
        buckets.sort(key=lambda row: row["bucket_percentage"])
        surviving = [row["surviving_viewer_count"] for row in buckets]
        lost = [surviving[n] - surviving[n + 1] for n in range(99)]
        worst = lost.index(max(lost))
        if lost[worst]:
            rows.append(
                {
                    "title_id": title_id,
                    "lost_viewer_count": lost[worst],
                    "lost_at_percentage": worst + 1,
                    "lost_at_seconds": buckets[worst]["end_seconds"],
                    "survival_before": ratio(surviving[worst], surviving[0]),
                }
            )
    return sorted(rows, key=lambda row: (-row["lost_viewer_count"], row["title_id"]))[:20]


def power_users(marts: Marts) -> list[Row]:
    rows = [
        {
            "customer_id": row["customer_id"],
            "recent_watch_hours": ratio(row["recent_watch_seconds"], 3600),
            "title_count": row["title_count"],
        }
        for row in marts["viewer_segments"]
        if row["recent_active_days"] >= 2 and row["recent_watch_seconds"] >= 4 * 3600
    ]
    return sorted(rows, key=lambda row: (-row["recent_watch_hours"], row["customer_id"]))[:50]


def best_video_length(marts: Marts) -> list[Row]:
    lengths = {
        row["title_id"]: row["title_duration_seconds"] for row in marts["viewer_title_engagement"]
    }
    views = [row for row in marts["viewing_sessions"] if row["watch_seconds"] > 0]
    viewed = {row["title_id"] for row in views}
    rows = []
    for name, shortest, longest in (
        ("under_5_min", 0, 300),
        ("5_to_20_min", 300, 1200),
        ("20_to_60_min", 1200, 3600),
        ("over_60_min", 3600, 10**9),
    ):
        titles = {t for t in viewed if lengths[t] is not None and shortest <= lengths[t] < longest}
        own = [row for row in views if row["title_id"] in titles]
        viewers = [row for row in marts["viewer_title_engagement"] if row["title_id"] in titles]
        watched = summed(own, "watch_seconds")
        rows.append(
            {
                "duration_band": name,
                "title_count": len(titles),
                "view_count": len(own),
                "avg_view_minutes": ratio(watched, 60 * len(own)),
                "avg_percentage_viewed": ratio(
                    100 * watched, sum(lengths[row["title_id"]] for row in own)
                ),
                "completion_rate": ratio(
                    sum(row["is_completed"] is True for row in viewers), len(viewers)
                ),
            }
        )
    return rows


def app_version_adoption(marts: Marts) -> list[Row]:
    sittings = by_value(marts["viewing_sessions"], "customer_id", "session_id").values()
    cells: dict[Any, list[bool | None]] = defaultdict(list)
    for titles in sittings:
        errors = 0
        for row in sorted(titles, key=lambda row: (row["started_at"], row["title_id"])):
            cell = row["started_at"].date(), row["app_version"] or "not reported"
            reported = row["error_count"]
            if row["error_source"] == "counter":
                reported, errors = reported > errors, max(errors, reported)
            cells[cell].append(None if reported is None else reported > 0)
    a_day: dict[Any, int] = defaultdict(int)
    for (day, _), failed in cells.items():
        a_day[day] += len(failed)
    return [
        {
            "started_on": day,
            "app_version": version,
            "session_count": len(failed),
            "session_share": ratio(len(failed), a_day[day]),
            "error_rate": ratio(failed.count(True), len(failed) - failed.count(None)),
        }
        for (day, version), failed in sorted(cells.items())
    ]


def peak_hours(marts: Marts) -> list[Row]:
    rows = []
    for hour in range(24):
        own = [row for row in marts["viewing_concurrency"] if row["minute_at"].hour == hour]
        played = summed(own, "played_seconds")
        rows.append(
            {
                "hour_of_day": hour,
                "played_hours": ratio(played, 3600),
                "average_concurrent_plays": ratio(played, 60 * len(own)),
                "peak_concurrent_plays": max(row["peak_concurrent_plays"] for row in own),
            }
        )
    return rows


ANSWERS: dict[str, Callable[[Marts], list[Row]]] = {
    function.__name__: function
    for function in (
        top_content_by_viewers,
        device_distribution,
        buffering_by_isp,
        where_viewers_drop_off,
        power_users,
        best_video_length,
        app_version_adoption,
        peak_hours,
        isp_comparison,
    )
}


def test_every_analysis_is_described_and_answered():
    described = yaml.safe_load((ROOT / "analyses" / "_analyses.yml").read_text())["analyses"]
    assert sorted(row["name"] for row in described) == NAMES == sorted(ANSWERS)
    for name in NAMES:
        assert (ROOT / "analyses" / f"{name}.sql").read_text().startswith("-- ")


@pytest.mark.parametrize("name", NAMES)
def test_an_analysis_says_what_the_marts_say(built, marts, name):
    compiled = built.folder / "target" / "compiled" / "playhead" / "analyses" / f"{name}.sql"
    actual, expected = built.rows(compiled.read_text()), ANSWERS[name](marts)
    assert len(actual) == len(expected) > 1
    for row, answer in zip(actual, expected, strict=True):
        for column, value in answer.items():
            if isinstance(value, float):
                assert row[column] == pytest.approx(value, rel=1e-9), column
            else:
                assert row[column] == value, column
