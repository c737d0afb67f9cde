"""Any lake: other names, other formats, bytes that are no text; and one line for what is wrong."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import BUILD, ROOT, write_ndjson
from dbt.cli.main import dbtRunner
from foreign import readme_variables, write_foreign

LANDED_AT = datetime(2025, 3, 3, 12)
EVENT = {
    "event_id": "e1",
    "customer_id": "c1",
    "title_id": "t1",
    "session_id": "s1",
    "event_type": "start",
    "event_timestamp": "2025-03-03T12:00:00.000Z",
    "position_seconds": 0,
}


@pytest.mark.parametrize("telemetry_format", ["ndjson", "parquet"])
def test_a_foreign_source_without_optional_columns(builds, telemetry_format):
    build = builds(f"foreign_{telemetry_format}")
    path = write_foreign(build, telemetry_format)
    source = {"telemetry_path": path, "telemetry_format": telemetry_format, "titles_path": ""}
    build.must(*BUILD, **(readme_variables() | source))
    (row,) = build.rows("select * from marts.viewer_title_engagement")
    assert (row["customer_id"], row["title_id"], row["duration_source"]) == (
        "17",
        "v-1",
        "inferred",
    )
    assert (row["watch_seconds"], row["unique_watch_seconds"]) == (310, 300)
    assert (row["title_duration_seconds"], row["is_completed"]) == (300, True)
    assert (row["play_count"], row["backward_skip_count"], row["pause_count"]) == (3, 1, 2)
    assert row["buffering_seconds"] is row["error_count"] is row["dominant_device_type"] is None
    (session,) = build.rows("select * from marts.viewing_sessions")
    assert session["event_count"] == 7  # without an id, exact repeats collapse
    assert build.rows("select * from staging.stg_telemetry__rejected_events") == []


def test_parquet_of_other_shapes(builds):
    """Binary text, nested columns that share a name with ours, columns that come and go."""
    build = builds("shapes")
    files = {
        "a": EVENT | {"geo": {"country": "BR"}, "landed": None},
        "b": EVENT | {"event_id": "e2"},
    }
    for name, event in files.items():
        table = pa.Table.from_pylist([event, event | {"event_type": "zoom"}])
        at = table.schema.get_field_index("event_timestamp")
        binary = table.column(at).cast(pa.binary())
        pq.write_table(
            table.set_column(at, "event_timestamp", binary), build.folder / f"{name}.parquet"
        )
    build.must(*BUILD, telemetry_path=build.folder, telemetry_format="parquet")
    (session,) = build.rows("select event_count, country from marts.viewing_sessions")
    assert session == {"event_count": 2, "country": None}
    rows = build.rows("select raw_text from staging.stg_telemetry__rejected_events")
    assert [json.loads(row["raw_text"])["event_type"] for row in rows] == ["zoom", "zoom"]
    assert all("landed_file" not in row["raw_text"] for row in rows)


def test_values_at_the_far_end_cost_no_run(builds):
    """Times a lifetime apart, a percentage next to nothing, a column that only late lines have."""
    build = builds("far")
    strange = [
        {"type": "heartbeat"},
        EVENT | {"event_timestamp": "2000-01-01T00:00:00Z"},
        EVENT
        | {"event_id": "e2", "event_type": "pause", "event_timestamp": "2025-03-03T23:00:00Z"},
        EVENT
        | {"event_id": "e3", "title_id": "t2", "position_seconds": 20000}
        | {"completion_percentage": 0.001},
    ]
    path = build.folder / "events [1].json"
    path.write_text("".join(json.dumps(row) + "\n" for row in strange[:1] * 1200 + strange[1:]))
    build.must(*BUILD, telemetry_path=build.folder)
    rows = build.rows("select session_seconds from marts.viewing_sessions order by title_id")
    assert rows[0]["session_seconds"] > 790_000_000
    # Two days with data, and one of the 25 years between them.
    assert build.rows("select count(*) as n from marts.daily_viewing")[0]["n"] == 2 + 365
    assert build.rows("select count(*) as n from marts.viewing_concurrency")[0]["n"] == 367 * 1440
    build.must(*BUILD, "--empty", "--full-refresh", telemetry_path=build.folder)
    assert build.rows("select * from marts.viewing_sessions") == []


def test_lines_that_are_no_text_are_quarantined(builds):
    """A character cut in half, a NUL, an oversized line: each costs itself, and is kept."""
    build = builds("bytes")
    good = json.dumps(EVENT | {"city": "Zürich"}, ensure_ascii=False).encode()
    lines = [
        good,
        b'{"city": "Z\xc3',
        b'{"city": "\x00"}',
        b'{"city": "' + b"z" * 17_000_000 + b'"}',
    ]
    folder = write_ndjson(build.folder / "lake", [(LANDED_AT, "")])
    (file,) = folder.rglob("*.gz")
    file.unlink()
    file.with_suffix("").write_bytes(b"\r\n".join(lines) + b"\n\n")
    build.must(*BUILD, telemetry_path=folder)
    assert build.rows("select city from marts.viewing_sessions") == [{"city": "Zürich"}]
    rows = build.rows("select * from staging.stg_telemetry__rejected_events order by raw_text")
    assert [row["reject_reason"] for row in rows] == ["unparseable"] * 3
    assert [row["landed_at"] for row in rows] == [LANDED_AT] * 3
    assert all('{"city": "' in row["raw_text"] for row in rows)


def wrong_inputs(folder: Path) -> dict[str, tuple[dict[str, Any], str]]:
    """Variables that cannot work, each with what its error must say."""
    lake = write_ndjson(folder / "lake", [(LANDED_AT, json.dumps(EVENT))])
    (folder / "cut.json.gz").write_bytes(next(lake.rglob("*.gz")).read_bytes()[:-12])
    (folder / "plain.json.gz").write_text(json.dumps(EVENT))
    (folder / "broken.parquet").write_text("not Parquet")
    (folder / "titles.csv").write_text("title_id,title_name\nt1,One\n")
    header = "title_id,title_name,title_type,genre,duration_seconds,released_on\n"
    (folder / "timed.csv").write_text(header + "t1,One,movie,drama,00:05:00,\n")
    (folder / "twice.csv").write_text(header + "t1,One,movie,drama,60,\n" * 2)
    return {
        "no such folder": ({"telemetry_path": folder / "nowhere"}, "set var telemetry_path"),
        "no path": ({"telemetry_path": ""}, "var telemetry_path is ''; set it to a folder"),
        "not gzip": ({"telemetry_path": folder / "plain.json.gz"}, "plain.json.gz"),
        "cut short": ({"telemetry_path": folder / "cut.json.gz"}, "cut.json.gz"),
        "not Parquet": (
            {"telemetry_path": folder / "broken.parquet", "telemetry_format": "parquet"},
            "broken.parquet",
        ),
        "no such format": (
            {"telemetry_path": lake, "telemetry_format": "xml"},
            "var telemetry_format is 'xml'; use one of ndjson, parquet, csv",
        ),
        "missing column": (
            {"telemetry_path": lake, "telemetry_columns": {"title_id": "videoId"}},
            "no column videoId, which title_id is read from",
        ),
        "unknown column": (
            {"telemetry_path": lake, "telemetry_columns": {"titel_id": "videoId"}},
            "var telemetry_columns has an unknown key, titel_id (did you mean title_id?); use one ",
        ),
        "unknown event type": (
            {"telemetry_path": lake, "event_type_aliases": {"video_play": "playing"}},
            "maps video_play to 'playing' (did you mean play?); use one of start,",
        ),
        "unknown setting": (
            {"telemetry_path": lake, "playback": {"max_rate": 3}},
            "var playback has an unknown key, max_rate (did you mean max_playback_rate?); use one ",
        ),
        "setting that is no number": (
            {"telemetry_path": lake, "engagement": {"session_cap": "many"}},
            "session_cap: many; give a number",
        ),
        "setting that is no mapping": (
            {"telemetry_path": lake, "playback": 3},
            "var playback is '3'; give a mapping",
        ),
        "no seed": ({"telemetry_path": lake}, "run dbt seed or dbt build"),
        "no such titles": (
            {"telemetry_path": lake, "titles_path": folder / "nowhere.csv"},
            "set it to a CSV or Parquet file of titles",
        ),
        "titles without duration": (
            {"telemetry_path": lake, "titles_path": folder / "titles.csv"},
            "titles.csv has no column duration_seconds: give it title_id and",
        ),
        "a duration that is none": (
            {"telemetry_path": lake, "titles_path": folder / "timed.csv"},
            "timed.csv has a duration_seconds for title_id t1 that is no length: give seconds",
        ),
        "a title twice": (
            {"telemetry_path": lake, "titles_path": folder / "twice.csv"},
            "twice.csv has title_id t1 more than once: keep one row a title",
        ),
    }


def test_wrong_input_is_one_line_before_any_model(builds, monkeypatch):
    """Within one process, for speed: what dbt says is the same."""
    build = builds("wrong")
    for name, value in build.environment.items():
        monkeypatch.setenv(name, value)
    for case, (variables, words) in wrong_inputs(build.folder).items():
        said: list[Any] = []
        done = dbtRunner(callbacks=[said.append]).invoke(
            [
                "--quiet",
                "run",
                "--project-dir",
                str(ROOT),
                "--vars",
                json.dumps(variables, default=str),
            ]
        )
        assert not done.success, case
        lines = [line.strip() for line in str(done.exception).splitlines()]
        # dbt puts a heading above the line, and below it the macros (>) that it came through.
        told = [line for line in lines if line and not line.startswith(">")][1:]
        assert len(told) == 1, (case, told)
        assert words in told[0], (case, told)
        assert "NodeStart" not in {event.info.name for event in said}, f"{case}: a model ran"
