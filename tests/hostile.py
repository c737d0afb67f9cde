"""Marts in which every text that came from outside is hostile: tests/cases/attacks/texts.txt."""

import shutil
from pathlib import Path

import duckdb
from conftest import ROOT

TEXTS = (ROOT / "tests/cases/attacks/texts.txt").read_text().splitlines()
# Written by the pipeline itself.
OURS = {
    "buffering_source",
    "data_quality_flag",
    "daypart",
    "duration_band",
    "duration_source",
    "engagement_tier",
    "error_source",
    "outcome",
    "preferred_daypart",
    "segment",
}
COLUMNS = """
    select table_name, column_name from duckdb_columns()
    where schema_name = 'marts' and data_type = 'VARCHAR'
"""


def make_hostile(published: Path, file: Path) -> Path:
    """A copy of published marts: all of the texts after each value."""
    shutil.copy(published, file)
    with duckdb.connect(str(file)) as connection:
        for mart, column in connection.execute(COLUMNS).fetchall():
            if column not in OURS:
                changed = f"update marts.{mart} set {column} = {column} || ' ' || $texts"
                connection.execute(changed, {"texts": " ".join(TEXTS)})
    return file
