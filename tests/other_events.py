"""Events that the generator does not simulate, into its lake: what other players send."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import write_ndjson

LANDED_AT = datetime(2025, 3, 3, 20)
# On the first day that the tests simulate.
BEGINS_AT = datetime(2025, 3, 3, 12, tzinfo=UTC)
WHERE = {"device_type": "console", "isp": "Otherwise", "country": "Utopia", "state": "North"}
STATING, STATED_TITLES, IGNORED = 5, 40, 7


def land_other_events(lake: Path) -> None:
    """Into one arrival hour: plays that say not where, stalls, failed starts, and more."""
    lines = [json.dumps(row) for row in _rows()]
    write_ndjson(lake, [(LANDED_AT, line) for line in lines], file_name="other.json.gz")


def _rows() -> Iterator[dict[str, Any]]:
    titles = [f"t{number:03}" for number in range(1, STATED_TITLES + 1)]
    for viewer in range(STATING):
        for number, title in enumerate(titles):
            yield _row(f"stating-{viewer}", title, "play", 660 * number, watched_seconds=600)
        # A title of which nobody knows anything else.
        stated = {"watched_seconds": 600, "title_duration_seconds": 900}
        yield _row(f"stating-{viewer}", "stated-only", "play", 660 * STATED_TITLES, **stated)
    for viewer in range(3):
        for number, title in enumerate(titles[:2]):
            at, told = 600 * number, (f"waiting-{viewer}", title)
            yield _row(*told, "start", at, 0)
            yield _row(*told, "buffer_start", at, 0)
            yield _row(*told, "buffer_end", at + 3, 0)
            yield _row(*told, "buffer_start", at + 23, 20)
            yield _row(*told, "buffer_end", at + 27 + 5 * number, 20)
            yield _row(*told, "stop", at + 67 + 5 * number, 60)
            yield _row(f"failing-{viewer}", title, "start", at, 0)
            yield _row(f"failing-{viewer}", title, "error", at + 9)
            yield _row(f"leaving-{viewer}", title, "start", at, 0)
            yield _row(f"leaving-{viewer}", title, "stop", at + 4, 0)
    # Its player counts stalls, and not how long they are.
    yield _row("counting", titles[2], "start", 0, 0, buffering_events=0)
    yield _row("counting", titles[2], "stop", 100, 100, buffering_events=2)
    yield _row("looping", "reference", "start", 0, 0, watch_duration_seconds=0)
    yield _row("looping", "reference", "complete", 2000, 300, watch_duration_seconds=2000)
    for number in range(IGNORED):
        yield _row("stating-0", titles[0], "ignore", number)


def _row(
    customer: str, title: str, event: str, at: int, position: int | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "event_id": f"{customer}-{title}-{event}-{at}",
        "customer_id": customer,
        "session_id": f"session-of-{customer}",
        "title_id": title,
        "event_type": event,
        "event_timestamp": (BEGINS_AT + timedelta(seconds=at)).isoformat(),
        "position_seconds": position,
        **WHERE,
        **more,
    }
