"""What the commands of this package share: their errors in one line, and how they are stopped."""

import signal
import sys
import threading
from datetime import UTC, datetime

import typer
from confluent_kafka import KafkaException
from generator import UserError


def run(app: typer.Typer, name: str, arguments: list[str] | None = None) -> int:
    """Run a command, and return its exit code; an error of the user's is one line on stderr."""
    try:
        return app(arguments, standalone_mode=False) or 0
    except UserError as error:
        message, status = str(error), 2
    except typer.TyperException as error:
        message, status = error.format_message(), 2
    except KafkaException as error:
        message, status = f"the broker: {error.args[0].str()}", 1
    except OSError as error:
        message, status = str(error), 1
    print(f"{name}: {message}", file=sys.stderr)
    return status


def until_stopped() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set, in place of ending the process where it stands."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def moment_ms(text: str, name: str) -> int:
    """An ISO 8601 moment (UTC unless it says otherwise) in epoch milliseconds; empty: now."""
    if not text:
        return int(datetime.now(UTC).timestamp() * 1000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name} is {text!r}: give a time such as 2026-03-03T20:00") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
