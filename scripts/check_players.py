"""Does each known player give its numbers through its preset? `make players`.

Builds every case of tests/cases/players from its rows, by dbt, with the variables of its vars.yml:
a preset's name, most often. Prints how many values come out as expected, and what became of the
rows; `--write` puts that table into docs/players.md.
"""

import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from players.build import BuildError, RunDbt, build_marts, outcomes, stage
from players.cases import ROOT, Case, all_cases, source_of, tried_on
from players.compare import Outcome
from rich.console import Console
from rich.progress import track
from rich.table import Table

PAGE = ROOT / "docs" / "players.md"
BEGIN, END = "<!-- make players -->", "<!-- end -->"

app = typer.Typer(add_completion=False)


def check(
    cases: Sequence[Case], folder: Path, run_dbt: RunDbt, console: Console | None = None
) -> list[Outcome]:
    """Builds the cases in a folder, and compares."""
    staged = {
        case: stage(case, folder / case.name, run_dbt)
        for case in track(cases, "players", console=console, transient=True, disable=not console)
    }
    return outcomes(staged, build_marts(staged, folder / "marts", run_dbt))


def table_of(found: Sequence[Outcome]) -> Table:
    """Sources by what came out of them."""
    table = Table("source")
    for name in ("right", "wrong", "accepted", "ignored", "rejected"):
        table.add_column(name, justify="right")
    for each in found:
        counts = each.row_counts
        numbers = (each.right, len(each.wrong), counts.get("accepted", 0), counts.get("ignored", 0))
        style = "red" if each.wrong or each.rejected else ""
        name = each.case.preset or each.case.name
        table.add_row(name, *map(str, (*numbers, each.rejected)), style=style)
    return table


def render(found: Sequence[Outcome], on: date) -> str:
    """The table of presets of docs/players.md, with the day on which it was made."""
    lines = [
        f"As of {on}: values right of values expected, by `make players`.",
        "",
        "| preset | reads | tried on | right | rows accepted, ignored, rejected |",
        "|---|---|---|---:|---:|",
    ]
    for each in sorted(found, key=lambda each: each.case.preset):
        if each.case.preset:
            counts = each.row_counts
            right = f"{each.right} of {each.right + len(each.wrong)}"
            row_counts = f"{counts.get('accepted', 0)}, {counts.get('ignored', 0)}, {each.rejected}"
            preset = each.case.preset
            cells = (source_of(preset), tried_on(preset), right, row_counts)
            link = f"[`{preset}`](../macros/presets/{preset}.sql)"
            lines.append(f"| {link} | {' | '.join(cells)} |")
    return "\n".join(lines)


def page_with(text: str, table: str) -> str:
    """The page with another table."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}"


@app.command()
def main(
    names: Annotated[list[str] | None, typer.Argument(help="Cases; all unless given.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put the table into docs/players.md.")
    ] = False,
) -> None:
    """Build every known player's case through its preset, and say how many values are right."""
    # dbt as the tests run it: read once, and forked for each case.
    sys.path.append(str(ROOT / "tests"))
    from forked_dbt import run_dbt

    console = Console(stderr=True)
    known = {case.name: case for case in all_cases()}
    for name in names or ():
        if name not in known:
            _stop(f"there is no case {name}; there are {', '.join(known)}")
    cases = [known[name] for name in names or known]
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = check(cases, Path(folder), run_dbt, console)
        except BuildError as error:
            _stop(str(error))
    Console().print(table_of(found))
    for each in found:
        for line in each.wrong:
            print(f"{each.case.name}: {line}", file=sys.stderr)
    if write:
        if names:
            _stop("--write wants all cases: leave out their names")
        PAGE.write_text(page_with(PAGE.read_text(), render(found, date.today())))
    if any(each.wrong or each.rejected for each in found):
        raise typer.Exit(1)


def _stop(message: str) -> None:
    print(f"check_players: {message}", file=sys.stderr)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
