"""Importing this imports dbt and reads the project once: forked from here, dbt need not again.

Without the static parser, since that starts threads, and a fork of them hangs. The name of this
module must not begin with dbt_: dbt imports all that do, as plugins, within a run.
"""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import dbt.adapters.duckdb.impl  # noqa: F401
from dbt.cli.main import dbtRunner
from dbt.contracts.files import FileHash
from dbt.contracts.graph.manifest import Manifest
from dbt.flags import get_flags
from dbt.parser.manifest import PARTIAL_PARSE_FILE_NAME, ManifestLoader, extended_mashumuro_decoder
from dbt.parser.partial import PartialParsing

ROOT = Path(__file__).parents[1]
# What is another node with other variables: dbt parses it anew in each run, and nothing else.
# test_forked_dbt.py fails where a file is missing here.
READING_VARIABLES = (
    "playhead://models/intermediate/titles/int_title_reports.sql",
    "playhead://models/intermediate/touched/int_touched_sessions.sql",
    "playhead://models/marts/daily_intake.sql",
    "playhead://models/staging/_staging__models.yml",
    "playhead://models/staging/_telemetry__sources.yml",
    "playhead://models/staging/base_telemetry__events.sql",
    "playhead://models/staging/base_telemetry__files_set_aside.py",
    "playhead://models/staging/base_telemetry__typed_rows.sql",
    "playhead://models/staging/stg_catalogue__titles.sql",
    "playhead://models/staging/stg_telemetry__events.sql",
    "playhead://models/staging/stg_telemetry__rejected_events.sql",
)


def _read_project() -> Manifest:
    """The project as dbt keeps it from one run to the next, in target/partial_parse.msgpack."""
    with TemporaryDirectory() as folder:
        dbtRunner().invoke(
            [
                *("--quiet", "parse", "--no-partial-parse", "--no-static-parser"),
                *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
                *("--target-path", folder, "--log-path", folder),
            ]
        )
        kept = Path(folder, PARTIAL_PARSE_FILE_NAME).read_bytes()
    manifest = Manifest.from_msgpack(kept, decoder=extended_mashumuro_decoder)
    for name in READING_VARIABLES:
        file = manifest.files[name]
        # Another file than the one that dbt will find.
        file.checksum, file.path.modification_time = FileHash.empty(), 0.0
        described = getattr(file, "dfy", {})
        for element in (*described.get("sources", []), *described.get("models", [])):
            if "var(" in str(element):
                element["is_read"] = "before the fork"
    return manifest


PROJECT = _read_project()
read_kept = ManifestLoader.read_manifest_for_partial_parse


def _read_kept_or_project(loader: ManifestLoader) -> Manifest | None:
    """What an earlier run of the same build kept, else the project read before the fork."""
    if kept := read_kept(loader):
        return kept
    config = loader.root_project
    # Of a copy of the project, another target or another build file's name, other nodes are.
    same = (Path(config.project_root), config.target_name, config.credentials.database)
    if same != (ROOT, "duckdb", "playhead") or not get_flags().PARTIAL_PARSE:
        return None
    PROJECT.metadata = loader.manifest.metadata
    PROJECT.state_check = loader.manifest.state_check
    return PROJECT


ManifestLoader.read_manifest_for_partial_parse = _read_kept_or_project
# What refers to those files stays as it is: their names are the same.
PartialParsing.schedule_nodes_for_parsing = lambda *_: None
# Neither do forks look for garbage in what is there already.
gc.freeze()
