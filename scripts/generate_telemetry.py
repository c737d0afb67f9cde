"""Write a lake of realistic video telemetry: `python scripts/generate_telemetry.py --help`."""

import sys
import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from generator import UserError
from generator.dialects import DIALECTS
from generator.faults import FAULT_NAMES, parse_faults
from generator.players import RATES, SEEKS, PlayerOptions
from generator.run import GeneratorOptions, generate
from rich.console import Console
from rich.progress import Progress

HOURS_A_DAY = 24

app = typer.Typer(add_completion=False)


@app.command()
def main(
    output: Annotated[Path, typer.Option(help="New or empty folder to write to.")] = Path("data"),
    days: Annotated[int, typer.Option(help="Days on which sessions begin.")] = 28,
    start: Annotated[str, typer.Option(help="First day (UTC), YYYY-MM-DD.")] = "2025-03-03",
    scale: Annotated[
        float, typer.Option(help="1 is 15,000 to 25,000 viewers at once at prime time.")
    ] = 0.0092,
    seed: Annotated[int, typer.Option(help="Another seed, other viewers.")] = 1,
    file_format: Annotated[str, typer.Option("--format", help="ndjson or parquet.")] = "ndjson",
    faults: Annotated[
        str,
        typer.Option(help=f"none, realistic, or NAME=RATE,… of {', '.join(FAULT_NAMES)}."),
    ] = "realistic",
    heartbeats: Annotated[
        int, typer.Option(help="A heartbeat every so many seconds while playing; 0: none.")
    ] = 0,
    seeks: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(SEEKS)}. A jump is a pause and a resume (none), or a seek: with "
            "where it went (to), or also with seek_from_seconds (from-to)."
        ),
    ] = "none",
    buffers: Annotated[
        bool,
        typer.Option("--buffers", help="Stalls as buffer_start and buffer_end, not as counters."),
    ] = False,
    ads: Annotated[
        bool,
        typer.Option("--ads", help="Advertisements of 15 to 60 seconds: ad_start and ad_end."),
    ] = False,
    rates: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(RATES)}. Some viewers change to 1.25, 1.5 or 2 times the speed and "
            "back: with a heartbeat then, and playback_rate in every row (reported), or without "
            "a word (silent)."
        ),
    ] = "none",
    live_channels: Annotated[
        int,
        typer.Option(
            help="Titles without a duration, watched at their edge: the first counts seconds "
            "since it went on air, the second since 1970, the third reports no positions, …"
        ),
    ] = 0,
    truth: Annotated[
        bool, typer.Option("--truth", help="Also write truth/watched.csv.gz: what was watched.")
    ] = False,
    dialect: Annotated[
        str,
        typer.Option(
            help=f"As another source sends it, for the preset of that name: {', '.join(DIALECTS)}."
        ),
    ] = "",
    customer_prefix: Annotated[
        str, typer.Option(help="Begins every customer_id: lakes with different ones add up.")
    ] = "c",
) -> None:
    """Simulate viewers, and write what their players report as a lake of hourly files.

    The same arguments give the same bytes.
    """
    options = GeneratorOptions(
        output=output,
        days=days,
        start=_parse_date(start),
        scale=scale,
        seed=seed,
        format=file_format,
        faults=parse_faults(faults),
        player=PlayerOptions(heartbeats, seeks, buffers, ads, rates),
        live_channels=live_channels,
        truth=truth,
        customer_prefix=customer_prefix,
        dialect=dialect,
    )
    console = Console(stderr=True)
    began = time.perf_counter()
    with Progress(console=console, disable=not console.is_terminal) as progress:
        hours = progress.add_task("hours of viewing", total=days * HOURS_A_DAY)
        summary = generate(options, on_hour=lambda: progress.advance(hours))
    seconds = time.perf_counter() - began
    print(
        f"{output}: {summary.events:,} events, {summary.rows:,} rows landed in "
        f"{summary.files:,} files ({summary.bytes / 1e6:,.0f} MB) "
        f"in {seconds:.1f} s ({summary.events / seconds:,.0f} events/s)"
    )


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"--start is {text!r}: give a date such as 2025-03-03") from None


def run(arguments: list[str] | None = None) -> int:
    """Run the command, and return its exit code; an error of the user's is one line on stderr.

    `arguments`: those of the command line unless given.
    """
    try:
        return app(arguments, standalone_mode=False) or 0
    except UserError as error:
        message, status = str(error), 2
    except typer.TyperException as error:
        message, status = error.format_message(), 2
    except OSError as error:
        message, status = str(error), 1
    except (typer.Abort, KeyboardInterrupt):
        message, status = "stopped: the output is incomplete, delete it", 130
    print(f"generate_telemetry: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(run())
