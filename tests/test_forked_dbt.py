"""dbt forked from a process that has read the project knows it as dbt that reads it itself."""

import json
from typing import Any

from conftest import Build

# Variables other than the defaults in everything that they could change.
OTHERS = {
    "telemetry_path": "/lake/*.parquet",
    "telemetry_format": "parquet",
    "titles_path": "/lake/titles.parquet",
    "telemetry_columns": {"title_id": "videoId"},
    "event_type_aliases": {"play": "start"},
    "unreadable_files": "set_aside",
    "load_lake_anew": True,
    "reload_from": "2025-03-03 12:00",
    "playback": {"max_playback_rate": 3},
}
OF_THE_RUN = {"created_at", "metadata"}


def told(build: Build) -> Any:
    """The manifest that dbt wrote, but for when."""

    def timeless(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: timeless(inner) for name, inner in value.items() if name not in OF_THE_RUN
            }
        if isinstance(value, list):
            return [timeless(inner) for inner in value]
        return value

    return timeless(json.loads((build.folder / "target" / "manifest.json").read_text()))


def test_the_project_read_before_is_the_project(builds):
    """If a node differs: add its file to READING_VARIABLES in warmed_up_dbt.py."""
    forked = told(builds("forked").must("parse", **OTHERS))
    read = told(builds("read").must("parse", "--no-partial-parse", **OTHERS))
    for kind in read:
        if kind == "group_map":
            # What is read anew comes last in its group.
            for groups in (read[kind], forked[kind]):
                groups.update({group: sorted(nodes) for group, nodes in groups.items()})
        if isinstance(read[kind], dict):
            keys = read[kind].keys() | forked[kind].keys()
            differing = [k for k in keys if read[kind].get(k) != forked[kind].get(k)]
            assert differing == [], kind
        assert forked[kind] == read[kind], kind
