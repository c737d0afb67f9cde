"""The way in, live, through a real broker: a minute of flow, kills, and the marts it leaves."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from comparison import differences, everything
from conftest import ROOT, Build

if os.environ.get("PLAYHEAD_REQUIRE_LIVE") != "1":
    pytest.skip("needs Maven and Java 17: make live-test", allow_module_level=True)

from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType
from live import TOPIC
from live.broker import Broker
from live.producer import Sender
from live.stream import Stream, StreamOptions

EVENING_MS = int(datetime.now(UTC).timestamp() * 1000) // 3_600_000 * 3_600_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker") / "kafka") as running:
        running.make_topic(TOPIC)
        yield running


def rows_of(lake: Path) -> list[str]:
    text = b"".join(gzip.decompress(path.read_bytes()) for path in lake.rglob("*.json.gz"))
    return text.decode().splitlines()


def listeners(pid: int) -> set[str]:
    """The addresses that a process listens on."""
    found = psutil.Process(pid).net_connections(kind="inet")
    return {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN}


def test_the_broker_is_this_machines_alone(broker):
    """Loopback only, within its memory, with seven days of what it is sent."""
    assert {address.removeprefix("::ffff:") for address in listeners(broker.pid)} == {"127.0.0.1"}
    assert psutil.Process(broker.pid).memory_info().rss < 800 * 2**20
    admin = AdminClient({"bootstrap.servers": broker.address})
    resource = ConfigResource(ResourceType.TOPIC, TOPIC)
    (described,) = admin.describe_configs([resource]).values()
    assert described.result()["retention.ms"].value == str(7 * 24 * 3_600_000)


def test_a_stopped_broker_is_gone(tmp_path):
    with Broker(tmp_path / "kafka") as running:
        pid = running.pid
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)


def deliverer(broker: Broker, lake: Path, seconds: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "scripts/deliver_telemetry.py", "--brokers", broker.address),
            *("--to", str(lake), "--buffer-mib", "0.2", "--buffer-seconds", str(seconds)),
        ],
        cwd=ROOT,
    )


def test_killed_at_any_moment_nothing_is_lost(broker, tmp_path):
    """Four deliveries die by SIGKILL, each at another moment, and one may end: all is there."""
    stream = Stream(StreamOptions(viewers=400))
    events, _ = stream.between(EVENING_MS - 2 * 3_600_000, EVENING_MS)
    messages = list(stream.messages(events))
    sender = Sender({"bootstrap.servers": broker.address}, TOPIC)
    sender.send(messages[:-100])
    sender.flush()
    for seconds in (1.2, 4.0, 4.3, 5.1):
        process = deliverer(broker, tmp_path, seconds=0.3)
        time.sleep(seconds)
        process.kill()
        process.wait()
    process = deliverer(broker, tmp_path, seconds=1)
    sender.send(messages[-100:])
    sender.flush()
    sent = {message.line.decode() for message in messages}
    deadline = time.monotonic() + 90
    while len(set(rows_of(tmp_path))) < len(sent) and time.monotonic() < deadline:
        time.sleep(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert set(rows_of(tmp_path)) == sent
    assert not list(tmp_path.rglob("*.json"))


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A minute of make lake, sixty times as fast, ended by Ctrl-C: its folder, and its words."""
    folder = tmp_path_factory.mktemp("flow") / "lake"
    began = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "scripts/run_lake.py", "--folder", str(folder)),
            *("--viewers", "400", "--speed", "60", "--build-seconds", "5"),
            *("--buffer-seconds", "3", "--history-hours", "1"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    time.sleep(max(0.0, 80 - (time.monotonic() - began)))
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=180)
    assert process.returncode == 0, said
    assert [child for child in children if child.is_running()] == [], "it is stopped whole"
    return folder, said


def test_an_hour_of_flow_is_a_full_refresh_of_its_lake(flow, builds):
    """Row for row: what builds beside the flow left, and what one build makes afterwards."""
    folder, said = flow
    assert len((folder / "builds.csv").read_text().splitlines()) > 3, said
    live, anew = Build(folder), builds("anew")
    anew.must("run", telemetry_path=folder / "telemetry", titles_path=folder / "titles.csv")
    assert len(everything(live)["viewing_sessions"]) > 500
    assert differences(everything(live), everything(anew)) == []


def test_what_was_sent_is_delivered(flow):
    folder, said = flow
    line = next(line for line in said.splitlines() if " events sent in " in line)
    sent, delivered = (int(line.split(word)[0].split()[-1].replace(",", "")) for word in
                       (" events sent", " delivered"))  # fmt: skip
    assert sent == delivered == len(rows_of(folder / "telemetry")) > 1000
    assert (folder / "playhead_marts.duckdb").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = subprocess.run(
        [sys.executable, "scripts/run_lake.py", "--folder", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.strip().endswith("choose another --folder")
    assert (tmp_path / "thesis.txt").exists()


def test_events_are_whole_objects_for_whoever_reads_the_topic(broker):
    """What lies in the topic is VideoTelemetry: 24 fields, as the lake's lines are."""
    stream = Stream(StreamOptions(viewers=50))
    events, _ = stream.between(EVENING_MS - 3_600_000, EVENING_MS)
    rows = [json.loads(message.line) for message in stream.messages(events[events["cut"] == 0])]
    assert {len(row) for row in rows} == {24}
