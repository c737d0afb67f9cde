"""Incremental runs: whatever arrives when, the marts are a full refresh's, and the oracle's."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import strategies
from comparison import (
    MARTS,
    assert_equal,
    deliver,
    differences,
    everything,
    mart,
    of_oracle,
    titles_file,
)
from conftest import BUILD, Build

Delivery = list[dict[str, Any]]
VIEWERS = 200
# What the deliveries of the law must hold, and how often at least.
CASES = {
    "session in several deliveries": 100,
    "first event last": 30,
    "later event first": 50,
    "event again": 50,
    "event 30 days late": 50,
    "hour that an earlier delivery has filled": 20,
    "new hour before the newest": 20,
    "delivery that is empty": 1,
}
LOST = ("lost_close", "switched")


@cache
def two_deliveries() -> tuple[Delivery, Delivery]:
    """Of a few viewers, for what needs no more of them."""
    first, second, *_ = filter(None, strategies.deliveries(50))
    return first, second


def of_first_delivery(builds, name: str) -> tuple[Build, dict[str, Any], list[Delivery]]:
    """A build of the first of two deliveries; its variables; both deliveries."""
    build = builds(name)
    deliveries = list(two_deliveries())
    deliver(build.folder / "lake", deliveries[0], 0)
    variables = {"telemetry_path": build.folder / "lake", "titles_path": titles_file(build)}
    return build.must("run", **variables), variables, deliveries


def evidence(build: Build) -> dict[tuple[Any, ...], str]:
    """By session, title and where and when it began, how each interval is known."""
    key = "customer_id, session_id, title_id, start_seconds, wall_started_at"
    rows = build.rows(f"select {key}, evidence from intermediate.int_watch_intervals")
    return {tuple(row.values())[:-1]: row["evidence"] for row in rows}


def test_incremental_builds_equal_a_full_refresh_and_the_oracle(builds):
    """The law, on viewers each drawn together with how they are torn, delayed and repeated.

    They do not touch each other, so one lake tries a draw of hypothesis a viewer; the draws are
    the same in every run.
    """
    deliveries = strategies.deliveries(VIEWERS)
    cases = strategies.cases(deliveries)
    assert [case for case, least in CASES.items() if cases[case] < least] == [], cases
    build = builds("deliveries")
    lake = build.folder / "lake"
    lake.mkdir()
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    loaded: Delivery = []
    before: dict[tuple[Any, ...], str] = {}
    mended = 0
    for number, events in enumerate(deliveries):
        deliver(lake, events, number)
        loaded += events
        build.must(*BUILD, **variables)
        expected = of_oracle("viewer_title_engagement", loaded)
        assert_equal(mart(build, "viewer_title_engagement"), expected)
        after = evidence(build)
        mended += sum(was in LOST and after.get(key) == "observed" for key, was in before.items())
        before = after
    assert mended >= 5, "ends that were lost, and then came"
    whole = build.beside("whole").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []
    for name in MARTS:
        assert_equal(mart(build, name), of_oracle(name, loaded))


def test_a_run_derives_what_landed_and_no_more(builds):
    """One session of many gets another event: only it, and its viewer's title, is derived."""
    build, variables, (first, _) = of_first_delivery(builds, "proportional")
    event = next(event for event in first if event["title_id"] == "epic")
    another = {
        **event,
        "event_id": "another",
        "event_type": "stop",
        "landed_at": datetime(2024, 5, 2),
    }
    deliver(variables["telemetry_path"], [another], 1)
    build.must("run", **variables)
    touched = build.rows("select * from intermediate.int_touched_sessions")
    key = (event["customer_id"], event["session_id"])
    titles = {e["title_id"] for e in first if (e["customer_id"], e["session_id"]) == key}
    assert {(row["customer_id"], row["session_id"]) for row in touched} == {key}
    assert sorted(row["title_id"] for row in touched) == sorted(titles)
    # Of what landed before its session can have begun, nothing is read.
    (began,) = build.rows(f"""
        select min(started_at) - interval 1 day as at from marts.viewing_sessions
        where (customer_id, session_id) = {key}
    """)
    landed_from = min(row["landed_from"] for row in touched)
    assert landed_from == began["at"]
    compiled = (build.folder / "target" / "compiled").rglob("*.sql")
    # DuckDB writes no zeros at the end of a fraction.
    bound = landed_from.isoformat(" ", "milliseconds").rstrip("0").rstrip(".")
    assert any(f"landed_at >= timestamp '{bound}'" in path.read_text() for path in compiled)
    (loads,) = build.rows("""
        select count(*) as n, count(distinct loaded_at) as loads
        from staging.base_telemetry__events where landed_at = timestamp '2024-05-02 00:00:00'
    """)
    assert (loads["n"], loads["loads"]) == (1, 1)


@pytest.fixture(scope="module")
def small(builds) -> tuple[Build, dict[str, Any], list[Delivery]]:
    return of_first_delivery(builds, "small")


def test_nothing_new_changes_nothing_and_says_so(small):
    build, variables, _ = small
    before = {name: mart(build, name) for name in MARTS}
    done = build.dbt("run", **variables)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "nothing new has landed" in done.stdout
    # When a row was loaded and processed included.
    assert {name: mart(build, name) for name in MARTS} == before
    (touched,) = build.rows("select count(*) as n from intermediate.int_touched_sessions")
    assert touched["n"] == 0


def test_what_retention_deletes_from_the_lake_stays_known(small):
    """Partitions go, then late events of their sessions come: what was loaded still counts."""
    build, variables, (first, second) = small
    second = [{**event, "landed_at": event["landed_at"] + timedelta(days=60)} for event in second]
    for file in Path(variables["telemetry_path"]).rglob("delivery-0.json.gz"):
        file.unlink()
    build.must("run", **variables)
    deliver(variables["telemetry_path"], second, 1)
    build.must(*BUILD, **variables)
    expected = of_oracle("viewer_title_engagement", first + second)
    assert_equal(mart(build, "viewer_title_engagement"), expected)


def test_a_range_of_hours_is_loaded_again(builds):
    """Backfill: what was held wrongly is right again, for the hours asked for; then all of it."""
    build = builds("backfill")
    lake = build.folder / "lake"
    first, second = two_deliveries()
    deliver(lake, first, 0)
    deliver(lake, second, 1)
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    build.must("run", **variables)
    right = everything(build)
    spoil = "update staging.base_telemetry__events set position_seconds = 1"
    longer = "update intermediate.int_playback_spans set end_seconds = end_seconds + 1"
    build.execute(spoil, longer)
    hours = sorted({event["landed_at"] for event in first})
    until = hours[len(hours) // 2]
    build.must("run", **variables, reload_from=str(hours[0]), reload_until=str(until))
    (wrong,) = build.rows(f"""
        select
            count(*) filter (where position_seconds <> 1) as mended,
            count(*) filter (where position_seconds <> 1 and landed_at > '{until}') as others
        from staging.base_telemetry__events
    """)
    assert wrong["mended"] > 0 == wrong["others"]
    build.must("run", **variables, reload_from=str(until))
    assert differences(everything(build), right) == []
    build.execute(spoil)
    build.must("run", "--full-refresh", **variables, load_lake_anew=True)
    assert differences(everything(build), right) == []
    done = build.dbt("run", **variables, reload_from="yesterday")
    assert done.returncode != 0
    assert "var reload_from is 'yesterday'; give an arrival hour" in done.stdout


def test_an_empty_lake_then_a_first_delivery_with_a_new_column(builds):
    build = builds("empty")
    lake = build.folder / "lake"
    lake.mkdir()
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    build.must(*BUILD, **variables)
    for name in MARTS.keys() - {"title_performance"}:
        assert mart(build, name) == {}
    assert all(row["viewer_count"] == 0 for row in mart(build, "title_performance").values())
    first, second = two_deliveries()
    without = [
        {name: value for name, value in event.items() if name not in ("isp", "error_count")}
        for event in first
    ]
    # Of two copies in one hour that say different things either may stand: none is delivered again.
    known = {strategies.identity(event) for event in first}
    second = [event for event in second if strategies.identity(event) not in known]
    deliver(lake, without, 0)
    build.must("run", **variables)
    deliver(lake, second, 1)
    build.must("run", **variables)
    loaded = without + second
    for name in ("viewing_sessions", "viewer_title_engagement"):
        assert_equal(mart(build, name), of_oracle(name, loaded))


def test_a_title_that_changes_changes_its_rows(builds):
    """A duration in the catalogue, and one that telemetry alone tells, with no new event of it."""
    build, variables, (first, _) = of_first_delivery(builds, "titles")
    catalogue = {
        **strategies.CATALOGUE,
        "film": strategies.CATALOGUE["film"] | {"duration_seconds": 250, "title_name": "Short"},
    }
    catalogue.pop("clip")
    titles_file(build, catalogue)
    build.must("run", **variables)
    for name in ("viewing_sessions", "viewer_title_engagement"):
        assert_equal(mart(build, name), of_oracle(name, first, catalogue))


def test_titles_come_into_the_catalogue_and_leave_it(builds):
    """Events of a title land before the catalogue has it, while it has, and after: all tell."""
    deliveries = [events for events in strategies.deliveries(30) if events]
    build = builds("in_and_out")
    lake = build.folder / "lake"
    without = {name: title for name, title in strategies.CATALOGUE.items() if name != "clip"}
    for number, catalogue in enumerate([without, strategies.CATALOGUE, without]):
        deliver(lake, deliveries[number], number)
        variables = {"telemetry_path": lake, "titles_path": titles_file(build, catalogue)}
        build.must("run", **variables)
    (reports,) = build.rows("""
        select sum(event_count) as n from intermediate.int_title_reports where title_id = 'clip'
    """)
    events = {strategies.identity(e) for events in deliveries[:3] for e in events}
    assert reports["n"] == len([event for event in events if "clip" in event])
    whole = build.beside("whole").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []


def test_a_title_that_a_run_changed_which_did_not_end_is_changed_back(builds):
    """What that run derived by the other duration does not stay."""
    build, variables, (first, _) = of_first_delivery(builds, "changed_back")
    catalogue = {
        **strategies.CATALOGUE,
        "film": strategies.CATALOGUE["film"] | {"duration_seconds": 250},
    }
    titles_file(build, catalogue)
    build.must("run", "--exclude", "int_settled", **variables)
    titles_file(build)
    build.must("run", **variables)
    for name in ("viewing_sessions", "viewer_title_engagement", "title_retention"):
        assert_equal(mart(build, name), of_oracle(name, first))


def test_an_id_in_two_sessions_is_an_event_of_each(builds):
    """Whichever lands first, and is loaded first: an id alone is not trusted."""
    build, variables, (first, _) = of_first_delivery(builds, "two_sessions")
    event = {**first[0], "event_id": "twice", "customer_id": "lonely"}
    later = event | {"session_id": "later", "title_id": "epic", "landed_at": datetime(2024, 5, 3)}
    earlier = event | {
        "session_id": "earlier",
        "title_id": "film",
        "landed_at": datetime(2024, 5, 2),
    }
    deliver(variables["telemetry_path"], [later], 1)
    build.must("run", **variables)
    deliver(variables["telemetry_path"], [earlier], 2)
    build.must("run", **variables)
    for name in ("viewing_sessions", "viewer_title_engagement"):
        assert_equal(mart(build, name), of_oracle(name, [*first, later, earlier]))
    by_increments = everything(build)
    build.must("run", "--full-refresh", **variables)
    assert differences(by_increments, everything(build)) == []


def test_freshness_is_told_by_arrival_hours(small):
    build, variables, _ = small
    done = build.dbt("source", "freshness", **variables)
    assert done.returncode != 0, "the lake is of 2024"
    assert "ERROR STALE freshness of telemetry.events" in done.stdout
