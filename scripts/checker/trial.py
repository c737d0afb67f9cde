"""A trial: the project's own staging models on the sample, so that their rule is the only one."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from checker.files import InputError

PROJECT = Path(__file__).parents[2]

ACCEPTED_AND_IGNORED = """
    select
        count(*) filter (where outcome = 'accepted'),
        count(*) filter (where outcome = 'ignored')
    from staging.base_telemetry__events
"""
REJECTED = """
    select reject_reason, count(*), min_by(raw_text, source_file), min(source_file)
    from staging.stg_telemetry__rejected_events
    group by reject_reason
    order by count(*) desc, reject_reason
"""
KNOWN_TITLES = """
    select
        (select count(*) from staging.stg_catalogue__titles),
        count(distinct title_id) filter (
            where title_id in (select title_id from staging.stg_catalogue__titles)
        ),
        count(distinct title_id)
    from staging.stg_telemetry__events
"""


@dataclass(frozen=True)
class Rejection:
    """The rows rejected for one reason, and one of them."""

    reason: str
    count: int
    example: str
    file: str


@dataclass(frozen=True)
class Verdict:
    """What the pipeline made of the sample."""

    accepted: int
    # Rows of type `ignore`: no events, and not rejected.
    ignored: int
    rejections: list[Rejection]
    # Rows of the catalogue, and of the sample's titles, how many it has, and how many there are.
    catalogue: int
    known_titles: int
    titles: int


def try_out(variables: Mapping[str, Any], folder: Path) -> Verdict:
    """Builds staging from the variables in a build file in `folder`.

    Raises InputError with dbt's own line where it stops.
    """
    build_file = folder / "playhead.duckdb"
    settings = os.environ | {
        "PLAYHEAD_DUCKDB_PATH": str(build_file),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    on_s3 = str(variables["titles_path"]).startswith("s3://")
    command = [
        *(Path(sys.executable).with_name("dbt"), "--quiet", "--no-use-colors", "build"),
        *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
        *("--target", "s3" if on_s3 else "duckdb", "--vars", json.dumps(variables)),
        *("--select", "+stg_telemetry__events", "+stg_telemetry__rejected_events"),
        *("+stg_catalogue__titles", "--exclude-resource-type", "test", "unit_test"),
    ]
    done = subprocess.run(command, env=settings, capture_output=True, text=True)
    if done.returncode:
        raise InputError(_why(done.stdout + done.stderr))
    with duckdb.connect(str(build_file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if on_s3:
            import fsspec

            connection.register_filesystem(fsspec.filesystem("s3"))
        ((accepted, ignored),) = connection.execute(ACCEPTED_AND_IGNORED).fetchall()
        rejections = [Rejection(*row) for row in connection.execute(REJECTED).fetchall()]
        (titles,) = connection.execute(KNOWN_TITLES).fetchall()
        return Verdict(accepted, ignored, rejections, *titles)


def _why(said: str) -> str:
    """dbt's line, without the time and headings above it and the macros that it came through."""
    headings = re.compile(
        r"(Encountered an error|(Compilation|Runtime|Database) Error|Traceback|>)"
    )
    lines = [re.sub(r"^\d\d:\d\d:\d\d", "", line).strip() for line in said.splitlines()]
    told = [line for line in lines if line and not headings.match(line)]
    return told[0] if told else "the trial did not finish, and dbt did not say why"
