"""Three small lakes, built and published, for the dashboard to show."""

import csv
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

from conftest import MODELS, Build
from generator.run import GeneratorOptions, generate
from other_events import land_other_events
from publish_marts import publish

REQUIRED = (
    "customer_id",
    "title_id",
    "session_id",
    "event_type",
    "event_timestamp",
    "position_seconds",
)


def publish_full(build: Build) -> Path:
    """Three days of a few viewers, every column and kind of event there, in the lake layout."""
    lake = _generated(build)
    land_other_events(lake)
    return _published(build, telemetry_path=lake)


def publish_bare(build: Build) -> Path:
    """The same viewers in six columns, in one file outside the layout, without a catalogue."""
    lines = []
    for file in sorted(_generated(build).rglob("*.json.gz")):
        for line in gzip.decompress(file.read_bytes()).decode().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            lines.append(json.dumps({name: event.get(name) for name in REQUIRED}))
    events = build.folder / "events.json"
    events.write_text("\n".join(lines))
    return _published(build, telemetry_path=events, titles_path=_no_titles(build))


def publish_empty(build: Build) -> Path:
    """One line that is no event, which fails the run once everything is built."""
    events = build.folder / "events.json"
    events.write_text(json.dumps(dict.fromkeys(REQUIRED, "no event")))
    done = build.dbt(*MODELS, telemetry_path=events, titles_path=_no_titles(build))
    assert "none of the 1 rows that this run read was accepted" in done.stdout
    return _publish(build)


def _generated(build: Build) -> Path:
    folder = build.folder / "data"
    generate(GeneratorOptions(folder, days=3, start=date(2025, 3, 3), scale=0.002))
    return folder / "telemetry"


def _no_titles(build: Build) -> Path:
    file = build.folder / "titles.csv"
    with file.open("w") as output:
        csv.writer(output).writerow(
            ["title_id", "title_name", "title_type", "genre", "duration_seconds", "released_on"]
        )
    return file


def _published(build: Build, **variables: Any) -> Path:
    build.must(*MODELS, **variables)
    return _publish(build)


def _publish(build: Build) -> Path:
    file = build.folder / "playhead_marts.duckdb"
    publish(build.duckdb_path, file)
    return file
