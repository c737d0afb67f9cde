"""What a check found, in the order in which a newcomer needs it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from checker.event_types import COSTS, NEVER_SEEN
from checker.fields import FIELDS
from checker.files import SINGLE_FILE, Sample
from checker.ids import SharedIds
from checker.names import NOTHING, Match
from checker.proposal import Proposal
from checker.trial import Rejection, Verdict
from checker.units import Repair

# What a reason means, with the user's own columns.
REASONS = {
    "unparseable": "not a JSON object, or no text",
    "missing_customer_id": "no {customer_id}",
    "missing_title_id": "no {title_id}",
    "missing_session_id": "no {session_id}",
    "unknown_event_type": "{event_type} is no event that is mapped",
    "invalid_timestamp": "{event_timestamp} is missing, not ISO 8601, before 2000, or over a day "
    "after it landed",
    "invalid_position": "{position_seconds} is missing where the event needs one, negative, no "
    "number, or over 48 h",
}
REWRITTEN = "data/rewritten"
# What tells nothing where a catalogue is given.
OF_CATALOGUE = {"is_live", "title_name", "title_duration_seconds"}


@dataclass
class Report:
    """What was found; `print` shows it."""

    sample: Sample
    proposal: Proposal
    variables: Mapping[str, Any]
    repairs: list[Repair] = field(default_factory=list)
    verdict: Verdict | None = None

    @property
    def matches(self) -> Mapping[str, Match]:
        return self.proposal.matches

    @property
    def unmapped(self) -> list[str]:
        """The event names without a type."""
        return [name for name in self.proposal.event_names if name not in self.proposal.event_types]

    @property
    def missing(self) -> list[str]:
        """The required fields for which no column was found."""
        return [each.name for each in FIELDS if each.is_required and each.name not in self.matches]

    @property
    def must_rewrite(self) -> bool:
        """Whether a required field is there, but not as Playhead reads it."""
        required = {each.name for each in FIELDS if each.is_required}
        return bool(required & {repair.field for repair in self.repairs})

    def print(self, saved: Path | None) -> None:
        """Everything, on stdout."""
        out = Console(width=100, highlight=False)
        sample = self.sample
        out.print(
            f"{len(sample.names):,} {sample.telemetry_format} file(s); sample: "
            f"{sample.line_count:,} rows of {len(sample.origins):,} file(s)\n"
        )
        out.print(self._columns(), "")
        unused = [name for name in self.proposal.columns.values if name not in self._taken()]
        if unused:
            out.print(f"Not used: {escape(', '.join(unused))}\n")
        if self.proposal.event_names:
            out.print(self._events(), "")
        if self.unmapped:
            out.print(self._rejected(), "")
            out.print("Map more of them with --events <your event>=heartbeat,<another>=ignore\n")
        if self.proposal.shared_ids:
            self._print_shared_ids(out, self.proposal.shared_ids)
        if costs := self._costs():
            out.print(costs, "")
        if self.missing:
            self._print_missing(out)
        if self.verdict:
            self._print_verdict(out, self.verdict)
        if self.repairs:
            self._print_repairs(out)
        if not self.missing and not self.must_rewrite:
            self._print_variables(out, saved)

    def _taken(self) -> set[str]:
        return {match.column for match in self.matches.values()}

    def _columns(self) -> Table:
        table = _table(
            "Your columns", "Playhead's field", "your column", "why", "filled", "example"
        )
        for each in FIELDS:
            if match := self.matches.get(each.name):
                values = self.proposal.columns.values[match.column]
                table.add_row(
                    each.name + (" *" if each.is_required else ""),
                    escape(match.column),
                    match.how
                    + (f"; or {', '.join(map(escape, match.others))}?" * bool(match.others)),
                    f"{self.proposal.columns.filled(match.column):.0%}",
                    escape(_short(values[0], 20)) if values else "–",
                )
        table.caption, table.caption_justify = "* required", "left"
        return table

    def _events(self) -> Table:
        table = _table("Your events", "your event", "Playhead's", "rows", "")
        names = self.proposal.event_names
        for name, count in names.most_common(20):
            event_type = self.proposal.event_types.get(name)
            told = {
                None: "rejected as unknown_event_type, unless you map it",
                "ignore": "of no interest: neither an event nor rejected",
            }.get(event_type, "")
            table.add_row(escape(_short(name, 40)), event_type or "–", f"{count:,}", told)
        if len(names) > 20:
            table.caption = f"… and {len(names) - 20:,} more names"
        return table

    def _rejected(self) -> Table:
        table = _table("What a rejected event costs", "if it is a", "what is lost")
        for cost, names in _by_cost(list(COSTS.items())).items():
            table.add_row(names, cost)
        return table

    def _costs(self) -> Table | None:
        nested = {repair.field for repair in self.repairs}
        seen = set(self.proposal.event_types.values())
        costs = [
            (each.name, each.cost)
            for each in FIELDS
            if each.cost
            and each.name not in self.matches
            and each.name not in nested
            and (not each.types or seen & set(each.types))
            and not (self.variables["titles_path"] and each.name in OF_CATALOGUE)
        ]
        if not self.variables["titles_path"]:
            costs.append(("a catalogue (--titles)", "no types, genres and release dates"))
        if self.proposal.event_names:
            marks = {"complete"} if "is_completed" in self.matches else set()
            costs += [
                (f"event {names}", cost)
                for names, instead, cost in NEVER_SEEN
                if not (seen | marks) & {*names.split(", "), *instead.split()}
            ]
        if not self.sample.is_partitioned:
            costs.append(
                (
                    "the lake layout",
                    "late events cannot be told from early ones: see docs/your-data.md",
                )
            )
        if not costs:
            return None
        table = _table("Missing, and what that costs", "missing", "what it costs")
        for cost, names in _by_cost(costs).items():
            table.add_row(names, cost)
        return table

    def _print_shared_ids(self, out: Console, shared: SharedIds) -> None:
        out.print("[bold]One id, several events[/bold]")
        column = escape(shared.column)
        out.print(
            f"{shared.shared_count:,} of the {shared.id_count:,} ids in {column} stand for several "
            f"events, {shared.event_count:,} in all."
        )
        for name, values in shared.differences.items():
            one, other = (_short(value, 40) for value in values)
            print(f"  {_short(shared.example, 40)}: {name} is {one}, and {other}")
        if "event_id" not in self.matches:
            out.print(
                f"So {column} is left out: a hash of each row is its key. Or live with it, as an "
                f"id alone is not trusted: --columns event_id={column}\n"
            )
            return
        out.print(
            "An id alone is not trusted: rows are one event only where customer, session, title, "
            "type and time agree too. So live with it, or leave the ids out with --columns "
            f"event_id={NOTHING}: a hash of each row is then its key. "
            + (
                "Within a session each id is one event: let them stay."
                if shared.are_of_session
                else "Some are shared within a session too: better leave them out."
            )
            + "\n"
        )

    def _print_missing(self, out: Console) -> None:
        out.print("[bold]Required, and not found[/bold]: " + ", ".join(self.missing))
        nested = {repair.field for repair in self.repairs}
        if hopeless := [name for name in self.missing if name not in nested]:
            out.print(
                f"Say which columns they are: --columns {hopeless[0]}=<your column>"
                + (f",{hopeless[1]}=…" if len(hopeless) > 1 else "")
            )
        out.print()

    def _print_verdict(self, out: Console, verdict: Verdict) -> None:
        rejected = sum(each.count for each in verdict.rejections)
        read = verdict.accepted + verdict.ignored + rejected
        out.print(
            f"[bold]The build would accept {verdict.accepted:,} of these {read:,} rows "
            f"({verdict.accepted / max(read, 1):.1%})[/bold]"
        )
        if verdict.ignored:
            out.print(f"  {verdict.ignored:,} × ignored: neither events nor rejected")
        names = {each.name: each.name for each in FIELDS}
        names |= {name: match.column for name, match in self.matches.items()}
        for each in verdict.rejections:
            why = REASONS.get(each.reason, "").format(**names)
            out.print(f"  {each.count:,} × {each.reason}: {escape(why)}")
            origin = self.sample.origins.get(each.file, each.file)
            print(f"      {_value(each, names)}{_short(each.example, 100)}")
            print(f"      in {origin}")
        if self.variables["titles_path"]:
            out.print(
                f"The catalogue has {verdict.catalogue:,} titles, among them "
                f"{verdict.known_titles:,} of the {verdict.titles:,} in the sample."
            )
        out.print()

    def _print_repairs(self, out: Console) -> None:
        when = "before you build" if self.must_rewrite else "if you want these fields"
        out.print(f"[bold]To rewrite {when}[/bold]")
        for repair in self.repairs:
            out.print(f"  · {repair.field}: {escape(repair.words)}")
        out.print("This makes Parquet of your files that Playhead reads as it is:\n")
        print(self._rewriting())
        out.print(f"\nThen: .venv/bin/python scripts/check_data.py {REWRITTEN}\n")

    def _rewriting(self) -> str:
        """A command that writes the repaired rows into the folder REWRITTEN."""
        sample = self.sample
        there = {name.lower(): name for name in self.proposal.columns.values}
        replaced = [each for each in self.repairs if each.field in there]
        added = [each for each in self.repairs if each.field not in there]
        what = "*"
        if replaced:
            what += (
                f" replace ({', '.join(f'{each.expression} as {each.field}' for each in replaced)})"
            )
        what += "".join(f",\n    {each.expression} as {each.field}" for each in added)
        path = sample.telemetry_path.rstrip("/").replace("'", "''")
        if sample.telemetry_format == "parquet":
            reader, options, endings = "read_parquet", [], [".parquet"]
        else:
            reader, endings = "read_json", [".json", ".json.gz"]
            options = [
                "format = 'newline_delimited'",
                "ignore_errors = true",
                "sample_size = -1",
                "map_inference_threshold = -1",
            ]
        files = [path]
        if "*" not in path and not path.endswith(SINGLE_FILE):
            ends = {ending for ending in endings for name in sample.names if name.endswith(ending)}
            files = [f"{path}/**/*{ending}" for ending in sorted(ends)]
        options.append("union_by_name = true")
        written = "format parquet"
        if sample.is_partitioned:
            options += ["hive_partitioning = true", "hive_types_autocast = false"]
            written += ", partition_by (year, month, day, hour)"
        else:
            written += ", per_thread_output true"
        lines = [
            ".venv/bin/python - <<'EOF'",
            "import duckdb, fsspec, os",
            "os.makedirs('data', exist_ok=True)",
            *["duckdb.register_filesystem(fsspec.filesystem('s3'))"] * path.startswith("s3://"),
            'duckdb.sql("""',
            "copy (",
            f"    select {what}",
            f"    from {reader}({files}, {', '.join(options)})",
            f") to '{REWRITTEN}' ({written})",
            '""")',
            "EOF",
        ]
        return "\n".join(lines)

    def _print_variables(self, out: Console, saved: Path | None) -> None:
        out.print("[bold]Paste over the same names in dbt_project.yml, under vars:[/bold]\n")
        text = yaml.safe_dump(dict(self.variables), sort_keys=False, allow_unicode=True, width=1000)
        print("".join(f"  {line}\n" for line in text.splitlines()))
        paths = (self.variables["telemetry_path"], self.variables["titles_path"])
        s3 = " --target s3" if any(path.startswith("s3://") for path in paths) else ""
        out.print("[bold]Next[/bold]\n")
        if saved:
            variables = f"$(cat {saved}; echo 'load_lake_anew: true')"
            print(f'  .venv/bin/dbt build --full-refresh{s3} --vars "{variables}"')
        else:
            print(f"  .venv/bin/dbt build --full-refresh{s3} --vars 'load_lake_anew: true'")


def _value(rejection: Rejection, columns: Mapping[str, str]) -> str:
    """The value that a row was rejected for, which its text may be too long to show."""
    field = {"invalid_timestamp": "event_timestamp", "invalid_position": "position_seconds"}.get(
        rejection.reason, rejection.reason.partition("_")[2]
    )
    try:
        column = columns[field]
        return f"{column} {_short(json.dumps(json.loads(rejection.example).get(column)), 40)} in "
    except (KeyError, ValueError, AttributeError, RecursionError):
        return ""


def _by_cost(costs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The names of what costs the same, by that."""
    return {
        cost: ", ".join(name for name, same in costs if same == cost)
        for cost in dict.fromkeys(cost for _, cost in costs)
    }


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_edge=False
    )
    for name in columns:
        table.add_column(name, justify="right" if name in ("rows", "filled") else "left")
    return table


def _short(value: Any, length: int) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    text = "".join(letter if letter.isprintable() else "·" for letter in text)
    return text if len(text) <= length else text[: length - 1] + "…"
