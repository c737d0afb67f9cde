"""Another player's events, as the README's variables map them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from conftest import ROOT, Build


def readme_variables() -> dict[str, Any]:
    """The variables that the README shows for a foreign source."""
    text = (ROOT / "README.md").read_text().split("```yaml")[1].split("```")[0]
    return yaml.safe_load(text)


def foreign_rows() -> list[dict[str, Any]]:
    """docs/method.md §6.4's first reference case, played to the end, as another player tells it."""
    told = [
        ("video_play", 0, 0),
        ("video_pause", 30, 30),
        ("video_resume", 40, 30),
        ("video_pause", 130, 120),
        ("video_resume", 140, 110),
        ("video_ended", 330, 300),
        ("video_ended", 330, 300),
        ("ad_start", 330, 300),
    ]
    return [
        {
            "userId": 17,
            "videoId": "v-1",
            "sessionId": "s-1",
            "eventName": name,
            "timestamp": f"2025-03-03T12:{second // 60:02}:{second % 60:02}+00:00",
            "currentTime": position,
            "player": {"name": "other"},
        }
        for name, second, position in told
    ]


def write_foreign(build: Build, telemetry_format: str) -> Path:
    """The foreign rows, in no partition; Parquet with the types a writer would choose."""
    rows = foreign_rows()
    if telemetry_format == "ndjson":
        path = build.folder / "events.json"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path
    for row in rows:
        row["timestamp"] = datetime.fromisoformat(row["timestamp"])
        row["currentTime"] = float(row["currentTime"])
    path = build.folder / "events.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path
