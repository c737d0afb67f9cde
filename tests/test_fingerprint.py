"""Rows of two rules are never mixed: a run says in one line what has changed, and what to run."""

import json
import re
import shlex
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import strategies
import yaml
from comparison import deliver, differences, everything, titles_file
from conftest import MODELS, Build
from strategies import json_line

# What the first edition's build file held, as far as it is in the way today: tables that are views
# now, and views that are tables; other columns; addresses, in tables that nothing makes now.
FIRST_EDITION = """
create schema staging; create schema intermediate; create schema marts;
create table staging.base_telemetry__events as
    select 'e' as event_id, 'c' as customer_id, null as reject_reason, now() as landed_at;
create view staging.base_telemetry__landed_rows as select 1 as line;
create view staging.stg_telemetry__events as select * from staging.base_telemetry__events;
create table staging.undecodable_lines as select '203.0.113.7' as line;
create table intermediate.int_playback_moves as select 'c' as customer_id;
create table intermediate.int_repeated_events as select 'c' as customer_id;
create view intermediate.int_watch_coverage as select 'c' as customer_id;
create view intermediate.int_titles_ranked as select * from intermediate.int_watch_coverage;
create table marts.viewing_sessions as select 'c' as customer_id;
create table marts.viewer_title_engagement as select 'c' as customer_id;
create table marts.mine as select 1 as n;
"""

SETTINGS = {
    "playback": {"forward_skip_seconds": 30},
    "engagement": {"high_threshold": 20, "watch_minute_weight": 2},
    "audience": {"recent_days": 7},
}
CHANGED_SETTINGS = (
    "audience.recent_days was 28, now 7; engagement.high_threshold was 100, now 20; "
    "engagement.watch_minute_weight was 1, now 2; playback.forward_skip_seconds was 5, now 30"
)


def line(build: Build, **variables: Any) -> str:
    """The one line with which a run stops, before any model."""
    done = build.dbt("run", **variables)
    assert done.returncode != 0, done.stdout[-3000:]
    assert "START sql" not in done.stdout
    (found,) = [line.strip() for line in done.stdout.splitlines() if "run dbt build" in line]
    return found


def follow(build: Build, stopped: str, **variables: Any) -> None:
    """Runs what the line prints, with the user's own variables."""
    words = shlex.split(stopped.partition(": run dbt ")[2])
    if "--vars" in words:
        at = words.index("--vars")
        variables |= yaml.safe_load(words[at + 1])
        del words[at : at + 2]
    assert words == ["build", "--full-refresh"]
    build.must(*MODELS, "--full-refresh", **variables)


@pytest.fixture(scope="module")
def built(builds) -> tuple[Build, dict[str, Any], list[dict[str, Any]]]:
    build = builds("fingerprint")
    events, *_ = filter(None, strategies.deliveries(20))
    deliver(build.folder / "lake", events, 0)
    variables = {"telemetry_path": str(build.folder / "lake"), "titles_path": titles_file(build)}
    return build.must("run", **variables), variables, events


def test_settings(built):
    """Of each group; where the settings are as they were again, nothing has changed."""
    build, variables, _ = built
    before = everything(build)
    stopped = line(build, **variables, **SETTINGS)
    assert stopped.startswith(f"{CHANGED_SETTINGS}: run dbt build --full-refresh")
    assert "load_lake_anew" not in stopped
    # What the lake holds no more is not lost by that: only the models are built anew.
    follow(build, stopped, **variables, **SETTINGS)
    whole = build.beside("settings").must("run", **variables, **SETTINGS)
    assert differences(everything(build), everything(whole)) == []
    assert differences(everything(build), before) != []
    assert line(build, **variables).startswith("audience.recent_days was 7, now 28; ")
    # A full refresh that dies has mixed rows: the run after it makes all of them anew.
    build.must("run", "--full-refresh", "--select", "+viewing_sessions", **variables)
    build.must("run", **variables)
    assert differences(everything(build), before) == []


def test_another_lake_and_mapping(built):
    """Format, path, columns and names of events."""
    build, variables, events = built
    lake = build.folder / "parquet"
    lake.mkdir()
    rows = [json.loads(json_line(event)) for event in events if event["title_id"] == "film"]
    rows = [{**row, "film": row.pop("title_id", None)} for row in rows]
    texts = [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
    names = sorted({name for row in texts for name in row})
    pq.write_table(
        pa.table({name: [row.get(name) for row in texts] for name in names}), lake / "a.parquet"
    )
    other = variables | {
        "telemetry_path": str(lake),
        "telemetry_format": "parquet",
        "telemetry_columns": {"title_id": "film"},
        "event_type_aliases": {"finished": "stop"},
    }
    stopped = line(build, **other)
    assert re.fullmatch(
        r"event_type_aliases\.finished was not set, now stop; "
        r"telemetry_columns\.title_id was not set, now film; "
        r"telemetry_format was ndjson, now parquet; "
        rf"telemetry_path was {variables['telemetry_path']}, now {lake}: "
        r"run dbt build --full-refresh --vars 'load_lake_anew: true'",
        stopped,
    )
    refused = build.dbt("run", "--full-refresh", **other)
    assert refused.returncode != 0
    assert stopped in refused.stdout
    follow(build, stopped, **other)
    whole = build.beside("lake_of_parquet").must("run", **other)
    assert differences(everything(build), everything(whole)) == []
    assert len(everything(build)["viewing_sessions"]) > 0


def test_models_and_releases(built):
    """The SQL of a model, and build files of a release that knew no fingerprint, or another."""
    build, variables, _ = built
    table = "intermediate.fingerprint"
    build.must("run", "--full-refresh", **variables, load_lake_anew=True)
    build.execute(
        f"update {table} set setting_value = 'x' where setting = 'model int_watch_coverage'"
    )
    assert line(build, **variables) == (
        "the SQL of model int_watch_coverage was another: run dbt build --full-refresh"
    )
    build.execute(
        f"update {table} set setting_value = 'x' where setting = 'model base_telemetry__events'"
    )
    assert line(build, **variables) == (
        "the SQL of model base_telemetry__events and 1 other(s) was another: "
        "run dbt build --full-refresh --vars 'load_lake_anew: true'"
    )
    for older in (f"alter table {table} rename setting_value to was", f"drop table {table}"):
        build.execute(older)
        assert line(build, **variables) == (
            "the build file is of an older release: "
            "run dbt build --full-refresh --vars 'load_lake_anew: true'"
        )


def test_the_first_edition(built):
    """One line says what to run; that leaves what a new build file has, and tables of one's own."""
    built_before, variables, _ = built
    build = built_before.beside("first_edition")
    build.execute(FIRST_EDITION)
    stopped = line(build, **variables)
    assert stopped == (
        "the build file is of an older release: "
        "run dbt build --full-refresh --vars 'load_lake_anew: true'"
    )
    follow(build, stopped, **variables)
    whole = built_before.beside("no_edition").must(*MODELS, **variables)
    assert differences(everything(build), everything(whole)) == []
    tables = (
        "select table_schema, table_name, table_type from information_schema.tables order by all"
    )
    mine = {"table_schema": "marts", "table_name": "mine", "table_type": "BASE TABLE"}
    assert [row for row in build.rows(tables) if row != mine] == whole.rows(tables)
    assert mine in build.rows(tables)
    build.must(*MODELS, **variables)
