"""The generator: same arguments, same bytes; an exact truth; faults that do what they say."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from generate_telemetry import run
from generator.audience import CUSTOMERS_AT_SCALE_ONE, VIEWERS_BY_HOUR
from generator.events import UNKNOWN_TYPES
from generator.faults import FAULT_NAMES, REALISTIC, FaultRates, parse_faults
from generator.lake import TruthWriter
from generator.players import AD_EVERY_MS, PlayerOptions
from generator.population import draw_population
from generator.rows import FIELDS, STALL_COUNTERS
from generator.run import CATALOGUE_PATH, GeneratorOptions, generate
from pyarrow import csv

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
Row = dict[str, Any]
Landed = list[tuple[datetime, Row]]  # arrival hour and row, in the order of the files
Faulty = Callable[..., Landed]
OPENING, CLOSING = ("start", "resume"), ("pause", "stop", "complete")
SCALE, CROWD_SCALE, RATE = 0.002, 0.1, 0.2
DAYS = 28
EVERY_OPTION: Row = {
    "player": PlayerOptions(60, seeks="from-to", buffers=True, ads=True, rates="reported"),
    "live_channels": 3,
}
EVERY_OPTIONS_FIELDS = (
    *(name for name in FIELDS[:18] if name not in STALL_COUNTERS),
    "seek_from_seconds",
    "playback_rate",
    *FIELDS[18:],
)
PARTITION = re.compile(r"telemetry/year=\d{4}/month=\d\d/day=\d\d/hour=\d\d/part-00000\.json\.gz")


def lake(folder: Path, **changes: Any) -> Path:
    defaults = {"days": 1, "scale": SCALE, "format": "parquet", "faults": FaultRates()}
    generate(GeneratorOptions(folder, **(defaults | changes)))
    return folder


def landed(folder: Path) -> Landed:
    rows = []
    for path in sorted(folder.glob("telemetry/**/*.parquet")):
        hour = arrival_hour(path)
        rows += [(hour, row) for row in pq.ParquetFile(path).read().to_pylist()]
    return rows


def lines(folder: Path) -> list[bytes]:
    paths = sorted(folder.glob("telemetry/**/*.json.gz"))
    return [line for path in paths for line in gzip.decompress(path.read_bytes()).splitlines()]


def arrival_hour(path: Path) -> datetime:
    year, month, day, hour = (int(part.partition("=")[2]) for part in path.parent.parts[-4:])
    return datetime(year, month, day, hour, tzinfo=UTC)


def by_id(rows: Landed) -> dict[str, Row]:
    return {row["event_id"]: row for _, row in rows}


def in_order(rows: Landed) -> bool:
    return all(a["event_timestamp"] <= b["event_timestamp"] for (_, a), (_, b) in pairwise(rows))


def delay(landing: tuple[datetime, Row]) -> timedelta:
    """From an event to the begin of its hour of arrival: at most an hour less than it took."""
    hour, row = landing
    return hour - row["event_timestamp"]


def grouped(rows: Landed, *keys: str) -> dict[tuple[str, ...], list[Row]]:
    groups = defaultdict(list)
    for _, row in sorted(rows, key=lambda landing: landing[1]["event_timestamp"]):
        groups[tuple(row[key] for key in keys)].append(row)
    return groups


def about(count: int, total: int, rate: float = RATE) -> bool:
    """Whether a count lies within five standard deviations of its expectation."""
    return abs(count - rate * total) <= 5 * (total * rate * (1 - rate)) ** 0.5


@pytest.fixture(scope="module")
def clean_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lake(tmp_path_factory.mktemp("clean"), truth=True)


@pytest.fixture(scope="module")
def clean(clean_folder: Path) -> Landed:
    return landed(clean_folder)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """Enough viewers for their numbers to be steady."""
    folder = lake(tmp_path_factory.mktemp("crowd"), scale=CROWD_SCALE)
    names = ["session_id", "event_timestamp", "device_type", "quality"]
    files = sorted(folder.glob("telemetry/**/*.parquet"))
    return pa.concat_tables(pq.ParquetFile(path).read(columns=names) for path in files)


@pytest.fixture
def faulty(tmp_path: Path) -> Faulty:
    """Lands the clean lake's viewers with the given fault rates."""
    return lambda **rates: landed(lake(tmp_path / "faulty", faults=FaultRates(**rates)))


def same_but(clean: Landed, rows: Landed, field: str) -> list[tuple[Row, Row]]:
    """Asserts that only one field differs; returns (clean row, altered row) where it does."""
    before = by_id(clean)
    assert len(rows) == len(clean)
    altered = [(before[row["event_id"]], row) for _, row in rows if row != before[row["event_id"]]]
    assert all(old | {field: new[field]} == new for old, new in altered)
    return altered


# Contract


def read_truth(folder: Path) -> pa.Table:
    """The pieces that were really watched."""
    types = csv.ConvertOptions(column_types=TruthWriter.SCHEMA)
    return csv.read_csv(folder / "truth" / "watched.csv.gz", convert_options=types)


@pytest.mark.parametrize("players", [{}, EVERY_OPTION], ids=["plain", "every option"])
@pytest.mark.parametrize("file_format", ["ndjson", "parquet"])
def test_same_arguments_give_the_same_bytes(tmp_path: Path, file_format: str, players: Row) -> None:
    def digest(name: str, seed: int) -> str:
        options = {"format": file_format, "faults": REALISTIC, "truth": True, **players}
        folder = lake(tmp_path / name, seed=seed, **options)
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()

    assert digest("one", seed=1) == digest("again", seed=1) != digest("other", seed=2)


def test_layout_is_that_of_the_lake(tmp_path: Path) -> None:
    folder = lake(tmp_path / "lake", format="ndjson", truth=True)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    partitions = {name for name in names if PARTITION.fullmatch(name)}
    assert names - partitions == {"titles.csv", "truth/watched.csv.gz"}
    assert {f"telemetry/year=2025/month=03/day=03/hour={hour:02}/part-00000.json.gz"
            for hour in range(24)} <= partitions  # fmt: skip
    assert (folder / "titles.csv").read_bytes() == CATALOGUE_PATH.read_bytes()


@pytest.mark.parametrize(
    ("players", "fields"),
    [({}, FIELDS), (EVERY_OPTION, EVERY_OPTIONS_FIELDS)],
    ids=["plain", "every option"],
)
def test_both_formats_hold_the_same_fields(
    tmp_path: Path, players: Row, fields: tuple[str, ...]
) -> None:
    faults = FaultRates(negative_positions=0.1, unknown_types=0.1, clock_skew=0.1, numbered_ids=0.1)
    options = {"faults": faults, **players}
    texts = lines(lake(tmp_path / "ndjson", format="ndjson", **options))
    rows = [row for _, row in landed(lake(tmp_path / "parquet", **options))]
    parsed = [json.loads(text) for text in texts]
    assert len(FIELDS) == 24
    for row in parsed:
        assert tuple(row) == fields
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["event_timestamp"])
        row["event_timestamp"] = datetime.fromisoformat(row["event_timestamp"])
    assert parsed == rows
    position = rb'"position_seconds":(-?\d+\.\d{3}|null),'
    assert all(re.search(position, text) for text in texts)
    assert any(b"S\xc3\xa3o Paulo" in text for text in texts)


def test_lakes_with_other_prefixes_share_only_the_reference_viewer(
    tmp_path: Path, clean: Landed
) -> None:
    other = landed(lake(tmp_path / "other", customer_prefix="x"))
    for field in ("event_id", "customer_id", "session_id"):
        shared = {row[field] for _, row in clean} & {row[field] for _, row in other}
        owners = {row["customer_id"] for _, row in other if row[field] in shared}
        assert owners == {"reference-viewer"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--days 0", "--days is 0"),
        ("--days many", "--days"),
        ("--scale 0", "--scale is 0"),
        ("--scale nan", "--scale is nan"),
        ("--seed -1", "--seed is -1"),
        ("--start 2025-02-30", "--start is '2025-02-30'"),
        ("--format csv", "ndjson or parquet"),
        ("--faults lost=0.1", "unknown fault 'lost'"),
        ("--faults late=1.5", "fault late has rate '1.5'"),
        ("--faults late", "fault late has rate ''"),
        ("--heartbeats -1", "--heartbeats is -1"),
        ("--heartbeats often", "--heartbeats"),
        ("--seeks from", "--seeks is 'from': give one of none, to, from-to"),
        ("--rates fast", "--rates is 'fast': give one of none, reported, silent"),
        ("--live-channels -1", "--live-channels is -1"),
        ('--customer-prefix a"b', "--customer-prefix"),
        ("--colour", "--colour"),
    ],
)
def test_a_users_error_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, message: str
) -> None:
    folder = tmp_path / "lake"
    assert run(["--output", str(folder), *arguments.split()]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not folder.exists()


def test_a_folder_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious").write_text("do not touch")
    assert run(["--output", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "is not empty: choose another --output or delete it" in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_the_command_reports_what_it_wrote(tmp_path: Path) -> None:
    script = [sys.executable, SCRIPTS / "generate_telemetry.py", "--output", tmp_path / "lake"]
    done = subprocess.run(
        [*script, "--days", "1", "--scale", "0.0005"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r".*lake: [\d,]+ events, [\d,]+ rows landed in .*events/s\)\n", done.stdout)
    assert done.stderr == ""


def test_fault_switches() -> None:
    assert parse_faults("none") == FaultRates()
    assert parse_faults("realistic") == REALISTIC
    assert parse_faults("late=0.5,duplicates=1") == FaultRates(late=0.5, duplicates=1)


# Viewers


def test_the_reference_viewer_watches_the_reference_clip(clean: Landed, clean_folder: Path) -> None:
    events = grouped(clean, "customer_id")["reference-viewer",]
    assert [
        (row["event_type"], row["position_seconds"], row["watch_duration_seconds"])
        for row in events
    ] == [
        ("start", 0, 0),
        ("pause", 30, 30),
        ("resume", 30, 30),
        ("pause", 120, 120),
        ("resume", 110, 120),
        ("pause", 120, 130),
    ]
    assert events[0]["event_timestamp"] == datetime(2025, 3, 3, 12, tzinfo=UTC)
    owners = {row["customer_id"] for _, row in clean if row["title_id"] == "reference"}
    assert owners == {"reference-viewer"}
    truth = read_truth(clean_folder).to_pylist()
    pieces = [
        (row["start_seconds"], row["end_seconds"])
        for row in truth
        if row["customer_id"] == "reference-viewer"
    ]
    assert pieces == [(0, 30), (30, 120), (110, 120)]


def test_without_faults_the_events_say_exactly_what_was_watched(
    clean: Landed, clean_folder: Path
) -> None:
    pieces = []
    for key, events in grouped(clean, "customer_id", "session_id", "title_id").items():
        openings, closings = events[::2], events[1::2]
        assert {row["event_type"] for row in openings} <= set(OPENING)
        assert {row["event_type"] for row in closings} <= set(CLOSING)
        for opening, closing in zip(openings, closings, strict=True):
            start, end = (
                Decimal(str(row["position_seconds"])).quantize(Decimal("0.001"))
                for row in (opening, closing)
            )
            began, ended = opening["event_timestamp"], closing["event_timestamp"]
            wall = Decimal((ended - began) // timedelta(milliseconds=1)) / 1000
            # docs/method.md §3.4: the advance is plausible, and the wall is not clipped.
            assert 0 < end - start <= 2 * wall + 5
            assert wall <= 2 * (end - start) + 5
            pieces.append((*key, start, end, began, ended))
    names = ("customer_id", "session_id", "title_id", "start_seconds", "end_seconds",
             "started_at", "ended_at")  # fmt: skip
    truth = read_truth(clean_folder).select(names)
    assert sorted(pieces) == sorted(tuple(row.values()) for row in truth.to_pylist())


def test_a_session_moves_forward_in_time_and_count(clean: Landed) -> None:
    counters = ("watch_duration_seconds", "buffering_events", "buffering_duration_seconds",
                "error_count")  # fmt: skip
    for events in grouped(clean, "session_id").values():
        for earlier, later in pairwise(events):
            assert earlier["event_timestamp"] < later["event_timestamp"]
            assert all(earlier[counter] <= later[counter] for counter in counters)


def test_views_of_a_session_neither_overlap_nor_come_back(clean: Landed) -> None:
    for events in grouped(clean, "session_id").values():
        titles = [title for title, _ in groupby(events, key=itemgetter("title_id"))]
        assert len(titles) == len(set(titles))


def test_reported_watch_time_is_what_the_session_watched(clean: Landed) -> None:
    for events in grouped(clean, "session_id").values():
        watched_ms = 0
        for opening, closing in zip(events[::2], events[1::2], strict=True):
            assert opening["watch_duration_seconds"] == watched_ms // 1000
            advance = closing["position_seconds"] - opening["position_seconds"]
            watched_ms += round(advance * 1000)
            assert closing["watch_duration_seconds"] == watched_ms // 1000


def test_viewers_complete_come_back_binge_and_share_accounts(clean: Landed) -> None:
    complete = [row for _, row in clean if row["event_type"] == "complete"]
    assert {row["completion_percentage"] for row in complete} == {100.0}
    starts = [row for _, row in clean if row["event_type"] == "start"]
    assert any(row["position_seconds"] > 0 for row in starts)
    sessions = grouped(clean, "session_id")
    assert 1.2 < len(starts) / len(sessions) < 1.6
    assert any(events[-1]["event_type"] == "pause" for events in sessions.values())

    spans = defaultdict(list)
    for events in sessions.values():
        began, ended = events[0]["event_timestamp"], events[-1]["event_timestamp"]
        spans[events[0]["customer_id"]].append((began, ended, events[0]["device_id"]))
    assert any(
        second[0] < first[1] and second[2] != first[2]
        for of_customer in spans.values()
        for first, second in pairwise(sorted(of_customer))
    )


def test_device_and_quality_shares(crowd: pa.Table) -> None:
    sessions = crowd.group_by("session_id").aggregate([("device_type", "min"), ("quality", "min")])
    devices = Counter(sessions["device_type_min"].to_pylist())
    qualities = Counter(sessions["quality_min"].to_pylist())
    expected = {"mobile": 0.35, "tv": 0.30, "web": 0.25, "tablet": 0.10}
    assert {name: count / len(sessions) for name, count in devices.items()} == pytest.approx(
        expected, abs=0.02
    )
    expected = {"HD": 0.60, "SD": 0.25, "4K": 0.15}
    assert {name: count / len(sessions) for name, count in qualities.items()} == pytest.approx(
        expected, abs=0.02
    )


def test_concurrent_viewers_are_within_the_band_of_their_hour(crowd: pa.Table) -> None:
    moments = [("event_timestamp", "min"), ("event_timestamp", "max")]
    sessions = crowd.group_by("session_id").aggregate(moments)
    began, ended = (
        sessions[f"event_timestamp_{end}"].to_numpy().astype("datetime64[s]").astype(np.int64)
        for end in ("min", "max")
    )
    midnight = int(datetime(2025, 3, 3, tzinfo=UTC).timestamp())
    # Nobody watches when the simulation begins, and films go on when a quieter daypart begins.
    for hour in set(range(2, 24)) - {2, 22}:
        first = midnight + 3600 * hour
        seconds = np.minimum(ended, first + 3600) - np.maximum(began, first)
        viewers = np.maximum(seconds, 0).sum() / 3600 / CROWD_SCALE
        low, high = VIEWERS_BY_HOUR[hour]
        assert 0.9 * low <= viewers <= 1.1 * high, hour


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """The sessions of four weeks as the truth has them: customer_id and day (from 0) of each."""
    folder = lake(tmp_path_factory.mktemp("month"), days=DAYS, truth=True)
    sessions = read_truth(folder).group_by(["customer_id", "session_id"])
    began = sessions.aggregate([("started_at", "min")])
    first_day = np.datetime64("2025-03-03")
    day = began["started_at_min"].to_numpy().astype("datetime64[D]") - first_day
    return pa.table({"customer_id": began["customer_id"], "day": day.astype(np.int64)})


def test_a_tenth_of_the_customers_begins_half_of_the_sessions(month: pa.Table) -> None:
    sessions = sorted(Counter(month["customer_id"].to_pylist()).values())
    busiest = sessions[-len(sessions) // 10 :]
    assert 0.35 < sum(busiest) / sum(sessions) < 0.60
    assert busiest[-1] < 5 * DAYS


def test_customers_come_and_go(month: pa.Table) -> None:
    """Nobody is seen outside their days; some join, some leave, most are there all the time."""
    rng = np.random.default_rng(np.random.SeedSequence(1).spawn(1)[0])
    population = draw_population(round(CUSTOMERS_AT_SCALE_ONE * SCALE), DAYS, rng)
    number = pc.utf8_slice_codeunits(month["customer_id"], 1)
    is_reference = pc.equal(month["customer_id"], "reference-viewer")
    customer = pc.if_else(is_reference, str(population.reference), number).cast("int64").to_numpy()
    day = month["day"].to_numpy()
    assert (population.joined_day[customer] <= day).all()
    assert (day < population.left_day[customer]).all()

    customers = np.unique(customer)
    joins = population.joined_day[customers] > 0
    leaves = population.left_day[customers] < DAYS
    assert 0.2 < joins.mean() < 0.5
    assert 0.1 < leaves.mean() < 0.3
    assert (~joins & ~leaves).mean() > 0.4


def test_weekends_are_busier(month: pa.Table) -> None:
    by_weekday = np.bincount(month["day"].to_numpy() % 7, minlength=7)  # day 0 is a Monday
    assert by_weekday[5:7].min() > by_weekday[:4].max()


# Players


Pieces = dict[tuple[str, str], list[Row]]  # by session and title, in order
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def played(tmp_path: Path) -> Callable[..., tuple[dict[tuple[str, ...], list[Row]], Pieces]]:
    """Lands the clean lake's viewing as other players tell it: the events and the truth."""

    def land(live_channels: int = 0, **options: Any) -> tuple[Any, Pieces]:
        name = "-".join(map(str, options.values()))
        player = PlayerOptions(**options)
        folder = lake(tmp_path / name, truth=True, player=player, live_channels=live_channels)
        # In the order of the files, which is that of time: what shares a stamp stays in order.
        return grouped(landed(folder), "session_id", "title_id"), pieces_of(folder)

    return land


def pieces_of(folder: Path) -> Pieces:
    pieces = defaultdict(list)
    for piece in read_truth(folder).to_pylist():
        pieces[piece["session_id"], piece["title_id"]].append(piece)
    return pieces


def flat(events: dict[tuple[str, ...], list[Row]]) -> dict[str, Row]:
    return {row["event_id"]: row for rows in events.values() for row in rows}


def of_types(rows: list[Row], *types: str) -> list[Row]:
    return [row for row in rows if row["event_type"] in types]


def without(row: Row, *fields: str) -> Row:
    return {name: value for name, value in row.items() if name not in fields}


def position_of(row: Row) -> Decimal:
    return Decimal(str(row["position_seconds"])).quantize(Decimal("0.001"))


def seconds(duration: timedelta) -> Decimal:
    return Decimal(duration // MILLISECOND) / 1000


@pytest.mark.parametrize(
    "options",
    [
        {"heartbeat_seconds": 10},
        {"seeks": "to"},
        {"seeks": "from-to"},
        {"buffers": True},
        {"ads": True},
        {"rates": "reported"},
        {"rates": "silent"},
    ],
    ids=str,
)
def test_whatever_the_player_the_same_is_watched(
    played: Any, clean_folder: Path, options: Row
) -> None:
    def joined(pieces: Pieces) -> dict[tuple[str, str], list[list[Decimal]]]:
        """Pieces that go on where the one before ended, as one."""
        watched = {}
        for view, rows in pieces.items():
            spans: list[list[Decimal]] = []
            for row in rows:
                if spans and spans[-1][1] == row["start_seconds"]:
                    spans[-1][1] = row["end_seconds"]
                else:
                    spans.append([row["start_seconds"], row["end_seconds"]])
            watched[view] = spans
        return watched

    _, pieces = played(**options)
    assert joined(pieces) == joined(pieces_of(clean_folder))
    assert sum(map(len, pieces.values())) > sum(map(len, pieces_of(clean_folder).values()))


def test_heartbeats_lie_on_the_line_that_is_played(played: Any, clean: Landed) -> None:
    views, pieces = played(heartbeat_seconds=10)
    told = flat(views)
    beats = {key: row for key, row in told.items() if row["event_type"] == "heartbeat"}
    assert {key: row for key, row in told.items() if key not in beats} == by_id(clean)
    assert len(beats) > 10 * len(clean)
    every, checked = timedelta(seconds=10), 0
    for view, rows in views.items():
        segments, counters = [], ("watch_duration_seconds", *STALL_COUNTERS)
        for row in rows:
            if row["event_type"] in OPENING:
                segments.append([row])
            else:
                segments[-1].append(row)
        for first, *between, last in segments:
            expected = []
            for piece in pieces[view]:
                length = piece["ended_at"] - piece["started_at"]
                moved = piece["end_seconds"] - piece["start_seconds"]
                at = first["event_timestamp"] + every
                while at < last["event_timestamp"]:
                    if piece["started_at"] < at < piece["ended_at"]:
                        share = Decimal((at - piece["started_at"]) / length)
                        expected.append((at, piece["start_seconds"] + moved * share))
                    at += every
            if view[1] == "reference":
                continue
            assert [row["event_timestamp"] for row in between] == [at for at, _ in expected]
            for row, (_, position) in zip(between, expected, strict=True):
                assert abs(position_of(row) - position) < Decimal("0.003")
                checked += 1
            for earlier, later in pairwise((first, *between, last)):
                assert all(earlier[counter] <= later[counter] for counter in counters)
                told_ms = later["watch_duration_seconds"] - first["watch_duration_seconds"]
                assert abs(told_ms - (position_of(later) - position_of(first))) <= 1
    assert checked == len(beats)


@pytest.mark.parametrize("seeks", ["to", "from-to"])
def test_a_seek_leads_from_where_a_piece_ended_to_where_the_next_begins(
    played: Any, clean: Landed, seeks: str
) -> None:
    views, pieces = played(seeks=seeks)
    jumps = sum(
        closing["position_seconds"] != opening["position_seconds"]
        for rows in grouped(clean, "session_id", "title_id").values()
        for closing, opening in zip(rows[1:-1:2], rows[2::2], strict=True)
        if rows[0]["customer_id"] != "reference-viewer"
    )
    found = 0
    for view, rows in views.items():
        ends = {piece["ended_at"]: piece["end_seconds"] for piece in pieces[view]}
        begins = [(piece["started_at"], piece["start_seconds"]) for piece in pieces[view]]
        for row in of_types(rows, "seek"):
            assert ("seek_from_seconds" in row) == (seeks == "from-to")
            left = ends[max(end for end in ends if end <= row["event_timestamp"])]
            assert row.get("seek_from_seconds", float(left)) == float(left)
            at, target = next(begin for begin in begins if begin[0] >= row["event_timestamp"])
            assert target == position_of(row) != left
            assert at - row["event_timestamp"] <= timedelta(seconds=3)
            found += 1
        others = [row for row in rows if row["event_type"] != "seek"]
        assert all(row.get("seek_from_seconds") is None for row in others)
    assert found == jumps > 200


def test_a_seek_takes_the_place_of_a_short_pause(played: Any, clean: Landed) -> None:
    views, _ = played(seeks="from-to")
    told = {
        key: without(row, "seek_from_seconds")
        for key, row in flat(views).items()
        if row["event_type"] != "seek"
    }
    expected, paused = by_id(clean), 0
    for view, rows in grouped(clean, "session_id", "title_id").items():
        if view[1] == "reference":
            continue
        sought = {row["event_timestamp"]: row for row in of_types(views[view], "seek")}
        for pause, resume in zip(rows[1:-1:2], rows[2::2], strict=True):
            began, ended = pause["event_timestamp"], resume["event_timestamp"]
            if pause["position_seconds"] == resume["position_seconds"]:
                continue
            if is_short := ended - began <= timedelta(seconds=3):
                del expected[pause["event_id"]], expected[resume["event_id"]]
            seek = sought.pop(began if is_short else ended)
            assert seek["position_seconds"] == resume["position_seconds"]
            assert seek["watch_duration_seconds"] == pause["watch_duration_seconds"]
            paused += not is_short
        assert not sought
    assert told == expected
    assert paused > 3


def test_buffers_lie_where_the_counters_counted_stalls(played: Any, clean: Landed) -> None:
    views, pieces = played(buffers=True)
    told, before = flat(views), by_id(clean)
    stalls = [key for key, row in told.items() if row["event_type"].startswith("buffer")]
    assert {key: told[key] for key in told.keys() - set(stalls)} == {
        key: without(row, *STALL_COUNTERS) for key, row in before.items()
    }
    counted, stalled = Counter[str](), Counter[str]()
    for view, rows in views.items():
        begins = {piece["started_at"]: piece["start_seconds"] for piece in pieces[view]}
        ends = {piece["ended_at"]: piece["end_seconds"] for piece in pieces[view]}
        buffers = of_types(rows, "buffer_start", "buffer_end")
        for start, end in zip(buffers[::2], buffers[1::2], strict=True):
            assert (start["event_type"], end["event_type"]) == ("buffer_start", "buffer_end")
            assert ends[start["event_timestamp"]] == position_of(start) == position_of(end)
            assert begins.get(end["event_timestamp"], position_of(end)) == position_of(end)
            counted[view[0]] += 1
            stalled[view[0]] += (end["event_timestamp"] - start["event_timestamp"]) // MILLISECOND
    assert counted.total() > 500
    for (session,), rows in grouped(clean, "session_id").items():
        assert counted[session] == rows[-1]["buffering_events"]
        assert stalled[session] == round(1000 * rows[-1]["buffering_duration_seconds"])


def test_advertisements_hold_the_playhead_and_delay_the_session(played: Any, clean: Landed) -> None:
    views, pieces = played(ads=True)
    told, before = flat(views), by_id(clean)
    adverts = 0
    for view, rows in views.items():
        ads = of_types(rows, "ad_start", "ad_end")
        for start, end in zip(ads[::2], ads[1::2], strict=True):
            assert (start["event_type"], end["event_type"]) == ("ad_start", "ad_end")
            assert position_of(start) == position_of(end)
            assert position_of(start) * 1000 % AD_EVERY_MS == 0
            length = end["event_timestamp"] - start["event_timestamp"]
            assert length in [timedelta(seconds=spots) for spots in (15, 30, 45, 60)]
            assert not any(
                piece["started_at"] < end["event_timestamp"]
                and start["event_timestamp"] < piece["ended_at"]
                for piece in pieces[view]
            )
            adverts += 1
        at_breaks = [
            piece
            for piece in pieces[view]
            if piece["start_seconds"] // (AD_EVERY_MS // 1000)
            < (piece["end_seconds"] - Decimal("0.001")) // (AD_EVERY_MS // 1000)
            and piece["start_seconds"] * 1000 % AD_EVERY_MS
        ]
        assert not at_breaks, "a break was played through"
    assert adverts > 300
    sessions = defaultdict(list)
    for row in sorted(told.values(), key=itemgetter("event_timestamp")):
        sessions[row["session_id"]].append(row)
    for rows in sessions.values():
        delay, began = timedelta(), None
        for row in rows:
            if row["event_type"] == "ad_start":
                began = row["event_timestamp"]
            elif row["event_type"] == "ad_end":
                delay += row["event_timestamp"] - began
            else:
                plain = before[row["event_id"]]
                assert row == plain | {"event_timestamp": plain["event_timestamp"] + delay}


def test_a_rate_holds_until_the_next_report_of_one(played: Any) -> None:
    views, pieces = played(rates="reported")
    rates, changes = Counter[float](), 0
    for view, rows in views.items():
        if view[1] == "reference":
            continue
        assert all(row["event_type"] in (*OPENING, *CLOSING, "heartbeat") for row in rows)
        changes += len(of_types(rows, "heartbeat"))
        for piece in pieces[view]:
            known = [row for row in rows if row["event_timestamp"] <= piece["started_at"]]
            rate = known[-1]["playback_rate"]
            wall = seconds(piece["ended_at"] - piece["started_at"])
            moved = piece["end_seconds"] - piece["start_seconds"]
            assert abs(wall * Decimal(rate) - moved) <= Decimal("0.004")
            rates[rate] += 1
    assert rates.keys() == {1, 1.25, 1.5, 2}
    assert changes > 100


def test_silent_rates_are_those_that_others_report(played: Any) -> None:
    reported, pieces = played(rates="reported")
    silent, same_pieces = played(rates="silent")
    assert same_pieces == pieces
    assert flat(silent) == {
        key: without(row, "playback_rate")
        for key, row in flat(reported).items()
        if row["event_type"] != "heartbeat"
    }


ON_AIR, EPOCH = datetime(2025, 3, 3, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
LIVE_COUNTS_FROM = {"live01": ON_AIR, "live02": EPOCH, "live03": EPOCH}


def test_live_channels_are_joined_at_their_edge(played: Any) -> None:
    views, _ = played(live_channels=3, heartbeat_seconds=60, seeks="to")
    openings = Counter[str]()
    for (_, title), rows in views.items():
        if title not in LIVE_COUNTS_FROM:
            assert None not in {row["completion_percentage"] for row in rows}
            continue
        types = {row["event_type"] for row in rows}
        assert types <= {"start", "resume", "pause", "stop", "heartbeat"}
        assert {row["completion_percentage"] for row in rows} == {None}
        if title == "live03":
            assert {row["position_seconds"] for row in rows} == {None}
            continue
        for opening in of_types(rows, *OPENING):
            edge = seconds(opening["event_timestamp"] - LIVE_COUNTS_FROM[title])
            assert position_of(opening) == edge
            openings[title] += 1
    assert min(openings[title] for title in ("live01", "live02")) > 20


def test_the_truth_of_live_channels_is_on_their_own_timeline(played: Any) -> None:
    views, pieces = played(live_channels=3, rates="silent")
    seen = Counter[str]()
    for (session, title), rows in views.items():
        if title not in LIVE_COUNTS_FROM:
            continue
        opened = {row["event_timestamp"] for row in of_types(rows, *OPENING)}
        for piece in pieces[session, title]:
            length = seconds(piece["ended_at"] - piece["started_at"])
            assert piece["end_seconds"] - piece["start_seconds"] == length
            edge = seconds(piece["started_at"] - LIVE_COUNTS_FROM[title])
            # Who stalls falls behind; without positions there is nothing but the clock.
            if piece["started_at"] in opened or title == "live03":
                assert piece["start_seconds"] == edge
            else:
                assert piece["start_seconds"] < edge
            seen[title] += 1
    assert min(seen[title] for title in LIVE_COUNTS_FROM) > 20


def test_live_channels_are_titles_without_a_duration(tmp_path: Path) -> None:
    titles = (lake(tmp_path / "lake", live_channels=2) / "titles.csv").read_text()
    assert titles.removeprefix(CATALOGUE_PATH.read_text()).splitlines() == [
        "live01,Live channel 1,live,Live,,",
        "live02,Live channel 2,live,Live,,",
    ]


# Faults


def test_duplicates_come_again_within_two_hours(clean: Landed, faulty: Faulty) -> None:
    rows, before = faulty(duplicates=RATE), by_id(clean)
    assert all(row == before[row["event_id"]] for _, row in rows)
    deliveries = Counter(row["event_id"] for _, row in rows)
    assert set(deliveries.values()) == {1, 2}
    assert about(len(rows) - len(clean), len(clean))
    assert deliveries.keys() == before.keys()
    assert max(delay(landing) for landing in rows) <= timedelta(hours=3)


def test_files_are_in_order_unless_delivery_is_not(clean: Landed, faulty: Faulty) -> None:
    rows = faulty(out_of_order=RATE)
    assert in_order(clean)
    assert not in_order(rows)
    assert by_id(rows) == by_id(clean)
    assert len(rows) == len(clean)
    assert max(delay(landing) for landing in rows) <= timedelta(hours=2)


def test_late_events_come_up_to_three_days_later(clean: Landed, faulty: Faulty) -> None:
    rows = faulty(late=RATE)
    assert by_id(rows) == by_id(clean)
    assert len(rows) == len(clean)
    assert about(sum(delay(landing) > timedelta() for landing in rows), len(clean))
    assert timedelta(hours=60) < max(delay(landing) for landing in rows) <= timedelta(hours=73)


@pytest.mark.parametrize(
    ("fault", "kinds"), [("lost_starts", OPENING), ("lost_ends", CLOSING)], ids=itemgetter(0)
)
def test_lost_events_do_not_arrive(
    clean: Landed, faulty: Faulty, fault: str, kinds: tuple[str, ...]
) -> None:
    rows = faulty(**{fault: RATE})
    kept = by_id(rows)
    assert rows == [landing for landing in clean if landing[1]["event_id"] in kept]
    lost = [row for _, row in clean if row["event_id"] not in kept]
    assert {row["event_type"] for row in lost} == set(kinds)
    assert about(len(lost), sum(row["event_type"] in kinds for _, row in clean))


def test_a_skewed_clock_is_corrected_within_its_session(clean: Landed, faulty: Faulty) -> None:
    rows = by_id(faulty(clock_skew=RATE))
    before, skewed = grouped(clean, "session_id"), 0
    for events in before.values():
        shifts = []
        for event in events:
            shifted = rows.pop(event["event_id"])
            assert shifted | {"event_timestamp": event["event_timestamp"]} == event
            shifts.append(shifted["event_timestamp"] - event["event_timestamp"])
        wrong = [shift for shift in shifts if shift]
        assert shifts == wrong + [timedelta()] * (len(shifts) - len(wrong))
        assert len(set(wrong)) <= 1
        assert len(wrong) < len(shifts)
        skewed += bool(wrong)
    assert not rows
    assert about(skewed, len(before))


def test_malformed_lines_are_cut_short(tmp_path: Path) -> None:
    whole = lines(lake(tmp_path / "whole", format="ndjson"))
    cut = lines(lake(tmp_path / "cut", format="ndjson", faults=FaultRates(malformed=RATE)))
    pairs = [(old, new) for old, new in zip(whole, cut, strict=True) if old != new]
    assert all(0 < len(new) < len(old) and old.startswith(new) for old, new in pairs)
    assert about(len(pairs), len(whole))


def test_malformed_rows_of_parquet_are_null(clean: Landed, faulty: Faulty) -> None:
    rows = faulty(malformed=RATE)
    nothing = dict.fromkeys(FIELDS)
    assert [hour for hour, _ in rows] == [hour for hour, _ in clean]
    whole = [new for new, old in zip(rows, clean, strict=True) if new == old]
    assert len(whole) + sum(row == nothing for _, row in rows) == len(rows)
    assert about(len(rows) - len(whole), len(rows))


def test_negative_positions(clean: Landed, faulty: Faulty) -> None:
    altered = same_but(clean, faulty(negative_positions=RATE), "position_seconds")
    assert about(len(altered), len(clean))
    for old, new in altered:
        assert new["position_seconds"] == pytest.approx(-old["position_seconds"] - 1, abs=1e-9)


def test_unknown_types(clean: Landed, faulty: Faulty) -> None:
    altered = same_but(clean, faulty(unknown_types=RATE), "event_type")
    assert about(len(altered), len(clean))
    assert {new["event_type"] for _, new in altered} == set(UNKNOWN_TYPES)


@pytest.mark.parametrize("rate", [RATE, 1])
def test_whole_second_stamps_shuffle_what_shares_one(
    clean: Landed, faulty: Faulty, rate: float
) -> None:
    rows, before = faulty(whole_seconds=rate), by_id(clean)
    assert len(rows) == len(clean)
    place = {row["event_id"]: at for at, (_, row) in enumerate(clean)}
    sessions = defaultdict(list)
    for _, row in rows:  # in the order of the files
        if row["customer_id"] != "reference-viewer":
            sessions[row["session_id"]].append(row)
    cut, tied, reversed_ties = 0, 0, 0
    for events in sessions.values():
        originals = [before[event["event_id"]] for event in events]
        stamps = [row["event_timestamp"] for row in originals]
        if is_cut := events != originals:
            stamps = [stamp.replace(microsecond=0) for stamp in stamps]
            for earlier, later in pairwise(events):
                if earlier["event_timestamp"] == later["event_timestamp"]:
                    tied += 1
                    reversed_ties += place[earlier["event_id"]] > place[later["event_id"]]
        cut += is_cut
        expected = zip(originals, stamps, strict=True)
        assert events == [row | {"event_timestamp": stamp} for row, stamp in expected]
        assert stamps == sorted(stamps)
    assert about(cut, len(sessions), rate)
    if rate == 1:
        assert tied > 100
        assert about(reversed_ties, tied, 0.5)


def test_numbered_ids_count_the_events_of_a_session(clean: Landed, faulty: Faulty) -> None:
    rows = faulty(numbered_ids=RATE)
    numbered, sessions = 0, grouped(rows, "session_id")
    for key, events in grouped(clean, "session_id").items():
        ids = [row["event_id"] for row in sessions[key]]
        plain = [row["event_id"] for row in events]
        assert ids in (plain, [str(number) for number in range(1, len(events) + 1)])
        assert sessions[key] == [
            row | {"event_id": event_id} for row, event_id in zip(events, ids, strict=True)
        ]
        numbered += ids != plain
    assert about(numbered, len(sessions))


def test_a_repeat_keeps_its_number_and_a_lost_event_leaves_a_gap(faulty: Faulty) -> None:
    rows = faulty(numbered_ids=1, duplicates=RATE, lost_ends=RATE)
    events = [(row["session_id"], row["event_id"]) for _, row in rows]
    repeated = len(events) - len(set(events))
    assert about(repeated, len(set(events)))
    missing = 0
    for ids in grouped(rows, "session_id").values():
        numbers = {
            int(row["event_id"]) for row in ids if row["customer_id"] != "reference-viewer"
        } or {1}
        missing += max(numbers) - len(numbers)
    assert missing > 100


def test_no_fault_touches_the_truth_or_the_reference_viewer(
    tmp_path: Path, clean: Landed, clean_folder: Path
) -> None:
    everything = FaultRates(**dict.fromkeys(FAULT_NAMES, 1.0) | {"unknown_types": 0.0})
    folder = lake(tmp_path / "faulty", faults=everything, truth=True)
    reference = [landing for landing in clean if landing[1]["customer_id"] == "reference-viewer"]
    assert landed(folder) == reference
    truth = Path("truth", "watched.csv.gz")
    assert (folder / truth).read_bytes() == (clean_folder / truth).read_bytes()
