"""A mapping on Athena: the same canonical rows of the same nested events as on DuckDB."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from conftest import Build, write_ndjson
from test_mapping import NESTED, PLAIN, SEGMENTS, rules_for

from athena.conftest import AthenaBuild

LANDED_AT = datetime(2025, 3, 3, 12)
TYPED = "select * from {}.base_telemetry__typed_rows"
UNLIKE = {"source_file", "raw_row"}


def test_nested_rows(lake: Callable[[str], AthenaBuild], builds: Callable[[str], Build]) -> None:
    """Paths, JSON in text, elements by key, units, conditions, and elements that are rows."""
    rows = [*NESTED, *SEGMENTS, {"id": "z", "ps": "0[.]2", "far": "PT1M1.5S", "at": "1:02:03"}]
    rules: dict[str, Any] = {
        **PLAIN,
        **rules_for("ndjson"),
        "customer_id": ['Player."user id"', "user"],
        "position_seconds": ["Player.at.s", "seen.l.a", {"from": "ps", "range": "end"}],
        "end_position_seconds": {"from": "at", "unit": "clock", "plus": "seen.l.b"},
        "title_duration_seconds": {"from": "far", "unit": "iso8601"},
        "seek_from_seconds": {"from": "sent", "unit": "us", "only_for": ["start"], "null_if": -1},
        "ended_at": {
            "from": "what",
            "values": {"play": "2025-07-03 12:00:00"},
            "time_zone": "Europe/Berlin",
        },
        "is_playing": {"from": "what", "values": {"play": True}, "not": True},
        "title_name": {"join": ["id", "what"]},
        "quality": {"row_hash": True},
    }
    # A list as a whole is text on DuckDB alone.
    del rules["state"]
    variables = {
        "telemetry_columns": rules,
        "event_type_aliases": {"play": "start", "": "heartbeat"},
        "telemetry_rows": {"where": {"id": {"not": "e2"}}, "each": "seen.l"},
    }
    athena, duckdb = lake("mapped"), builds("mapped")
    lines = [(LANDED_AT, json.dumps(row)) for row in rows]
    folder = write_ndjson(duckdb.folder / "lake", lines)
    athena.upload(folder).make_table(months="3,3", year=2025)
    run = ("run", "--select", "base_telemetry__typed_rows", "stg_catalogue__titles")
    athena.must("seed").must(*run, **variables)
    duckdb.must("seed").must(*run, telemetry_path=folder, **variables)
    left, right = (
        sorted(
            ({k: v for k, v in row.items() if k not in UNLIKE} for row in made),
            key=lambda row: (str(row["title_name"]), row["element_number"] or 0),
        )
        for made in (
            athena.rows(TYPED.format(f"{athena.name}_staging")),
            duckdb.rows(TYPED.format("staging")),
        )
    )
    assert left == right
    assert len(left) == len(rows) + 2
