"""Importing this imports dbt and reads the project once: forked from here, dbt need not again.

Without the static parser, since that starts threads, and a fork of them hangs. The name of this
module must not begin with dbt_: dbt imports all that do, as plugins, within a run.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import dbt.adapters.duckdb.impl  # noqa: F401
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).parents[1]

with TemporaryDirectory() as folder:
    dbtRunner().invoke(
        [
            *("--quiet", "parse", "--no-partial-parse", "--no-static-parser"),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *("--target-path", folder, "--log-path", folder),
        ]
    )
