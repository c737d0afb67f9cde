"""Send live telemetry into a Kafka topic: `python scripts/produce_telemetry.py --help`."""

import sys
from typing import Annotated

import typer
from generator.faults import FAULT_NAMES, parse_faults
from generator.players import PlayerOptions
from live import TOPIC
from live.commands import moment_ms, run, until_stopped
from live.producer import Clock, Sender, produce
from live.stream import Stream, StreamOptions

HOUR_MS = 3_600_000

app = typer.Typer(add_completion=False)


@app.command()
def main(
    brokers: Annotated[str, typer.Option(help="host:port, a comma between several.")],
    topic: Annotated[str, typer.Option(help="It must be there.")] = TOPIC,
    scale: Annotated[
        float, typer.Option(help="1 is 15,000 to 25,000 viewers at once at prime time.")
    ] = 0.0092,
    viewers: Annotated[
        int, typer.Option(help="In place of --scale: so many at once, at all hours.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Another seed, other viewers.")] = 1,
    faults: Annotated[
        str, typer.Option(help=f"none, realistic, or NAME=RATE,… of {', '.join(FAULT_NAMES)}.")
    ] = "realistic",
    heartbeats: Annotated[
        int, typer.Option(help="A heartbeat every so many seconds while playing; 0: none.")
    ] = 0,
    start: Annotated[
        str, typer.Option(help="Where the clock stands at first (UTC): 2026-03-03T20:00; else now.")
    ] = "",
    speed: Annotated[float, typer.Option(help="How many times as fast as time.")] = 1.0,
    history_hours: Annotated[
        int, typer.Option(help="So many hours before the start are sent at once.")
    ] = 0,
) -> None:
    """Simulate viewers on the clock, and send what their players report, keyed by session.

    The same seed gives the same events for the same time, whenever it runs; Ctrl-C stops it.
    """
    start_ms = moment_ms(start, "--start")
    begin_ms = start_ms - history_hours * HOUR_MS
    options = StreamOptions(
        scale=scale,
        viewers=viewers,
        seed=seed,
        faults=parse_faults(faults),
        player=PlayerOptions(heartbeat_seconds=heartbeats),
        on_air_ms=begin_ms,
    )
    stop = until_stopped()
    sender = Sender({"bootstrap.servers": brokers}, topic)
    produce(Stream(options), sender, Clock(start_ms, speed), begin_ms, stop)
    print(f"{topic}: {sender.sent:,} events sent")


if __name__ == "__main__":
    sys.exit(run(app, "produce_telemetry"))
