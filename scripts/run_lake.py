"""The whole way in, on this machine: `make lake`, or `python scripts/run_lake.py --help`.

A Kafka broker, simulated viewers that send into it, delivery into a lake, and a dbt build a minute
whose marts are published: everything under one folder, and everything stopped by Ctrl-C.
"""

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from generator import UserError
from generator.faults import parse_faults
from generator.players import PlayerOptions
from live import TOPIC
from live.broker import Broker
from live.builder import Builder
from live.commands import moment_ms, run, until_stopped
from live.delivery import Buffering, Delivery
from live.producer import Clock, Sender, produce
from live.stores import FolderStore
from live.stream import Stream, StreamOptions
from live.watch import Watch
from live.worker import Worker

HOUR_MS = 3_600_000
DRAIN_WITHIN_SECONDS = 60
# What this command writes: a folder that holds anything else is not its own.
OWN = {"kafka", "kafka.log", "kafka.properties", "telemetry", "errors", ".unfinished", "titles.csv",
       "playhead.duckdb", "playhead.duckdb.wal", "playhead_marts.duckdb", "target", "logs",
       "dbt.log", "builds.csv"}  # fmt: skip

app = typer.Typer(add_completion=False)


@app.command()
def main(
    folder: Annotated[
        Path, typer.Option(help="Everything is in it; what an earlier run left goes.")
    ] = Path("data/live"),
    scale: Annotated[
        float, typer.Option(help="1 is 15,000 to 25,000 viewers at once at prime time.")
    ] = 0.1,
    viewers: Annotated[
        int, typer.Option(help="In place of --scale: so many at once, at all hours.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Another seed, other viewers.")] = 1,
    faults: Annotated[str, typer.Option(help="As generate_telemetry.py's.")] = "realistic",
    heartbeats: Annotated[
        int, typer.Option(help="A heartbeat every so many seconds while playing; 0: none.")
    ] = 0,
    start: Annotated[
        str, typer.Option(help="Where the clock stands at first (UTC): 2026-03-03T20:00; else now.")
    ] = "",
    speed: Annotated[float, typer.Option(help="How many times as fast as time.")] = 1.0,
    history_hours: Annotated[
        int, typer.Option(help="So many hours before the start are sent at once.")
    ] = 3,
    buffer_mib: Annotated[float, typer.Option(help="As deliver_telemetry.py's.")] = 5.0,
    buffer_seconds: Annotated[float, typer.Option(help="As deliver_telemetry.py's.")] = 10.0,
    build_seconds: Annotated[
        float, typer.Option(help="From the begin of a build to that of the next.")
    ] = 60.0,
    minutes: Annotated[float, typer.Option(help="Stop after so many; 0: at Ctrl-C.")] = 0.0,
) -> None:
    """Let viewers watch live, and keep the marts up to date: `make now` shows them."""
    start_ms = moment_ms(start, "--start")
    begin_ms = start_ms - history_hours * HOUR_MS
    stream = Stream(
        StreamOptions(
            scale, viewers, seed, parse_faults(faults), PlayerOptions(heartbeats), begin_ms
        )
    )
    buffering = Buffering(buffer_mib, buffer_seconds)
    _empty(folder)
    shutil.copyfile(Path(__file__).parents[1] / "seeds" / "titles.csv", folder / "titles.csv")
    stop = until_stopped()
    with Broker(folder / "kafka") as broker:
        broker.make_topic(TOPIC)
        brokers = {"bootstrap.servers": broker.address}
        sender = Sender(brokers, TOPIC)
        clock = Clock(start_ms, speed)
        delivery = Delivery(brokers, TOPIC, FolderStore(folder), buffering)
        builder = Builder(folder, build_seconds, delivery, clock)
        producing = Worker(lambda: produce(stream, sender, clock, begin_ms, producing.stop))
        delivering = Worker(lambda: delivery.run(delivering.stop))
        building = Worker(lambda: builder.run(building.stop))
        workers = (producing, delivering, building)
        until = time.monotonic() + minutes * 60 if minutes else None
        with Watch(sender, delivery, builder, broker, clock) as watch:
            for worker in workers:
                worker.start()
            while not stop.wait(0.5) and not any(worker.failure for worker in workers):
                watch.show()
                if until and time.monotonic() >= until:
                    break
            # What has been sent is delivered, and what is delivered is in the marts.
            watch.show("stopping: delivering what was sent, then the last build")
            producing.end()
            drained_by = time.monotonic() + DRAIN_WITHIN_SECONDS
            while delivery.delivered < sender.sent and time.monotonic() < drained_by:
                if delivering.failure or producing.failure:
                    break
                time.sleep(0.2)
                watch.show("stopping: delivering what was sent, then the last build")
            delivering.end()
            building.end()
            watch.show("stopped")
        for worker in workers:
            worker.check()
        print(watch.summary())
    print(f"{folder}: make now shows it; playhead_marts.duckdb is for other tools")


def _empty(folder: Path) -> None:
    """Begin anew: remove what an earlier run left, and nothing else."""
    if folder.exists():
        strange = sorted(path.name for path in folder.iterdir() if path.name not in OWN)
        if strange:
            raise UserError(
                f"{folder} holds {strange[0]}, which is not of make lake: choose another --folder"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


if __name__ == "__main__":
    sys.exit(run(app, "run_lake"))
