"""The engine is Trino: it refuses what only Trino, or Athena, would; and it prunes partitions."""

import re
from datetime import timedelta
from typing import Any

import pytest

from athena.conftest import AthenaBuild


@pytest.fixture(scope="session")
def empty(lake: Any) -> AthenaBuild:
    build = lake("empty")
    build.athena("create schema if not exists `empty_marts`")
    return build


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select 1 from (values '1') as t (a) where a = 1", "TYPE_MISMATCH"),
        ("select a + 1 as b from (values 1) as t (a) group by b", "COLUMN_NOT_FOUND"),
        (
            "select date_diff(day, date '2025-03-03', date '2025-03-04')",
            "COLUMN_NOT_FOUND",
        ),
        ("select a from t qualify row_number() over (order by a) = 1", "SYNTAX_ERROR"),
        ("select '1'::integer", "SYNTAX_ERROR"),
        ("grant all on a to b", "the stand-in does not know this statement"),
        (
            'create table "awsdatacatalog"."empty_marts"."t" with (table_type=\'iceberg\', '
            "is_external=false, location='s3://lake/empty/t') as "
            "select timestamp '2025-03-03 12:00:00.000' as a",
            "Timestamp precision (3) not supported for Iceberg",
        ),
    ],
)
def test_what_only_trino_or_athena_refuses(empty, sql, reason):
    execution = empty.athena(sql)
    assert execution["Status"]["State"] == "FAILED"
    assert reason in execution["Status"]["StateChangeReason"]


def test_a_hive_table_cannot_be_renamed(empty):
    made = empty.athena(
        'create table "awsdatacatalog"."empty_marts"."hive" with (table_type=\'hive\', '
        "is_external=true, external_location='s3://lake/empty/hive') as select 1 as a"
    )
    assert made["Status"]["State"] == "SUCCEEDED"
    renamed = empty.athena("alter table `empty_marts`.`hive` rename to `empty_marts`.`other`")
    assert renamed["Status"]["State"] == "FAILED"


@pytest.mark.parametrize(("count", "state"), [(100, "SUCCEEDED"), (101, "FAILED")])
def test_a_statement_writes_a_hundred_partitions(empty, count, state):
    made = empty.athena(
        f'create table "awsdatacatalog"."empty_marts"."hours_{count}" with (table_type=\'hive\', '
        f"is_external=true, external_location='s3://lake/empty/hours_{count}', "
        "partitioned_by=ARRAY['n']) as "
        f"select 1 as a, cast(n as varchar) as n from unnest(sequence(1, {count})) as t (n)"
    )
    assert made["Status"]["State"] == state
    if state == "FAILED":
        assert "TOO_MANY_OPEN_PARTITIONS" in made["Status"]["StateChangeReason"]


def test_a_query_that_is_asked_for_twice_runs_once(empty):
    """A client that waits in vain for an answer repeats its request, with the same token."""
    client = empty.server.client("athena")
    request = {
        "QueryString": "select 1",
        "QueryExecutionContext": {"Database": "empty_marts"},
        "ClientRequestToken": "a-token-of-thirty-two-characters",
    }
    first, second = (client.start_query_execution(**request) for _ in range(2))
    assert first["QueryExecutionId"] == second["QueryExecutionId"]


def partitions(plan: str, key: str) -> list[str]:
    """The values of a partition key that a plan reads."""
    # A plan is drawn as a tree: its branches pass between a column and its values.
    found = re.search(rf"{key}:string:PARTITION_KEY[\s│]*:: \[(.*)\]", plan)
    assert found is not None, plan
    return re.findall(r"[\w-]+", found.group(1))


def test_an_incremental_load_reads_no_partition_before_its_bound(demo):
    """Of the load as dbt compiled it, once more with nothing new: five days are held."""
    athena, _ = demo
    athena.must("compile", "--select", "base_telemetry__events")
    compiled = athena.folder / "target/compiled/playhead/models/staging/base_telemetry__events.sql"
    (row,) = athena.rows("explain " + compiled.read_text())
    plan = row["Query Plan"]
    assert partitions(plan, "year") == ["2025"]
    newest = athena.rows("select max(landed_at) as h from demo_staging.base_telemetry__events")
    days = partitions(plan, "day")
    # The newest hour held and the one before it.
    first = newest[0]["h"] - timedelta(hours=1)
    assert min(days) == f"{first.day:02}"


def test_what_is_new_is_found_without_reading_what_is_not(demo):
    """The load's time is one value a file: its statistics leave out all that were not loaded."""
    athena, _ = demo
    scanned = {}
    for name, bound in {"all": "1900-01-01", "none": "2999-01-01"}.items():
        execution = athena.athena(
            "select count(distinct event_text) from demo_staging.base_telemetry__events "
            f"where loaded_at > timestamp '{bound} 00:00:00.000'"
        )
        scanned[name] = execution["Statistics"]["DataScannedInBytes"]
    assert scanned["none"] < scanned["all"] / 5, scanned
