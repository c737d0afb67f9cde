"""Incremental runs: whatever arrives when, the marts are a full refresh's, and the oracle's."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import strategies
from comparison import MARTS, Rows, assert_equal, landed, mart, of_oracle, titles_file
from conftest import ROOT, Build, write_ndjson

VIEWERS = 300
FIRST_HOUR = datetime(2024, 5, 1)
Delivery = list[dict[str, Any]]


def deliver(lake: Path, events: Delivery, number: int) -> None:
    """A file for each arrival hour, named for the delivery; an hour may get several."""
    write_ndjson(lake, landed(events), f"delivery-{number}.json.gz")


def landing(event: dict[str, Any], landed_at: datetime) -> dict[str, Any]:
    return {**event, "landed_at": landed_at}


def deliveries(seed: int) -> list[Delivery]:
    """Hostile viewers in six deliveries: in any order, late by up to 30 days, some events again.

    Sessions are torn apart; of some the first event comes last. The third delivery is empty, the
    fifth lands in hours that the second has filled, and beside others that are new.
    """
    chance = random.Random(seed)
    events = strategies.all_events(strategies.spread(strategies.lake(VIEWERS, seed), days=9))
    parts: list[Delivery] = [[] for _ in range(6)]
    days = [0, 3, 3, 20, 3, 30]
    firsts = {}
    for event in sorted(events, key=lambda event: event["event_timestamp"]):
        firsts.setdefault((event["customer_id"], event["session_id"]), event["event_id"])
    late = {event_id for event_id in firsts.values() if chance.random() < 0.2}
    hours: dict[tuple[str, int], datetime] = {}
    for event in events:
        number = 5 if event["event_id"] in late else chance.choice((0, 0, 1, 1, 3, 4))
        # All copies of an event in a delivery land in one hour.
        number = next((n for n in range(6) if (event["event_id"], n) in hours), number)
        hour = FIRST_HOUR + timedelta(days=days[number], hours=chance.randrange(5))
        landed_at = hours.setdefault((event["event_id"], number), hour)
        parts[number].append(landing(event, landed_at))
        if number < 5 and chance.random() < 0.1:
            parts[5].append(landing(event, FIRST_HOUR + timedelta(days=30)))
    return parts


def everything(build: Build) -> dict[str, Rows]:
    """All marts, but for when what was run."""
    rows = {name: mart(build, name) for name in MARTS}
    for of_mart in rows.values():
        for row in of_mart.values():
            row.pop("processed_at", None)
            row.pop("loaded_at", None)
    return rows


def differences(left: dict[str, Rows], right: dict[str, Rows]) -> list[Any]:
    return [
        (name, key, left[name].get(key), right[name].get(key))
        for name in left
        for key in left[name].keys() | right[name].keys()
        if left[name].get(key) != right[name].get(key)
    ][:3]


def evidence(build: Build) -> dict[str, str | None]:
    rows = build.rows("select event_id, evidence from intermediate.int_playback_spans")
    return {row["event_id"]: row["evidence"] for row in rows}


def test_incremental_builds_equal_a_full_refresh_and_the_oracle(builds):
    build = builds("deliveries")
    lake = build.folder / "lake"
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    loaded: Delivery = []
    before: dict[str, str | None] = {}
    mended = 0
    for number, events in enumerate(deliveries(1)):
        deliver(lake, events, number)
        loaded += events
        build.must("build", "--exclude-resource-type", "unit_test", **variables)
        expected = of_oracle("viewer_title_engagement", loaded)
        assert_equal(mart(build, "viewer_title_engagement"), expected)
        after = evidence(build)
        mended += sum(
            after[event_id] == "observed" for event_id, was in before.items() if was != "observed"
        )
        before = after
    assert mended > 50, "ends that were lost, and then came"
    whole = build.beside("whole").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []
    for name in MARTS:
        assert_equal(mart(build, name), of_oracle(name, loaded))


def test_a_run_derives_what_landed_and_no_more(builds):
    """One session of many gets another event: only it, and its viewer's title, is derived."""
    build = builds("proportional")
    lake = build.folder / "lake"
    first, *_ = deliveries(8)
    deliver(lake, first, 0)
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    build.must("run", **variables)
    event = next(event for event in first if event["title_id"] == "epic")
    another = {
        **event,
        "event_id": "another",
        "event_type": "stop",
        "landed_at": FIRST_HOUR + timedelta(days=1),
    }
    deliver(lake, [another], 1)
    build.must("run", **variables)
    touched = build.rows("select customer_id, session_id from intermediate.int_touched_sessions")
    assert [tuple(row.values()) for row in touched] == [(event["customer_id"], event["session_id"])]
    (pairs,) = build.rows("select count(*) as n from intermediate.int_touched_viewer_titles")
    titles = {
        e["title_id"]
        for e in first
        if e["session_id"] == event["session_id"] and e["customer_id"] == event["customer_id"]
    }
    assert pairs["n"] == len(titles)
    (loads,) = build.rows("""
        select count(*) as n, count(distinct loaded_at) as loads
        from staging.base_telemetry__events where landed_at = timestamp '2024-05-02 00:00:00'
    """)
    assert (loads["n"], loads["loads"]) == (1, 1)


def started_models(process: subprocess.Popen[str]) -> Iterator[str]:
    """The lines in which dbt says that it begins a model, as they come."""
    for line in process.stdout or ():
        if " START sql " in line:
            yield line


def killed(build: Build, after_models: int, **variables: Any) -> None:
    """A run that is killed, by its own process id, a moment after it begins its n-th model."""
    process = subprocess.Popen(
        build.command("run", **variables),
        cwd=ROOT,
        env=os.environ | build.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    for number, _ in enumerate(started_models(process), 1):
        if number == after_models:
            break
    time.sleep(random.Random(after_models).random() / 5)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def test_killed_runs_change_nothing(builds):
    """Each delivery meets a run that dies somewhere; the next one makes good."""
    build = builds("killed")
    lake = build.folder / "lake"
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    loaded: Delivery = []
    for number, events in enumerate(deliveries(3)):
        deliver(lake, events, number)
        loaded += events
        if number == 0:
            build.must("run", **variables)
        else:
            killed(build, after_models=(4, 12, 16, 23, 50)[number - 1], **variables)
    build.must("build", **variables)
    whole = build.beside("whole").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []
    expected = of_oracle("viewer_title_engagement", loaded)
    assert_equal(mart(build, "viewer_title_engagement"), expected)


@pytest.fixture(scope="module")
def small(builds) -> tuple[Build, dict[str, Any], list[Delivery]]:
    """A build of the first of two deliveries; its variables; both deliveries."""
    build = builds("small")
    first, second, *_ = deliveries(4)
    deliver(build.folder / "lake", first, 0)
    variables = {"telemetry_path": build.folder / "lake", "titles_path": titles_file(build)}
    return build.must("run", **variables), variables, [first, second]


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
    for file in Path(variables["telemetry_path"]).rglob("delivery-0.json.gz"):
        file.unlink()
    build.must("build", **variables)
    deliver(variables["telemetry_path"], second, 1)
    build.must("build", **variables)
    expected = of_oracle("viewer_title_engagement", first + second)
    assert_equal(mart(build, "viewer_title_engagement"), expected)


def test_a_range_of_hours_is_loaded_again(builds):
    """Backfill: what was held wrongly is right again, for the hours asked for; then all of it."""
    build = builds("backfill")
    lake = build.folder / "lake"
    first, second, *_ = deliveries(5)
    deliver(lake, first, 0)
    deliver(lake, second, 1)
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    build.must("run", **variables)
    right = everything(build)
    spoil = "update staging.base_telemetry__events set position_seconds = 1"
    build.execute(spoil, "update intermediate.int_playback_spans set end_seconds = end_seconds + 1")
    until = FIRST_HOUR + timedelta(hours=5)
    build.must("run", **variables, reload_from=str(FIRST_HOUR), reload_until=str(until))
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
    build.must("run", "--full-refresh", **variables)
    assert differences(everything(build), right) == []
    done = build.dbt("run", **variables, reload_from="yesterday")
    assert done.returncode != 0
    assert "var reload_from is 'yesterday'; give an arrival hour" in done.stdout


def test_an_empty_lake_then_a_first_delivery_with_a_new_column(builds):
    build = builds("empty")
    lake = build.folder / "lake"
    lake.mkdir()
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    build.must("build", **variables)
    for name in MARTS.keys() - {"title_performance"}:
        assert mart(build, name) == {}
    assert all(row["viewer_count"] == 0 for row in mart(build, "title_performance").values())
    first, second, *_ = deliveries(6)
    without = [
        {name: value for name, value in event.items() if name not in ("isp", "error_count")}
        for event in first
    ]
    deliver(lake, without, 0)
    build.must("run", **variables)
    deliver(lake, second, 1)
    build.must("run", **variables)
    loaded = without + second
    for name in ("viewing_sessions", "viewer_title_engagement"):
        assert_equal(mart(build, name), of_oracle(name, loaded))


def test_a_title_that_changes_changes_its_rows(builds):
    """A duration in the catalogue, and one that telemetry alone tells, with no new event of it."""
    build = builds("titles")
    lake = build.folder / "lake"
    first, *_ = deliveries(7)
    deliver(lake, first, 0)
    build.must("run", telemetry_path=lake, titles_path=titles_file(build))
    catalogue = {
        **strategies.CATALOGUE,
        "film": strategies.CATALOGUE["film"] | {"duration_seconds": 250, "title_name": "Short"},
    }
    catalogue.pop("clip")
    build.must("run", telemetry_path=lake, titles_path=titles_file(build, catalogue))
    for name in ("viewing_sessions", "viewer_title_engagement"):
        assert_equal(mart(build, name), of_oracle(name, first, catalogue))


def test_a_whole_model_is_not_built_from_a_part(small):
    build, variables, _ = small
    done = build.dbt("run", "--full-refresh", "--select", "viewing_sessions", **variables)
    assert done.returncode != 0
    assert "viewing_sessions cannot be built whole without int_touched_sessions" in done.stdout
    # By itself and not whole it is: nothing is lost.
    build.must("run", "--select", "viewing_sessions", **variables)


def test_freshness_is_told_by_arrival_hours(small):
    build, variables, _ = small
    done = build.dbt("source", "freshness", **variables)
    assert done.returncode != 0, "the lake is of 2024"
    assert "ERROR STALE freshness of telemetry.events" in done.stdout
