"""The models against the oracle, which shares no code with them: every column of every row."""

import csv
import gzip
import random
from collections import Counter
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import oracle
import oracle_marts
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import strategies
from comparison import MARTS, assert_equal, landed, mart, moved, of_oracle, titles_file
from conftest import Build, partition, write_ndjson
from generator.faults import FAULT_NAMES, FaultRates
from generator.run import GeneratorOptions, generate

VIEWERS = 1250
LANDED_AT = datetime(2024, 3, 3, 12)


@pytest.fixture(scope="module")
def examples() -> list[strategies.Example]:
    return strategies.spread(strategies.lake(VIEWERS))


@pytest.fixture(scope="module")
def events(examples: list[strategies.Example]) -> list[dict[str, Any]]:
    return strategies.all_events(examples)


@pytest.fixture(scope="module")
def rejected() -> list[tuple[str, dict[str, Any]]]:
    return strategies.collect(strategies.rejected_event(), 100)


@pytest.fixture(scope="module")
def malformed() -> list[str]:
    lines = strategies.collect(strategies.malformed_line(), 20)
    return lines + strategies.collect(strategies.not_an_object(), 5)


@pytest.fixture(scope="module")
def built(builds, events, rejected, malformed) -> Build:
    """The hostile lake as gzip NDJSON, through `dbt build` with all its tests."""
    build = builds("hostile")
    lines = landed(events) + landed([event for _, event in rejected])
    lines += [(LANDED_AT, line) for line in malformed]
    lake = write_ndjson(build.folder / "lake", lines)
    return build.must("build", telemetry_path=lake, titles_path=titles_file(build))


def test_sessions_equal_the_oracle(built, events, examples):
    expected = of_oracle("viewing_sessions", events)
    assert len(expected) > 2 * VIEWERS
    assert_equal(mart(built, "viewing_sessions"), expected, examples)


def test_engagement_equals_the_oracle(built, events, examples):
    expected = of_oracle("viewer_title_engagement", events)
    assert_equal(mart(built, "viewer_title_engagement"), expected, examples)


def test_viewers_equal_the_oracle(built, events, examples):
    expected = of_oracle("viewer_segments", events)
    assert_equal(mart(built, "viewer_segments"), expected, examples)


@pytest.mark.parametrize("name", ["title_performance", "playback_quality"])
def test_titles_and_quality_equal_the_oracle(built, events, name):
    assert_equal(mart(built, name), of_oracle(name, events))


def test_minutes_equal_the_oracle(built, events):
    assert_equal(mart(built, "viewing_concurrency"), of_oracle("viewing_concurrency", events))


def test_days_equal_the_oracle(built, events, rejected, malformed):
    """Rejected rows count too, where they landed on one of the days."""
    everything = events + [event for _, event in rejected]
    unreadable = [LANDED_AT] * len(malformed)
    expected = of_oracle("daily_viewing", everything, strategies.CATALOGUE, unreadable)
    assert_equal(mart(built, "daily_viewing"), expected)


def test_the_oracle_knows_every_column(built, events):
    """But for when dbt ran, titles' names beside their ids, and an ingredient of a flag."""
    unknown = {"processed_at", "loaded_at", "has_position_beyond_duration"}
    unknown |= {"title_name", "title_type", "title_duration_seconds"}
    for name, key in MARTS.items():
        expected = of_oracle(name, events)
        (columns,) = built.rows(f"""
            select list(column_name) as names from information_schema.columns
            where table_schema = 'marts' and table_name = '{name}'
        """)
        known = set(next(iter(expected.values()))) | set(key)
        assert set(columns["names"]) - known <= unknown


def test_every_kind_of_row_occurs(built):
    """Equality proves nothing about a case that the lake does not hold."""
    flags = built.rows(
        "select distinct data_quality_flag as flag from marts.viewer_title_engagement"
    )
    tiers = built.rows("select distinct engagement_tier as tier from marts.viewer_title_engagement")
    evidence = built.rows("select distinct evidence from intermediate.int_watch_intervals")
    sources = built.rows("select distinct duration_source from intermediate.int_titles_enriched")
    repeats = built.rows("select count(*) as n from intermediate.int_events_at_shared_stamps")
    assert len(flags) == 7
    assert len(tiers) == 4
    assert len(evidence) == 7
    assert len(sources) == 3
    assert repeats[0]["n"] > 100
    for column, least in (("binge_visit_count", 10), ("simultaneous_stream_seconds", 20)):
        (found,) = built.rows(f"select count(*) as n from marts.viewer_segments where {column} > 0")
        assert found["n"] >= least
    (over_midnight,) = built.rows("""
        select count(*) as n from intermediate.int_watch_intervals
        where wall_started_at::date < (wall_ended_at - interval 1 millisecond)::date
    """)
    assert over_midnight["n"] > 10


def test_intervals_equal_the_oracle(built, events):
    """Each with its place on the title and on the clock, contiguous ones of a play as one."""
    columns = (
        "customer_id, session_id, title_id, evidence, start_seconds, end_seconds, "
        "unplaced_seconds, wall_started_at, wall_ended_at"
    )
    rows = built.rows(f"select {columns} from intermediate.int_watch_intervals")
    expected = Counter(
        (
            *interval.event.session_key,
            interval.evidence,
            interval.start,
            interval.end,
            interval.unplaced_seconds,
            *interval.on_clock,
        )
        for interval in oracle.watch_intervals(events, strategies.CATALOGUE)
    )
    assert Counter(tuple(row.values()) for row in rows) == expected


def test_islands_equal_the_oracle(built, events):
    coverage = oracle.watch_coverage(events, strategies.CATALOGUE)
    rows = built.rows("select * from intermediate.int_watch_coverage order by start_seconds")
    actual: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        key = (row["customer_id"], row["title_id"])
        actual.setdefault(key, []).append((row["start_seconds"], row["end_seconds"]))
    assert actual == coverage


def test_retention_equals_the_oracle(built, events):
    assert_equal(mart(built, "title_retention"), of_oracle("title_retention", events))


def masked(line: str) -> str:
    """A line as quarantine holds it: without the address that the drawn places have."""
    for address in (place["ip_address"] for place in strategies.PLACES if "ip_address" in place):
        line = line.replace(address, "[ip]")
    # A line that is cut within its address: the text ends as a text does.
    return line + '"' if line.endswith('"[ip]') else line


def test_nothing_is_lost(built, events, rejected, malformed):
    """Accepted + rejected + ignored = read, each rejected row with its reason and text."""
    outcomes = Counter(oracle.outcome(event, strategies.CATALOGUE) for event in events)
    assert outcomes.keys() == {"accepted", "ignored"}
    accepted = built.rows("select count(*) as n from staging.stg_telemetry__events")[0]["n"]
    rows = built.rows("select reject_reason, raw_text from staging.stg_telemetry__rejected_events")
    assert accepted == outcomes["accepted"]
    expected = Counter((reason, masked(strategies.json_line(event))) for reason, event in rejected)
    expected.update(("unparseable", masked(line)) for line in malformed)
    assert Counter((row["reject_reason"], row["raw_text"]) for row in rows) == expected
    assert {reason for reason, _ in expected} == set(strategies.REASONS) | {"unparseable"}
    counted = Counter(reason for reason, _ in expected.elements()) + outcomes
    intake = Counter()
    for row in built.rows("select outcome, row_count from marts.daily_intake"):
        intake[row["outcome"]] += row["row_count"]
    assert intake == counted


def test_order_repeats_and_redelivery_change_nothing(builds, built, events):
    """The same events shuffled, a fifth delivered again within their hour or a day later."""
    chance = random.Random(1)
    again = [
        {**event, "landed_at": event["landed_at"] + chance.choice([timedelta(), timedelta(days=1)])}
        for event in events
        if chance.random() < 0.2
    ]
    shuffled = chance.sample(events + again, len(events) + len(again))
    build = builds("shuffled")
    lake = write_ndjson(build.folder / "lake", landed(shuffled))
    build.must("run", telemetry_path=lake, titles_path=titles_file(build))
    for name in MARTS:
        assert moved(mart(build, name), timedelta()) == moved(mart(built, name), timedelta())


def test_shifting_time_changes_only_times(builds, built, events):
    """Everything 37 days later."""
    by = timedelta(days=37)
    build = builds("later")
    lake = write_ndjson(build.folder / "lake", landed(strategies.shifted(events, by)))
    build.must("run", telemetry_path=lake, titles_path=titles_file(build))
    for name in MARTS:
        assert moved(mart(build, name), timedelta()) == moved(mart(built, name), by)


def test_every_fault_of_the_generator_equals_the_oracle(builds):
    """Simulated viewers, each fault at one event in twenty, their lines read back from the lake."""
    build = builds("faults")
    faults = FaultRates(**dict.fromkeys(FAULT_NAMES, 0.05))
    generate(GeneratorOptions(build.folder / "data", days=1, scale=0.002, faults=faults))
    telemetry = build.folder / "data" / "telemetry"
    build.must("run", telemetry_path=telemetry, titles_path=build.folder / "data" / "titles.csv")
    events, unreadable_landed_at = [], []
    for file in telemetry.rglob("*.json.gz"):
        hour = "-".join(part.split("=")[1] for part in file.parts[-5:-1])
        landed_at = datetime.strptime(hour, "%Y-%m-%d-%H")
        for line in gzip.decompress(file.read_bytes()).splitlines():
            event = oracle.parse_line(line.decode(errors="replace"), landed_at)
            events.append(event)
            if event is None:
                unreadable_landed_at.append(landed_at)
    with (build.folder / "data" / "titles.csv").open() as file:
        catalogue = {
            row["title_id"]: row
            | {
                "duration_seconds": Decimal(row["duration_seconds"]),
                "released_on": date.fromisoformat(row["released_on"]),
            }
            for row in csv.DictReader(file)
        }
    rejected = sum(oracle.reject_reason(event, catalogue) is not None for event in events)
    (quarantine,) = build.rows("select count(*) as n from staging.stg_telemetry__rejected_events")
    assert quarantine["n"] == rejected > 1000
    for name in MARTS:
        more = [unreadable_landed_at] if name == "daily_viewing" else []
        expected = of_oracle(name, events, catalogue, *more)
        assert_equal(mart(build, name), expected)


def other_engagement() -> tuple[oracle.Engagement, dict[str, float]]:
    """Every engagement setting changed: for the oracle, and as the variable says it."""
    values = {
        "watch_weight": ("watch_minute_weight", Fraction(2)),
        "session_weight": ("session_weight", Fraction(3)),
        "coverage_weight": ("coverage_weight", Fraction(1, 2)),
        "completion_weight": ("completion_weight", Fraction(10)),
        "skip_weight": ("forward_skip_weight", Fraction(4)),
        "watch_cap_durations": ("watch_duration_cap", 1),
        "session_cap": ("session_cap", 2),
        "completion_cap": ("completion_cap", 1),
        "skip_cap": ("forward_skip_cap", 1),
        "high_above": ("high_threshold", 60),
        "medium_above": ("medium_threshold", 30),
        "low_above": ("low_threshold", 5),
        "completion_threshold": ("completion_threshold", 20),
        "engaged_session_seconds": ("engaged_session_seconds", Decimal(30)),
        "excessive_watch_percentage": ("excessive_watch_percentage", 90),
        "very_short_watch_seconds": ("short_watch_seconds", Decimal(12)),
    }
    changed = oracle.Engagement(**{name: value for name, (_, value) in values.items()})
    return changed, {variable: float(value) for variable, value in values.values()}


def test_other_settings_and_parquet_of_strings(builds, events):
    """Every setting changed, on a lake of Parquet whose every column is text."""
    playback = oracle.Playback(
        max_playback_rate=Decimal("1.5"),
        min_playback_rate=Decimal("0.8"),
        clock_tolerance_seconds=Decimal(2),
        forward_skip_seconds=Decimal(20),
        backward_skip_seconds=Decimal(8),
        max_inferred_seconds=Decimal(60),
    )
    audience = oracle_marts.Audience(
        recent_days=20,
        at_risk_days=40,
        new_viewer_days=3,
        power_active_days=2,
        power_watch_hours=Decimal("0.05"),
        engaged_active_days=1,
        engaged_watch_hours=Decimal("0.02"),
        binge_gap_seconds=600,
        binge_title_count=2,
    )
    build = builds("settings")
    hours: dict[datetime, list[dict[str, Any]]] = {}
    for event in events:
        row = {
            name: None if event.get(name) is None else str(event[name])
            for name in strategies.CANONICAL_FIELDS
        }
        hours.setdefault(event["landed_at"], []).append(row)
    schema = pa.schema([(name, pa.string()) for name in strategies.CANONICAL_FIELDS])
    for landed_at, rows in hours.items():
        folder = build.folder / "lake" / partition(landed_at)
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / "part-00000.parquet")
    engagement, variables = other_engagement()
    build.must(
        *("run", "--select", "+viewer_title_engagement", "+viewer_segments"),
        telemetry_path=build.folder / "lake",
        telemetry_format="parquet",
        titles_path=titles_file(build),
        playback={name: float(value) for name, value in asdict(playback).items()},
        engagement=variables,
        audience={name: float(value) for name, value in asdict(audience).items()},
    )
    settings = strategies.CATALOGUE, playback, engagement
    expected = of_oracle("viewer_title_engagement", events, *settings)
    assert_equal(mart(build, "viewer_title_engagement"), expected)
    expected = of_oracle("viewer_segments", events, *settings, audience)
    assert_equal(mart(build, "viewer_segments"), expected)
