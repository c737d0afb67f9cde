"""What `make demo` does, on fewer viewers: generate, build with every test, publish, show."""

import json
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import BUILD, MODELS, ROOT, Build, write_ndjson
from generator.run import GeneratorOptions, generate

COUNTED = """
    select count(*) as rows, sum(watch_seconds) as watch, sum(unique_watch_seconds) as seen,
        sum(engagement_score) as score
    from marts.viewer_title_engagement
"""


def small_lake(folder: Path, **options: Any) -> Path:
    """Two days of a few viewers; its telemetry folder."""
    generate(GeneratorOptions(folder, days=2, start=date(2025, 3, 3), scale=0.002, **options))
    return folder / "telemetry"


def script(build: Build, name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / name],
        env=build.environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def demo(builds) -> Build:
    """The demo's lake, small, and in it docs/method.md §6.4's second case: a clean full watch."""
    build = builds("demo")
    lake = small_lake(build.folder / "data")
    event = {"customer_id": "clean-viewer", "session_id": "clean", "title_id": "reference"}
    times = {"start": ("2025-03-10T12:00:00Z", 0), "complete": ("2025-03-10T12:05:00Z", 300)}
    lines = [
        json.dumps(
            event | {"event_type": name, "event_timestamp": at, "position_seconds": position}
        )
        for name, (at, position) in times.items()
    ]
    write_ndjson(lake, [(datetime(2025, 3, 10, 12), line) for line in lines])
    return build.must(*BUILD, telemetry_path=lake)


def test_the_reference_case_is_a_row_of_the_demo(demo):
    """docs/method.md §6.4, the first reference case."""
    (row,) = demo.rows(
        "select * from marts.viewer_title_engagement where customer_id = 'reference-viewer'"
    )
    assert row["title_duration_seconds"] == 300
    assert (row["watch_seconds"], row["unique_watch_seconds"], row["rewatch_seconds"]) == (
        130,
        120,
        10,
    )
    assert round(row["watch_percentage"], 1) == 43.3
    assert (row["completion_percentage"], row["session_count"]) == (40, 1)
    assert (row["forward_skip_count"], row["backward_skip_count"]) == (0, 1)
    assert (round(row["engagement_score"], 1), row["engagement_tier"]) == (17.2, "Low")


def test_a_clean_full_watch(demo):
    """docs/method.md §6.4, the second reference case."""
    (row,) = demo.rows(
        "select * from marts.viewer_title_engagement where customer_id = 'clean-viewer'"
    )
    assert (row["watch_seconds"], row["unique_watch_seconds"], row["is_completed"]) == (
        300,
        300,
        True,
    )
    assert (row["engagement_score"], row["engagement_tier"]) == (60.0, "Medium")
    assert row["data_quality_flag"] == "ok"


def test_the_marts_are_published_and_shown(demo):
    published = script(demo, "publish_marts.py")
    assert published.returncode == 0, published.stderr
    path = demo.folder / "playhead_marts.duckdb"
    assert {file.name for file in demo.folder.iterdir()} >= {path.name}
    assert not list(demo.folder.glob(".playhead*")), "an unfinished file was left behind"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as marts_file (read_only)")
        (tags,) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'marts_file'"
        ).fetchall()
        assert tags[0]["storage_version"].startswith("v1.4.0")
        assert connection.execute(COUNTED.replace("marts.", "marts_file.marts.")).fetchall()[
            0
        ] == tuple(demo.rows(COUNTED)[0].values())
    shown = script(demo, "show_demo.py")
    assert shown.returncode == 0, shown.stderr
    assert "130.000   120.000    10.000" in shown.stdout
    assert "Viewer segments" in shown.stdout
    assert len(shown.stdout.splitlines()) < 40
    assert str(path) in shown.stdout.replace("\n", "")


def test_a_reader_keeps_the_marts_that_it_opened(demo):
    """The published file is replaced, not written over."""
    assert script(demo, "publish_marts.py").returncode == 0
    with duckdb.connect(str(demo.folder / "playhead_marts.duckdb"), read_only=True) as reader:
        before = reader.execute(COUNTED).fetchall()
        assert script(demo, "publish_marts.py").returncode == 0
        assert reader.execute(COUNTED).fetchall() == before


def test_nothing_to_publish_is_one_line(builds):
    build = builds("unbuilt")
    for name in ("publish_marts.py", "show_demo.py"):
        done = script(build, name)
        assert done.returncode != 0
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_parquet_gives_the_same_marts(builds):
    """The same viewers, with the same faults, as gzip NDJSON and as Parquet."""
    rows = []
    for telemetry_format in ("ndjson", "parquet"):
        build = builds(f"same_{telemetry_format}")
        lake = small_lake(build.folder / "data", format=telemetry_format)
        build.must(
            *MODELS,
            "--select",
            "+viewer_title_engagement",
            telemetry_path=lake,
            telemetry_format=telemetry_format,
        )
        rows.append(
            build.rows("""
                select columns(lambda c: c not in ('processed_at', 'loaded_at'))
                from marts.viewer_title_engagement order by all
            """)
        )
    assert rows[0] == rows[1]
    assert sum(row["watch_seconds"] for row in rows[0]) > Decimal(100_000)


def test_the_docs_are_one_page_that_describes_every_column(demo):
    """`dbt docs generate --static`: each model described, and each mart's column."""
    demo.must("docs", "generate", "--static", telemetry_path=demo.folder / "data" / "telemetry")
    target = demo.folder / "target"
    page = (target / "static_index.html").read_text()
    manifest = json.loads((target / "manifest.json").read_text())
    catalog = json.loads((target / "catalog.json").read_text())["nodes"]
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert [model["name"] for model in models if not model["description"]] == []
    marts = [model for model in models if model["schema"] == "marts"]
    assert len(marts) == 10
    documented = (ROOT / "docs" / "marts.md").read_text()
    for mart in marts:
        assert f"\n## {mart['name']}\n" in documented
        assert json.dumps(mart["description"])[1:-1] in page
        described = {name for name, column in mart["columns"].items() if column["description"]}
        assert described == set(catalog[mart["unique_id"]]["columns"])
