"""What the marts say of a case's viewers and titles, beside what is expected."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from .cases import TOLERANCE, Case, Pair, Row

# Keys of expected.json: what is checked …
TOLD_BY_THE_MART = {
    "watch_seconds": "watch_seconds",
    "unique_watch_seconds": "unique_watch_seconds",
    "forward_skips": "forward_skip_count",
    "backward_skips": "backward_skip_count",
    "pause_count": "pause_count",
    "session_count": "session_count",
    "buffering_seconds": "buffering_seconds",
    "buffering_events": "buffering_event_count",
    "max_position": "max_position_seconds",
    "completed": "is_completed",
}
# … of the clock: seconds played; of the rest of a session, which a pause or an advertisement took …
TOLD_BY_THE_CLOCK = {
    "wall_played": "wall_played",
    "paused_seconds": "idle_seconds",
    "ad_seconds": "idle_seconds",
}
COLUMNS = TOLD_BY_THE_MART | TOLD_BY_THE_CLOCK | {"intervals": "intervals"}
# … what names a row, and how near is near enough.
KEYS = {"customer_id", "title_id", "tolerance"}
# Where docs/method.md's rules give another number than a peer, by its own definition, does.
BY_DESIGN: dict[tuple[str, str, str], Any] = {
    # Nothing had played: docs/method.md §5.3 calls it start-up, no stall.
    ("snowplow_media_v2", "f_buffer", "buffering_seconds"): 0,
    # Without the 0.086 s and 0.147 s that the playhead moved on in an advertisement and a pause.
    ("snowplow_media_v2", "j_real", "watch_seconds"): Decimal("59.837"),
    ("snowplow_media_v2", "j_real", "unique_watch_seconds"): Decimal("59.837"),
}


@dataclass(frozen=True)
class Outcome:
    """How a case came out: values right and wrong, and what became of its rows."""

    case: Case
    right: int
    wrong: tuple[str, ...]
    row_counts: Mapping[str, int]
    """rows by outcome: accepted, ignored, or why they were rejected"""

    @property
    def rejected(self) -> int:
        counts = self.row_counts.items()
        return sum(count for name, count in counts if name not in ("accepted", "ignored"))


def compare(case: Case, told: Mapping[Pair, Row], row_counts: Mapping[str, int]) -> Outcome:
    """Compares what the marts say of a case's pairs with what is expected."""
    right, wrong = 0, []
    for pair, expected in case.expected_pairs.items():
        tolerance = Decimal(expected.get("tolerance", TOLERANCE))
        for key in sorted(expected.keys() - KEYS):
            wanted = BY_DESIGN.get((case.name, expected["customer_id"], key), expected[key])
            found = told[pair][COLUMNS[key]] if pair in told else "no such viewer and title"
            if pair in told and is_near(found, wanted, tolerance):
                right += 1
            else:
                wrong.append(f"{expected['customer_id']} {key}: {found}, expected {wanted}")
    wrong += [f"{pair}: not expected" for pair in told if pair not in case.expected_pairs]
    return Outcome(case, right, tuple(wrong), row_counts)


def is_near(told: Any, expected: Any, tolerance: Decimal) -> bool:
    """NULL is near NULL alone: unknown is another thing than 0."""
    if told is None or expected is None or isinstance(expected, bool):
        return told is expected
    if isinstance(expected, list):
        return len(told) == len(expected) and all(
            is_near(bound, limit, tolerance)
            for interval, bounds in zip(sorted(told), sorted(expected), strict=True)
            for bound, limit in zip(interval, bounds, strict=True)
        )
    return bool(abs(told - expected) <= tolerance)


def told_by(marts: duckdb.DuckDBPyConnection) -> dict[Pair, Row]:
    """What the marts say of each viewer and title, and the intervals it rests on."""
    engagement = rows(marts, "select * from marts.viewer_title_engagement")
    pairs = {(row["customer_id"], row["title_id"]): row | {"intervals": []} for row in engagement}
    session_seconds: Counter[Pair] = Counter()
    for row in rows(marts, "select * from marts.viewing_sessions"):
        session_seconds[row["customer_id"], row["title_id"]] += row["session_seconds"]
    played_seconds: Counter[Pair] = Counter()
    for row in rows(
        marts, "select * from intermediate.int_watch_intervals order by wall_started_at"
    ):
        pair = (row["customer_id"], row["title_id"])
        pairs[pair]["intervals"].append((row["start_seconds"], row["end_seconds"]))
        played_seconds[pair] += row["wall_seconds"]
    for pair, row in pairs.items():
        row["wall_played"] = played_seconds[pair]
        row["idle_seconds"] = session_seconds[pair] - played_seconds[pair]
    return pairs


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """The rows that a query yields, by column name."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
