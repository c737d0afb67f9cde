"""Where rows hang on other rows, DuckDB = Athena, and a run of what is new = one of all."""

from typing import Any

import pytest
from comparison import deliver
from test_other_rows import MAPPINGS, landed_rows

from athena.test_parity import differences, quarantine


@pytest.mark.parametrize("mapping", ["gap"])
def test_rows_that_hang_on_others_are_the_same_on_both_engines(lake: Any, builds: Any, mapping):
    """Sessions by a gap, titles carried forward within them, and first rows that come last."""
    athena, duckdb = lake("beside"), builds("beside_duckdb")
    folder = duckdb.folder / "lake"
    folder.mkdir()
    variables = {"telemetry_columns": MAPPINGS[mapping]}
    first, *others = landed_rows(mapping)
    deliver(folder, first, 0)
    athena.upload(folder).make_table(months="2,5", year=2024)
    athena.must("seed").must("run", **variables)
    later = [row for rows in others for row in rows]
    deliver(folder, later, 1)
    athena.upload(folder)
    athena.must("run", **variables, reload_from=min(row["landed_at"] for row in later))
    duckdb.must("seed").must("run", **variables, telemetry_path=folder)
    assert differences(athena, duckdb) == {}
    assert quarantine(athena, "beside_staging") == quarantine(duckdb, "staging")
