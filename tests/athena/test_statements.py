"""What the stand-in makes of Athena's statements, and that it refuses what it does not know."""

import pytest

from athena.statements import (
    AddColumns,
    DropTable,
    ExternalTable,
    OfIcebergTable,
    Query,
    SetProperties,
    UnknownStatementError,
    translate,
)

ICEBERG = """-- /* {"app": "dbt"} */
create table "awsdatacatalog"."marts"."t"
with (
  table_type='iceberg',
  is_external=false,location='s3://lake/t',
  partitioning=ARRAY['day(seen_at)', 'bucket(a, 16)'],
  format='parquet',
  vacuum_max_snapshot_age_seconds=86400
)
as
  select ')' as a, seen_at from x"""


def test_iceberg_goes_to_its_catalog_without_what_trino_does_not_know():
    query = translate(ICEBERG)
    assert isinstance(query, Query)
    head, body = query.sql.split(" as\n", 1)
    assert head == (
        'create table "iceberg"."marts"."t" with (location = \'s3://lake/t\', '
        "partitioning = ARRAY['day(seen_at)', 'bucket(a, 16)'], format = 'parquet', "
        "format_version = 2)"
    )
    assert body == query.iceberg_body == "select ')' as a, seen_at from x"


def test_hive_keeps_its_catalog():
    sql = ICEBERG.replace("iceberg", "hive").replace("false", "true").split("vacuum")[0]
    sql = sql.rstrip().rstrip(",") + ") as select 1 as a"
    assert translate(sql).sql.startswith('create table "awsdatacatalog"."marts"."t" with (location')


def test_an_external_table_has_keys_serde_and_properties():
    table = translate("""
        create external table if not exists `raw`.`events` (`line` string, `n` decimal(12, 3))
        partitioned by (`year` string, `month` string)
        row format serde 'some.Serde' with serdeproperties ('a' = 'b, (c')
        stored as textfile location 's3://lake/raw/'
        tblproperties ('projection.year.range' = '2025,2026', 'template' = 's3://x/${year}/')
    """)
    assert table == ExternalTable(
        database="raw",
        name="events",
        columns=[("line", "string"), ("n", "decimal(12, 3)")],
        partition_keys=[("year", "string"), ("month", "string")],
        serde="some.Serde",
        serde_parameters={"a": "b, (c"},
        location="s3://lake/raw/",
        properties={"projection.year.range": "2025,2026", "template": "s3://x/${year}/"},
        if_not_exists=True,
    )


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ("drop table if exists `a`.`b`", DropTable("a", "b")),
        (
            "alter table `a`.`b` set tblproperties ('classification' = 'parquet')",
            SetProperties("a", "b", {"classification": "parquet"}),
        ),
        (
            "alter table `a`.`b` add columns (`c` decimal(18, 3), `d` string)",
            AddColumns("a", "b", [("c", "decimal(18, 3)"), ("d", "string")]),
        ),
        (
            "alter table `a`.`b` rename to `a`.`c`",
            OfIcebergTable("a", "b", ['alter table "iceberg"."a"."b" rename to "iceberg"."a"."c"']),
        ),
        (
            "alter table `a`.`b` drop column `c`",
            OfIcebergTable("a", "b", ['alter table "iceberg"."a"."b" drop column "c"']),
        ),
        (
            "optimize a.b rewrite data using bin_pack",
            OfIcebergTable("a", "b", ['alter table "iceberg"."a"."b" execute optimize']),
        ),
        ("select 1;", Query("select 1")),
        ("explain select 1", Query("explain select 1", "UTILITY")),
    ],
)
def test_definitions(sql, statement):
    assert translate(sql) == statement


@pytest.mark.parametrize(
    "sql",
    [
        "grant select on a to b",
        "alter table `a`.`b` set location 's3://x'",
        "create external table a.b (c string) clustered by (c) location 's3://x'",
        "create table a.b (c string)",
        "select '" + "x" * 262144 + "'",
    ],
)
def test_what_it_does_not_know_it_refuses(sql):
    with pytest.raises(UnknownStatementError):
        translate(sql)
