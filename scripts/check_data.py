"""Check your own files before you build: `python scripts/check_data.py path/to/events`.

Reads a sample, proposes which of your columns and events are Playhead's, runs the project's own
staging models on the sample, and prints what would be rejected and the variables to paste.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml
from checker.event_types import NAMES as EVENT_TYPES
from checker.fields import FIELDS
from checker.files import InputError, Sample, take_sample
from checker.names import NOTHING, Columns, Match, find_nested, without_unsteady
from checker.proposal import Proposal, columns_of, propose
from checker.report import Report
from checker.trial import try_out
from checker.units import Repair, find_repairs, flattened
from rich.console import Console

OPTIONAL = {field.name for field in FIELDS if not field.is_required}
PROJECT = Path(__file__).parents[1]


def pairs(option: str, text: str, known_keys: list[str] | None = None) -> dict[str, str]:
    """`a=b,c=d` as a mapping. Raises InputError for anything else, or a key that is not known."""
    found = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals and value):
            raise InputError(f"{option} has '{pair}': give key=value, with commas between")
        if known_keys is not None and key not in known_keys:
            known = ", ".join(known_keys)
            raise InputError(f"{option} has an unknown key, {key}; use one of {known}")
        found[key] = value
    return found


def said_columns(text: str, columns: Columns) -> dict[str, str]:
    """Option --columns. Raises InputError where a column is not in the sample.

    NOTHING leaves out a field that is not required.
    """
    said = pairs("--columns", text, [field.name for field in FIELDS])
    for name, column in said.items():
        if column not in columns.values and not (column == NOTHING and name in OPTIONAL):
            raise InputError(
                f"--columns reads {name} from {column}, which no sampled row has; there are: "
                + ", ".join(columns.values)
            )
    return said


def said_event_types(text: str) -> dict[str, str]:
    """Option --events. Raises InputError for a type that is none."""
    said = pairs("--events", text)
    for name, event_type in said.items():
        if event_type not in EVENT_TYPES:
            raise InputError(
                f"--events maps {name} to '{event_type}': map it to one of {', '.join(EVENT_TYPES)}"
            )
    return said


def variables_for(
    sample: Sample,
    proposal: Proposal,
    repairs: list[Repair],
    columns: dict[str, str],
    titles: str,
) -> dict[str, Any]:
    """The five variables of dbt_project.yml, with only what differs from Playhead's own names.

    What need not be there, and is not as Playhead reads it, is left out.
    """
    misread = OPTIONAL & {repair.field for repair in repairs}
    names = {column.lower() for column in proposal.columns.values}
    left_out = [name for name, said in columns.items() if said == NOTHING and name in names]
    return {
        "telemetry_path": seen_from_the_project(sample.telemetry_path),
        "telemetry_format": sample.telemetry_format,
        "titles_path": seen_from_the_project(titles),
        "telemetry_columns": {
            name: match.column
            for name, match in proposal.matches.items()
            if match.column != name and name not in misread
        }
        | dict.fromkeys(left_out, NOTHING),
        "event_type_aliases": {
            name: event_type
            for name, event_type in proposal.event_types.items()
            if name != event_type
        },
    }


def seen_from_the_project(path: str) -> str:
    """A path as dbt finds it, which runs in the project's folder."""
    if not path or "://" in path or Path.cwd() == PROJECT:
        return path
    return os.path.abspath(path)  # noqa: PTH100  (a glob is no Path)


def check(
    path: str, telemetry_format: str | None, titles: str, columns: str, events: str, rows: int
) -> tuple[Report, bool]:
    """The report, and whether the data can be built; InputError for what must be mended first."""
    progress = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        progress.status("Reading a sample …") as status,
    ):
        folder = Path(temporary)
        sample = take_sample(path, telemetry_format, rows, folder / "lake")
        there = Columns.of(sample.rows)
        said = said_columns(columns, there)
        proposal = propose(sample.rows, there, said, said_event_types(events))
        repairs = repairs_of(sample, proposal.matches)
        variables = variables_for(sample, proposal, repairs, said, titles)
        report = Report(sample, proposal, variables, repairs)
        if report.missing:
            return report, False
        status.update("Running the staging models on the sample …")
        trial = variables | {"telemetry_path": str(sample.lake)}
        try:
            report.verdict = try_out(trial, folder)
        except InputError as error:
            raise InputError(str(error).replace(str(sample.lake), path)) from error
    return report, report.verdict.accepted > 0 and not report.must_rewrite


def repairs_of(sample: Sample, matches: Mapping[str, Match]) -> list[Repair]:
    """What must be rewritten: units, and fields that are only inside objects."""
    inner = [flattened(row) for row in sample.rows]
    nested = find_nested(inner, matches, sample.line_count)
    rows = [
        row | {".".join(path): value for path, value in within.items()}
        for row, within in zip(sample.rows, inner, strict=True)
    ]
    columns = columns_of(matches) | {name: ".".join(path) for name, path in nested.items()}
    columns = without_unsteady(rows, columns) | columns_of(matches)
    sql = {".".join(path): ".".join(f'"{key}"' for key in path) for path in nested.values()}
    return find_repairs(rows, columns, sql)


def main(
    path: Annotated[str, typer.Argument(help="A folder, a file or a quoted glob; local or s3://.")],
    format: Annotated[
        Literal["ndjson", "parquet"] | None, typer.Option(help="Told from the files unless given.")
    ] = None,
    titles: Annotated[str, typer.Option(help="A CSV or Parquet file of titles.")] = "",
    columns: Annotated[
        str, typer.Option(help="Your columns where the proposal errs: title_id=asset,…")
    ] = "",
    events: Annotated[
        str, typer.Option(help="Your event names where the proposal errs: video_play=start,…")
    ] = "",
    rows: Annotated[int, typer.Option(min=1, help="Rows to sample.")] = 10_000,
    save: Annotated[
        Path | None, typer.Option(help="Also write the variables to this YAML file.")
    ] = None,
) -> None:
    """Say what maps to what, what is missing and rejected, and which variables to paste."""
    try:
        report, is_fine = check(path, format, titles, columns, events, rows)
        if save and not report.missing:
            save.write_text(yaml.safe_dump(report.variables, sort_keys=False, allow_unicode=True))
    except (InputError, OSError) as error:
        sys.exit(f"check_data: {error}")
    report.print(save)
    raise typer.Exit(0 if is_fine else 1)


if __name__ == "__main__":
    typer.run(main)
