"""Deliver a Kafka topic into a lake, as Amazon Data Firehose would: `… --help`."""

import sys
from typing import Annotated

import typer
from live import TOPIC
from live.commands import run, until_stopped
from live.delivery import Buffering, Delivery
from live.stores import store_at

app = typer.Typer(add_completion=False)


@app.command()
def main(
    brokers: Annotated[str, typer.Option(help="host:port, a comma between several.")],
    to: Annotated[str, typer.Option(help="A folder, or s3://bucket/prefix: telemetry/ is in it.")],
    topic: Annotated[str, typer.Option(help="It must be there.")] = TOPIC,
    buffer_mib: Annotated[
        float, typer.Option(help="An object is written at so many MiB, before compression, …")
    ] = 5.0,
    buffer_seconds: Annotated[
        float, typer.Option(help="… or so many seconds after its first record.")
    ] = 300.0,
) -> None:
    """Write what is in the topic as gzip NDJSON under telemetry/year=…/month=…/day=…/hour=…/.

    At least once: stopped at any moment and by anything, it goes on where the lake is whole.
    """
    stop = until_stopped()
    delivery = Delivery(
        {"bootstrap.servers": brokers}, topic, store_at(to), Buffering(buffer_mib, buffer_seconds)
    )
    delivery.run(stop)
    print(f"{to}: {delivery.delivered:,} events delivered in {delivery.objects:,} objects")


if __name__ == "__main__":
    sys.exit(run(app, "deliver_telemetry"))
