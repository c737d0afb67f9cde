"""The way in, live, with librdkafka's own stand-in for a broker, which speaks Kafka's protocol."""

import gzip
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison import differences, everything
from conftest import Build

if os.environ.get("PLAYHEAD_REQUIRE_LIVE") != "1":
    pytest.importorskip("confluent_kafka", reason="not installed: make live-test")

import boto3
from confluent_kafka import Consumer, Producer, TopicPartition
from generator import UserError
from generator.events import HOUR_MS, MINUTE_MS
from generator.faults import parse_faults
from generator.players import PlayerOptions
from live import TOPIC
from live.broker import java_command
from live.commands import moment_ms
from live.delivery import PREFIX, Buffering, Delivery, object_key
from live.handler import handler, settings
from live.producer import Clock, Sender, produce
from live.stores import BucketStore, FolderStore, store_at
from live.stream import Stream, StreamOptions
from moto import mock_aws

# A Tuesday, 20:00 UTC.
EVENING_MS = int(datetime(2026, 3, 3, 20, tzinfo=UTC).timestamp() * 1000)
# As EventBridge calls Lambda: https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html
SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "account": "123456789012",
    "time": "2026-03-03T20:05:13Z",
    "region": "us-east-1",
    "resources": ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/playhead-producer"],
    "detail": "{}",
}
OBJECT = re.compile(
    r"telemetry/year=(\d{4})/month=(\d\d)/day=(\d\d)/hour=(\d\d)/"
    r"playhead-1-\1-\2-\3-\4-\d\d-\d\d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json\.gz"
)


class Killed(BaseException):
    """Stands for SIGKILL: nothing that follows it in the process is run."""


class DyingStore(FolderStore):
    """Dies when an object is there, before whoever wrote it knows; the dead write nothing."""

    is_dead = False

    def put(self, key: str, body: bytes) -> None:
        if self.is_dead:
            raise OSError("killed")
        super().put(key, body)
        self.is_dead = True
        raise Killed


class FullStore(FolderStore):
    """A disk that is full at first."""

    tries = 0

    def put(self, key: str, body: bytes) -> None:
        self.tries += 1
        if self.tries < 3:
            raise OSError(28, "No space left on device")
        super().put(key, body)


@pytest.fixture
def brokers() -> Iterator[dict[str, str]]:
    """How to reach librdkafka's mock cluster, of one broker; it lives as long as its client."""
    owner = Producer({"bootstrap.servers": "nowhere", "test.mock.num.brokers": 1, "log_level": 2})
    known = owner.list_topics(timeout=10).brokers.values()
    yield {"bootstrap.servers": ",".join(f"{one.host}:{one.port}" for one in known)}


@pytest.fixture
def consuming(brokers: dict[str, str]) -> dict[str, Any]:
    """The same for a consumer, whose death is soon noticed."""
    return brokers | {"session.timeout.ms": 6000, "heartbeat.interval.ms": 1000}


def read_all(brokers: dict[str, str], count: int, group: str = "test") -> list[Any]:
    consumer = Consumer(
        brokers | {"group.id": group, "auto.offset.reset": "earliest", "log_level": 2}
    )
    consumer.subscribe([TOPIC])
    messages, deadline = [], time.monotonic() + 30
    while len(messages) < count and time.monotonic() < deadline:
        messages += consumer.consume(1000, timeout=0.5)
    messages += consumer.consume(1000, timeout=0.5)
    consumer.close()
    assert not any(message.error() for message in messages)
    return messages


def send(brokers: dict[str, str], begin_ms: int, end_ms: int, **options: Any) -> Sender:
    sender = Sender(brokers, TOPIC)
    stream = Stream(StreamOptions(**options))
    events, _ = stream.between(begin_ms, end_ms)
    sender.send(stream.messages(events))
    sender.flush()
    return sender


def run_until(delivery: Delivery, is_enough: Callable[[], bool]) -> None:
    """Delivers in a thread until it is enough, and then ends it as Ctrl-C does."""
    stop = threading.Event()
    thread = threading.Thread(target=delivery.run, args=(stop,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not is_enough() and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.05)
    assert is_enough()
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def objects(lake: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each object under a folder that are JSON, by key."""
    found = {}
    for path in sorted(lake.rglob("*.gz")):
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        found[str(path.relative_to(lake))] = [row for line in lines if (row := parsed(line))]
    return found


def parsed(line: str) -> dict[str, Any] | None:
    """A line as an object; None where it was cut."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def test_windows_add_up_to_what_a_producer_sends():
    """Twelve windows of five minutes, each by a process of its own, are the hour; none is empty."""
    options = StreamOptions(viewers=60)
    whole, _ = Stream(options).between(EVENING_MS, EVENING_MS + HOUR_MS)
    apart = []
    for begin_ms in range(EVENING_MS, EVENING_MS + HOUR_MS, 5 * MINUTE_MS):
        events, _ = Stream(options).between(begin_ms, begin_ms + 5 * MINUTE_MS)
        assert len(events)
        assert events["arrival_ms"].min() >= begin_ms
        assert events["arrival_ms"].max() < begin_ms + 5 * MINUTE_MS
        apart.append(events)
    assert np.array_equal(np.concatenate(apart), whole)
    assert len(np.unique(whole["ordinal"])) > 0.95 * len(whole)


@pytest.mark.parametrize("viewers", [500, 2000])
def test_as_many_watch_as_were_asked_for(viewers):
    """At every quarter of an hour within a day, and over midnight, within a fifth."""
    stream = Stream(StreamOptions(viewers=viewers))
    begin_ms = EVENING_MS + 2 * HOUR_MS
    _, before = stream.between(begin_ms - 3 * HOUR_MS, begin_ms)
    _, after = stream.between(begin_ms, begin_ms + 5 * HOUR_MS)
    pieces = np.concatenate((before, after))
    watching = []
    for moment in range(begin_ms, begin_ms + 4 * HOUR_MS, 15 * MINUTE_MS):
        there = (pieces["started_ms"] <= moment) & (moment < pieces["ended_ms"])
        watching.append(len(np.unique(pieces["customer"][there])))
    # Who pauses watches nothing for a while: a session is more than its pieces.
    assert 0.6 * viewers < np.mean(watching) < 1.1 * viewers
    assert max(watching) < 1.3 * min(watching)


def test_a_day_on_air_begins_with_nobody():
    """No session begins before the hour of `on_air_ms`, and later ones are the same."""
    whole, _ = Stream(StreamOptions(viewers=60)).between(EVENING_MS, EVENING_MS + HOUR_MS)
    options = StreamOptions(viewers=60, on_air_ms=EVENING_MS)
    fresh, _ = Stream(options).between(EVENING_MS, EVENING_MS + HOUR_MS)
    assert 0 < len(fresh) < len(whole)
    assert set(fresh["ordinal"]) < set(whole["ordinal"])


def test_messages_are_keyed_by_session_and_stamped_with_their_arrival(brokers):
    sender = send(brokers, EVENING_MS, EVENING_MS + HOUR_MS, viewers=40)
    messages = read_all(brokers, sender.sent)
    assert len(messages) == sender.sent > 200
    rows = [(message, parsed(message.value().decode())) for message in messages]
    whole = [(message, row) for message, row in rows if row]
    assert len(whole) > 0.99 * len(rows)
    assert all(message.key().decode() == row["session_id"] for message, row in whole)
    stamps = [message.timestamp()[1] for message in messages]
    assert min(stamps) >= EVENING_MS and max(stamps) < EVENING_MS + HOUR_MS
    partitions = {}
    for message, row in whole:
        assert partitions.setdefault(row["session_id"], message.partition()) == message.partition()
    assert len(set(partitions.values())) > 1


def test_a_producer_follows_the_clock(brokers):
    """At 600 times the speed of time, ten minutes pass in a second; then it stops when told."""
    stop, sender = threading.Event(), Sender(brokers, TOPIC)
    stream = Stream(StreamOptions(viewers=300, on_air_ms=EVENING_MS - HOUR_MS))
    clock = Clock(EVENING_MS, 600)
    threading.Timer(6, stop.set).start()
    produce(stream, sender, clock, EVENING_MS - MINUTE_MS, stop)
    stopped_ms = clock.now_ms()
    stamps = [message.timestamp()[1] for message in read_all(brokers, sender.sent)]
    assert min(stamps) < EVENING_MS
    assert EVENING_MS + 20 * MINUTE_MS < max(stamps) < stopped_ms


def test_lambda_sends_the_window_before_its_schedule(brokers, monkeypatch):
    """Called as the schedule calls it; called again, it sends the same again."""
    monkeypatch.setenv("PLAYHEAD_BROKERS", brokers["bootstrap.servers"])
    monkeypatch.setenv("PLAYHEAD_VIEWERS", "200")
    monkeypatch.delenv("PLAYHEAD_MSK_REGION", raising=False)
    said = handler(SCHEDULED, object())
    assert said["sent"] > 50
    assert (said["from"], said["until"]) == ("2026-03-03T20:00:00Z", "2026-03-03T20:05:00Z")
    json.dumps(said)  # Lambda does
    assert handler(SCHEDULED, object()) == said
    lines = [message.value() for message in read_all(brokers, 2 * said["sent"])]
    assert len(lines) == 2 * said["sent"]
    stream = Stream(StreamOptions(viewers=200))
    events, _ = stream.between(EVENING_MS, EVENING_MS + 5 * MINUTE_MS)
    assert sorted(lines) == sorted(2 * [message.line for message in stream.messages(events)])


def test_lambda_fails_where_the_broker_does_not_take_it(monkeypatch):
    monkeypatch.setenv("PLAYHEAD_BROKERS", "127.0.0.1:9")
    monkeypatch.setattr("live.producer.SEND_WITHIN_SECONDS", 1.0)
    with pytest.raises(OSError, match="has not taken"):
        handler(SCHEDULED, object())


def test_msk_is_asked_with_a_token_of_the_role(monkeypatch):
    pytest.importorskip("aws_msk_iam_sasl_signer")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("PLAYHEAD_BROKERS", "boot.kafka-serverless.eu-central-1.amazonaws.com:1")
    monkeypatch.setenv("PLAYHEAD_MSK_REGION", "eu-central-1")
    given = settings()
    assert given["security.protocol"] == "SASL_SSL"
    token, expires = given["oauth_cb"]("")
    assert len(token) > 100
    assert 0 < expires - time.time() <= 900
    Producer(given)  # librdkafka knows each setting


def test_an_object_is_written_by_size_or_by_time(brokers, tmp_path):
    """Whatever is read is delivered, in Firehose's names, under the hour of its oldest record."""
    sender = send(brokers, EVENING_MS, EVENING_MS + 3 * HOUR_MS, viewers=150)
    assert sender.sent > 3000
    lake = FolderStore(tmp_path)
    delivery = Delivery(brokers, TOPIC, lake, Buffering(mebibytes=0.5, seconds=900))
    run_until(delivery, lambda: delivery.delivered > sender.sent - 1500)
    by_size = objects(tmp_path)
    assert len(by_size) >= 3
    assert all(OBJECT.fullmatch(key) for key in by_size)
    assert len({key.rpartition("/")[0] for key in by_size}) > 1
    assert delivery.delivered == sender.sent, "what is left is delivered at the end"
    sizes = [len(gzip.decompress(path.read_bytes())) for path in tmp_path.rglob("*.gz")]
    assert max(sizes) < 2.5 * 2**20
    assert not list((tmp_path / ".unfinished").iterdir())
    # By time: nothing near the size has come.
    later = send(
        brokers, EVENING_MS + 3 * HOUR_MS, EVENING_MS + 3 * HOUR_MS + MINUTE_MS, viewers=150
    )
    second = Delivery(brokers, TOPIC, lake, Buffering(mebibytes=128, seconds=1))
    run_until(second, lambda: second.delivered == later.sent)
    assert second.objects == 1
    rows = [row for rows in objects(tmp_path).values() for row in rows]
    assert len(rows) == pytest.approx(sender.sent + later.sent, rel=0.01)


def test_what_can_be_no_line_goes_under_the_error_prefix(brokers, tmp_path):
    producer = Producer(brokers | {"log_level": 2})
    producer.produce(TOPIC, None, b"a", timestamp=EVENING_MS)
    producer.produce(TOPIC, b'{"event_id":"1"}\n', b"a", timestamp=EVENING_MS + 1)
    producer.flush(10)
    delivery = Delivery(brokers, TOPIC, FolderStore(tmp_path), Buffering(seconds=0.5))
    run_until(delivery, lambda: delivery.delivered == 1)
    (lake, error) = sorted(objects(tmp_path).items(), reverse=True)
    assert lake[1] == [{"event_id": "1"}]
    assert error[0].startswith("errors/processing-failed/year=2026/month=03/day=03/hour=20/")
    assert error[1][0]["errorMessage"] == "the record has no value"
    assert error[1][0]["arrivalTimestamp"] == EVENING_MS


def test_killed_between_write_and_commit_it_delivers_again(brokers, consuming, tmp_path):
    """The object is whole and its offsets are not committed: the next one delivers it again."""
    sender = send(brokers, EVENING_MS, EVENING_MS + 10 * MINUTE_MS, viewers=100)
    dying = Delivery(consuming, TOPIC, DyingStore(tmp_path), Buffering(seconds=2))
    with pytest.raises(Killed):
        dying.run(threading.Event())
    (first,) = objects(tmp_path).values()
    delivery = Delivery(consuming, TOPIC, FolderStore(tmp_path), Buffering(seconds=2))
    run_until(delivery, lambda: delivery.delivered == sender.sent)
    assert delivery.objects >= 1
    rows = [json.dumps(row) for rows in objects(tmp_path).values() for row in rows]
    assert len(rows) == len(first) + len(set(rows))


def test_a_full_disk_loses_nothing(brokers, tmp_path):
    sender = send(brokers, EVENING_MS, EVENING_MS + 10 * MINUTE_MS, viewers=100)
    store = FullStore(tmp_path)
    delivery = Delivery(brokers, TOPIC, store, Buffering(seconds=0.5))
    stop = threading.Event()
    thread = threading.Thread(target=delivery.run, args=(stop,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while delivery.trouble is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "No space left" in delivery.trouble
    consumer = Consumer(brokers | {"group.id": "playhead-delivery", "log_level": 2})
    places = [TopicPartition(TOPIC, number) for number in range(4)]
    assert all(place.offset < 0 for place in consumer.committed(places, timeout=10))
    consumer.close()
    while delivery.delivered < sender.sent and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    thread.join(30)
    assert store.tries >= 3
    assert delivery.trouble is None
    assert len([row for rows in objects(tmp_path).values() for row in rows]) > 0.99 * sender.sent


def test_delivered_twice_the_marts_are_the_same(builds, brokers, consuming):
    """Killed twice after its object, beside one that nothing befell: only more rows were read."""
    once, twice = builds("once"), builds("twice")
    sender = send(brokers, EVENING_MS, EVENING_MS + HOUR_MS, viewers=60)
    for build, deaths in ((once, 0), (twice, 2)):
        group = consuming | {"group.id": f"to-{deaths}"}
        for _ in range(deaths):
            dying = Delivery(group, TOPIC, DyingStore(build.folder), Buffering(seconds=2))
            with pytest.raises(Killed):
                dying.run(threading.Event())
        delivery = Delivery(group, TOPIC, FolderStore(build.folder), Buffering(seconds=1))
        run_until(delivery, lambda sent=delivery: sent.delivered == sender.sent)
        built(build)
    assert everything(twice)["viewing_sessions"]
    assert landed_rows(twice) > 2 * landed_rows(once)
    assert differences(accepted(once), accepted(twice)) == []


def accepted(build: Build) -> dict[str, Any]:
    """All marts, but for how many rows were read and rejected: each time they are delivered."""
    marts = everything(build)
    for row in marts["daily_viewing"].values():
        del row["rejected_row_count"]
    return marts


def built(build: Build, *options: str) -> Build:
    titles = Path(__file__).parents[1] / "seeds" / "titles.csv"
    return build.must(
        "run", *options, telemetry_path=build.folder / "telemetry", titles_path=titles
    )


def landed_rows(build: Build) -> int:
    (row,) = build.rows("select count(*) as n from staging.base_telemetry__events")
    return row["n"]


@mock_aws
def test_a_bucket_takes_objects_and_what_it_refuses_is_said(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="lake")
    store_at("s3://lake/live").put("telemetry/a.json.gz", b"whole")
    store_at("s3://lake").put("b", b"whole")
    keys = [one["Key"] for one in client.list_objects_v2(Bucket="lake")["Contents"]]
    assert keys == ["b", "live/telemetry/a.json.gz"]
    assert isinstance(store_at("s3://lake"), BucketStore)
    with pytest.raises(OSError, match=r"s3://nobody-has-it/a: .*NoSuchBucket"):
        store_at("s3://nobody-has-it").put("a", b"")
    with pytest.raises(UserError, match="names no bucket"):
        store_at("s3://")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Clock(0, 0), "--speed is 0"),
        (lambda: Buffering(mebibytes=0), "--buffer-mib is 0"),
        (lambda: Buffering(seconds=901), "--buffer-seconds is 901"),
        (lambda: StreamOptions(scale=0), "--scale is 0"),
        (lambda: StreamOptions(viewers=-1), "--viewers is -1"),
        (lambda: moment_ms("yesterday", "--start"), "--start is 'yesterday'"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_line(wrong, words):
    with pytest.raises(UserError, match=words) as told:
        wrong()
    assert "\n" not in str(told.value)


def test_no_java_is_told_in_a_line(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UserError, match="there is no java"):
        java_command()


@pytest.mark.parametrize(
    ("faults", "heartbeats", "tolerance"),
    [("none", 0, 0.002), ("realistic", 0, 0.02), ("realistic", 30, 0.02)],
)
def test_who_is_watching_now_is_who_is(builds, faults, heartbeats, tolerance):
    """viewing_now beside the truth, over all of the hour: within so much."""
    build = builds(f"now-{faults}-{heartbeats}")
    now_ms = EVENING_MS + 37 * MINUTE_MS
    options = StreamOptions(
        viewers=800,
        faults=parse_faults(faults),
        player=PlayerOptions(heartbeat_seconds=heartbeats),
        on_air_ms=EVENING_MS - 4 * HOUR_MS,
    )
    stream = Stream(options)
    events, pieces = stream.between(EVENING_MS - 4 * HOUR_MS, now_ms)
    store = FolderStore(build.folder)
    for hour_ms in np.unique(events["arrival_ms"] // HOUR_MS) * HOUR_MS:
        landing = events[events["arrival_ms"] // HOUR_MS * HOUR_MS == hour_ms]
        lines = b"".join(message.line + b"\n" for message in stream.messages(landing))
        store.put(object_key(PREFIX, int(hour_ms)), gzip.compress(lines, 1))
    built(build, "--select", "+viewing_now")
    rows = build.rows("select * from marts.viewing_now where dimension = 'all'")
    told = {row["minutes_ago"]: row for row in rows}
    assert set(told) == set(range(0, 61, 5))
    as_of_ms = int(told[0]["as_of"].replace(tzinfo=UTC).timestamp() * 1000)
    assert now_ms - 30_000 < as_of_ms <= now_ms
    for minutes_ago, row in sorted(told.items()):
        at_ms = as_of_ms - minutes_ago * MINUTE_MS
        there = (pieces["started_ms"] <= at_ms) & (at_ms < pieces["ended_ms"])
        truth = len(np.unique(pieces["customer"][there]))
        print(f"{faults}, {heartbeats}: {minutes_ago} minutes ago {row['viewer_count']} of {truth}")
        assert row["viewer_count"] == pytest.approx(truth, rel=tolerance, abs=0)
    assert told[0]["presumed_viewer_count"] > 0.9 * told[0]["viewer_count"]
    assert sum(row["stall_count"] for row in rows) > 0
    devices = build.rows(
        "select sum(viewer_count) as n from marts.viewing_now "
        "where dimension = 'device_type' and minutes_ago = 0"
    )
    assert devices[0]["n"] >= told[0]["viewer_count"]
