"""Check your own files before you build: `python scripts/check_data.py path/to/events`.

Reads a sample, tells which known player it is of, or proposes a mapping of its own, runs the
project's own staging models on the sample, and prints what would be rejected and what to paste.
"""

import csv
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import typer
import yaml
from checker.event_types import NAMES as EVENT_TYPES
from checker.fields import FIELDS
from checker.files import InputError, Sample, take_sample
from checker.paths import Table
from checker.presets import find_preset, read_presets, with_preset
from checker.proposal import NOTHING, Proposal, propose
from checker.report import Report
from checker.rules import paths_of
from checker.safe import as_yaml, shown
from checker.trial import try_out
from rich.console import Console

OPTIONAL = {field.name for field in FIELDS if not field.is_required}
PROJECT = Path(__file__).parents[1]


def pairs(option: str, text: str) -> dict[str, Any]:
    """`a=b,c=d`, or YAML `{a: b}`, as a mapping. Raises InputError for anything else."""
    if text.lstrip().startswith("{"):
        try:
            return dict(yaml.safe_load(text))
        except (yaml.YAMLError, TypeError, ValueError) as error:
            raise InputError(f"{option} is no YAML: give {{key: value}}, or key=value") from error
    found = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals and value):
            raise InputError(f"{option} has '{pair}': give key=value, with commas between")
        found[key] = value
    return found


def said_columns(text: str, table: Table) -> dict[str, Any]:
    """Option --columns. Raises InputError for an unknown field, and a path that no row has.

    NOTHING leaves out a field that is not required.
    """
    said = pairs("--columns", text)
    for name, rule in said.items():
        if name not in {field.name for field in FIELDS}:
            known = ", ".join(field.name for field in FIELDS)
            raise InputError(f"--columns has an unknown key, {name}; use one of {known}")
        if rule == NOTHING and name in OPTIONAL:
            said[name] = None
            continue
        try:
            paths = paths_of(rule, True)
        except ValueError as error:
            raise InputError(f"--columns reads {name} from {error}") from error
        for path in paths:
            if not any(path.read(row) is not None for row in table.rows):
                raise InputError(
                    f"--columns reads {name} from {path}, which no sampled row has; there are: "
                    + ", ".join(map(str, list(table.columns)[:40]))
                )
    return said


def said_event_types(text: str) -> dict[str, str]:
    """Option --events. Raises InputError for a type that is none."""
    said = {str(name): str(event_type) for name, event_type in pairs("--events", text).items()}
    for name, event_type in said.items():
        if event_type not in EVENT_TYPES:
            raise InputError(
                f"--events maps {name} to '{event_type}': map it to one of {', '.join(EVENT_TYPES)}"
            )
    return said


def title_ids(path: str) -> frozenset[str]:
    """The ids of a catalogue; none where it cannot be read, which the trial says in its words."""
    try:
        with fsspec.open(path, "rb") as file:
            if path.endswith(".parquet"):
                ids = pq.read_table(file, columns=["title_id"])["title_id"].to_pylist()
            else:
                lines = (line.decode("utf-8-sig", "replace") for line in file)
                ids = [row.get("title_id") for row in csv.DictReader(lines)]
    except (OSError, ValueError, ImportError, csv.Error, pa.ArrowException):
        return frozenset()
    return frozenset(str(title_id) for title_id in ids if title_id)


def propose_for(sample: Sample, titles: str, columns: str, events: str, presets: bool) -> Proposal:
    """The mapping for a sample, of a preset where it is of one and `presets` is set."""
    table = Table.of(sample.rows)
    said = said_columns(columns, table)
    said_types = said_event_types(events)
    own = propose(table, title_ids(titles) if titles else frozenset(), said, said_types)
    likeness = (
        find_preset(read_presets(), sample.rows, sample.telemetry_format) if presets else None
    )
    return with_preset(likeness, own, said, said_types) if likeness else own


def variables_for(sample: Sample, proposal: Proposal, titles: str) -> dict[str, Any]:
    """The variables of dbt_project.yml that say where a source is, and what."""
    mapping: dict[str, Any] = {"preset": "", "telemetry_columns": {}}
    mapping |= {"event_type_aliases": {}, "telemetry_rows": {}}
    return {
        "telemetry_path": seen_from_the_project(sample.telemetry_path),
        "telemetry_format": sample.telemetry_format,
        "titles_path": seen_from_the_project(titles),
        **(mapping | proposal.variables),
    }


def seen_from_the_project(path: str) -> str:
    """A path as dbt finds it, which runs in the project's folder."""
    if not path or "://" in path or Path.cwd() == PROJECT:
        return path
    return os.path.abspath(path)  # noqa: PTH100  (a glob is no Path)


def check(
    path: str,
    telemetry_format: str | None,
    titles: str,
    columns: str,
    events: str,
    rows: int,
    presets: bool,
) -> tuple[Report, bool]:
    """The report, and whether the data can be built; InputError for what must be mended first."""
    progress = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        progress.status("Reading a sample …") as status,
    ):
        folder = Path(temporary)
        sample = take_sample(path, telemetry_format, rows, folder / "lake")
        proposal = propose_for(sample, titles, columns, events, presets)
        report = Report(sample, proposal, variables_for(sample, proposal, titles))
        if proposal.missing:
            return report, False
        status.update("Running the staging models on the sample …")
        trial = dict(report.variables) | {"telemetry_path": str(sample.lake)}
        try:
            report.verdict = try_out(trial, folder)
        except InputError as error:
            raise InputError(str(error).replace(str(sample.lake), path)) from error
    return report, report.verdict.accepted > 0


def main(
    path: Annotated[str, typer.Argument(help="A folder, a file or a quoted glob; local or s3://.")],
    format: Annotated[
        Literal["ndjson", "parquet", "csv"] | None,
        typer.Option(help="Told from the files unless given."),
    ] = None,
    titles: Annotated[str, typer.Option(help="A CSV or Parquet file of titles.")] = "",
    columns: Annotated[
        str,
        typer.Option(help="Rules where the proposal errs: title_id=asset.id, or YAML in braces."),
    ] = "",
    events: Annotated[
        str, typer.Option(help="Your event names where the proposal errs: video_play=start,…")
    ] = "",
    rows: Annotated[int, typer.Option(min=1, help="Rows to sample.")] = 10_000,
    presets: Annotated[bool, typer.Option(help="Whether known players are looked for.")] = True,
    save: Annotated[
        Path | None, typer.Option(help="Also write the variables to this YAML file.")
    ] = None,
) -> None:
    """Say what maps to what, what is missing and rejected, and which variables to paste."""
    try:
        report, is_fine = check(path, format, titles, columns, events, rows, presets)
        if save and not report.proposal.missing:
            save.write_text(as_yaml(dict(report.variables)))
    except (InputError, OSError) as error:
        sys.exit(f"check_data: {shown(str(error))}")
    report.print(save)
    raise typer.Exit(0 if is_fine else 1)


if __name__ == "__main__":
    typer.run(main)
