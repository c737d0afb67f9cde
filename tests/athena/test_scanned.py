"""What scanned.py makes of the queries that Athena tells of."""

from collections import Counter
from typing import ClassVar

from athena.scanned import scanned_bytes, table

COMMENT = '-- /* {{"app": "dbt", "target_name": "athena"{node}}} */\nselect 1'


class Told:
    """A client of Athena that knows three queries."""

    queries: ClassVar = {
        "a": (COMMENT.format(node=', "node_id": "model.playhead.viewing_sessions"'), 1000),
        "b": (COMMENT.format(node=', "node_id": "model.playhead.viewing_sessions"'), 500),
        "c": (COMMENT.format(node=""), 20),
    }

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, object]:  # noqa: N803
        sql, scanned = self.queries[QueryExecutionId]
        return {"QueryExecution": {"Query": sql, "Statistics": {"DataScannedInBytes": scanned}}}


def test_bytes_are_those_of_the_model_that_the_comment_names():
    assert scanned_bytes(Told(), ["a", "b", "c"]) == {
        "viewing_sessions": 1500,
        "before any model": 20,
    }


def test_the_table_has_a_column_a_project_and_the_most_first():
    scanned = {"old": Counter(gone=2000, kept=10), "new": Counter(kept=1500)}
    assert table(scanned).splitlines() == [
        "| | old | new |",
        "|---|---:|---:|",
        "| **all** | 2,010 | 1,500 |",
        "| gone | 2,000 |  |",
        "| kept | 10 | 1,500 |",
    ]
