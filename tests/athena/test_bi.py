"""BI tools on Athena: through the drivers of each, the marts are DuckDB's, values and types."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from conftest import ROOT, Build
from pyathena import connect
from pyathena.cursor import DictCursor

from athena.conftest import AthenaBuild
from athena.jdbc import Driver, DriverError, connected
from athena.test_parity import KEYS, differences

Both = tuple[AthenaBuild, Build]

# As Tableau writes them: a preview, a live sheet, one by day, and custom SQL.
QUERIES = [
    """
    select *
    from "{schema}"."title_performance" "title_performance"
    limit 1000
    """,
    """
    select
        "viewing_sessions"."device_type" as "device_type",
        sum("viewing_sessions"."watch_seconds") as "sum:watch_seconds:ok",
        count(distinct "viewing_sessions"."customer_id") as "ctd:customer_id:ok"
    from "{schema}"."viewing_sessions" "viewing_sessions"
    group by 1
    """,
    """
    select
        cast(date_trunc('day', "viewing_sessions"."started_at") as date) as "day",
        sum(1) as "sessions",
        max("viewing_sessions"."started_at") as "last_at"
    from "{schema}"."viewing_sessions" "viewing_sessions"
    where "viewing_sessions"."watch_seconds" >= 60 and "viewing_sessions"."title_name" <> 'it''s'
    group by 1
    having count(1) > 0
    """,
    """
    select
        "Custom SQL Query"."engagement_tier" as "tier",
        sum("Custom SQL Query"."seconds") as "seconds"
    from (
        select engagement_tier, watch_seconds - rewatch_seconds as seconds
        from {schema}.viewer_title_engagement
    ) "Custom SQL Query"
    group by 1
    """,
]


@pytest.fixture(scope="module")
def tableau(demo: Both) -> Iterator[Driver]:
    """The marts' database as Tableau has it open."""
    athena, _ = demo
    with connected(athena.server, "demo_marts") as driver:
        yield driver


@pytest.fixture(scope="module")
def notebook(demo: Both) -> DictCursor:
    """The marts' database as PyAthena has it open."""
    athena, _ = demo
    connection = connect(
        endpoint_url=athena.server.gateway_url,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        work_group="primary",
        s3_staging_dir=athena.server.environment["PLAYHEAD_ATHENA_OUTPUT"],
        schema_name="demo_marts",
        cursor_class=DictCursor,
        poll_interval=0.05,
    )
    return connection.cursor()


def counted(rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for row in rows)


def test_the_marts_through_jdbc_are_duckdbs(demo: Both, tableau: Driver):
    assert differences(*demo, rows=tableau.rows) == {}


def test_the_marts_through_pyathena_are_duckdbs(demo: Both, notebook: DictCursor):
    assert differences(*demo, rows=lambda query: notebook.execute(query).fetchall()) == {}


def test_pyathena_finds_a_marts_columns(demo: Both, notebook: DictCursor):
    _, duckdb = demo
    columns = notebook.get_table_metadata("title_performance").columns
    (first, *_) = duckdb.rows("select * from marts.title_performance")
    assert [column.name for column in columns] == list(first)


@pytest.mark.parametrize("query", QUERIES, ids=["preview", "sheet", "by day", "custom SQL"])
def test_a_sheet_of_tableau_has_duckdbs_numbers(demo: Both, tableau: Driver, query: str):
    _, duckdb = demo
    rows = tableau.rows(query.format(schema="demo_marts"))
    expected = duckdb.rows(query.format(schema="marts"))
    assert list(rows[0]) == list(expected[0])
    assert counted(rows) == counted(expected)


def jdbc_type(column: dict[str, Any]) -> str:
    kind = column["TYPE_NAME"]
    digits = f"({column['COLUMN_SIZE']},{column['DECIMAL_DIGITS']})" if kind == "decimal" else ""
    return {"string": "varchar"}.get(kind, kind) + digits


# From Glue, as the driver does by itself; and from Athena, as newer ones do.
@pytest.mark.parametrize("method", ["Auto", "ProxyAPI"])
def test_tableau_finds_the_marts_and_their_types(demo: Both, method: str):
    athena, duckdb = demo
    with connected(athena.server, "demo_marts", MetadataRetrievalMethod=method) as driver:
        catalogs = driver.metadata("getCatalogs")
        schemas = driver.metadata("getSchemas")
        tables = driver.metadata("getTables", "AwsDataCatalog", "demo_marts", "%", None)
        columns = driver.metadata("getColumns", "AwsDataCatalog", "demo_marts", "%", "%")
    assert catalogs == [{"TABLE_CAT": "AwsDataCatalog"}]
    assert "demo_marts" in {row["TABLE_SCHEM"] for row in schemas}
    assert KEYS.keys() <= {row["TABLE_NAME"] for row in tables}
    expected = duckdb.rows(
        "select table_name, column_name, lower(data_type) as data_type "
        "from information_schema.columns where table_schema = 'marts' "
        "order by table_name, ordinal_position"
    )
    for name in KEYS:
        types = [(c["COLUMN_NAME"], jdbc_type(c)) for c in columns if c["TABLE_NAME"] == name]
        assert types == [tuple(c.values())[1:] for c in expected if c["table_name"] == name]


def test_the_documented_view_is_the_same_on_both_engines(demo: Both, tableau: Driver):
    athena, duckdb = demo
    (view,) = re.findall(
        r"^create or replace view [^;]*;", (ROOT / "docs/bi.md").read_text(), re.MULTILINE
    )
    duckdb.execute(view.replace("playhead_marts.", "marts."))
    made = athena.athena(view.replace("playhead_marts.", "demo_marts."))
    assert made["Status"]["State"] == "SUCCEEDED", made["Status"]
    rows = tableau.rows("select * from demo_marts.bi_viewing_sessions")
    assert counted(rows) == counted(duckdb.rows("select * from marts.bi_viewing_sessions"))
    types = tableau.types("select * from demo_marts.bi_viewing_sessions")
    assert (types["started_on"], types["watch_hours"]) == ("date", "double")
    assert type(rows[0]["started_on"]) is date
    athena.athena("drop view demo_marts.bi_viewing_sessions")


def test_a_query_is_described_before_it_is_run(tableau: Driver):
    types = tableau.types(
        "select max(started_at) as latest, sum(watch_seconds) as seconds, "
        "avg(rebuffer_ratio) as ratio, count(*) as sessions from viewing_sessions"
    )
    assert types == {
        "latest": "timestamp",
        "seconds": "decimal(38,3)",
        "ratio": "double",
        "sessions": "bigint",
    }


def test_the_driver_has_no_parameters(tableau: Driver):
    with pytest.raises(DriverError, match="Incorrect number of parameters"):
        tableau.types("select title_name from title_performance where title_id = ?")


def test_athenas_own_words_reach_the_tool(tableau: Driver):
    with pytest.raises(DriverError, match="Column 'nothing' cannot be resolved"):
        tableau.rows("select nothing from title_performance")
