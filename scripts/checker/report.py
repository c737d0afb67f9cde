"""What a check found, in the order in which a newcomer needs it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from checker.event_types import COSTS, NEVER_SEEN
from checker.fields import FIELDS
from checker.files import Sample
from checker.ids import SharedIds
from checker.proposal import NOTHING, Proposal
from checker.rules import path_of, paths_of, text_of
from checker.safe import as_yaml, for_shell, marked_up, shown
from checker.trial import Rejection, Verdict

# What a reason means, with the user's own columns.
REASONS = {
    "unparseable": "not a JSON object, or no text",
    "missing_customer_id": "no {customer_id}",
    "missing_title_id": "no {title_id}",
    "missing_session_id": "no {session_id}",
    "unknown_event_type": "{event_type} is no event that is mapped",
    "invalid_timestamp": "{event_timestamp} is missing, no time, before 2000, or over a day "
    "after it landed",
    "invalid_position": "{position_seconds} is missing where the event needs one, negative, no "
    "number, or over 48 h",
}
# What tells nothing where a catalogue is given.
OF_CATALOGUE = {"is_live", "title_name", "title_duration_seconds"}
# So many of a list are shown.
MOST_NAMES, MOST_UNUSED = 40, 20


@dataclass
class Report:
    """What was found; `print` shows it."""

    sample: Sample
    proposal: Proposal
    variables: Mapping[str, Any]
    verdict: Verdict | None = None

    @property
    def unmapped(self) -> list[str]:
        """The event names without a type."""
        return [name for name, told in self.proposal.all_names.items() if not told.event_type]

    def print(self, saved: Path | None) -> None:
        """Everything, on stdout."""
        out = Console(width=100, highlight=False)
        sample, proposal = self.sample, self.proposal
        out.print(
            f"{len(sample.names):,} {sample.telemetry_format} file(s); sample: "
            f"{sample.line_count:,} rows of {len(sample.origins):,} file(s)\n"
        )
        if proposal.preset:
            out.print(f"[bold]A known player: preset {proposal.preset}[/bold]")
            for why in proposal.preset_why:
                out.print(f"  · {marked_up(why)}")
            out.print("  · not yours? Look again with --no-presets\n")
        out.print(self._columns(), "")
        if unused := [shown(str(path)) for path in proposal.unused]:
            more = f" … and {len(unused) - MOST_UNUSED} more" if len(unused) > MOST_UNUSED else ""
            out.print(f"Not used: {marked_up(', '.join(unused[:MOST_UNUSED]))}{more}\n")
        if proposal.all_names:
            out.print(self._events(), "")
        if self.unmapped:
            self._print_unmapped(out)
        if proposal.shared_ids:
            self._print_shared_ids(out, proposal.shared_ids)
        if proposal.notes:
            out.print("[bold]Not told by the data[/bold]")
            for note in proposal.notes:
                out.print(f"  · {marked_up(note)}")
            out.print()
        if costs := self._costs():
            out.print(costs, "")
        if proposal.missing:
            self._print_missing(out)
        if self.verdict:
            self._print_verdict(out, self.verdict)
        if not proposal.missing:
            self._print_variables(out, saved)

    def _columns(self) -> Table:
        table = _table("Your columns", "Playhead's field", "read from", "why", "filled", "example")
        for each in FIELDS:
            rule = self.proposal.rule(each.name)
            if rule is None:
                continue
            found = self.proposal.columns.get(each.name)
            texts = [
                text
                for number in range(len(self.proposal.table.rows))
                if (text := text_of(rule, self.proposal.table, number)) is not None
            ]
            if not found and not texts:
                continue
            why = found.why + ("" if found.is_sure else " (not sure)") if found else "the preset"
            filled = len(texts) / max(len(self.proposal.table.rows), 1)
            table.add_row(
                each.name + (" *" if each.is_required else ""),
                marked_up(_in_words(rule), 120),
                marked_up(why, 200),
                f"{filled:.0%}" if paths_of(rule) else "",
                marked_up(texts[0], 20) if texts else "–",
            )
        table.caption, table.caption_justify = "* required", "left"
        return table

    def _events(self) -> Table:
        table = _table("Your events", "your event", "Playhead's", "rows", "why")
        names = self.proposal.all_names
        ordered = sorted(names, key=lambda name: (names[name].event_type is not None, 0))
        for name in ordered[:MOST_NAMES]:
            told = names[name]
            why = told.why or {"ignore": "of no interest: neither an event nor rejected"}.get(
                told.event_type or "", ""
            )
            if told.event_type is None:
                why = why or "rejected as unknown_event_type, unless you map it"
            table.add_row(
                marked_up(name, 40) or "(none)", told.event_type or "–", f"{told.count:,}", why
            )
        if len(names) > MOST_NAMES:
            table.caption = f"… and {len(names) - MOST_NAMES:,} more names"
        return table

    def _print_unmapped(self, out: Console) -> None:
        if any(not self.proposal.all_names[name].why for name in self.unmapped):
            table = _table("What a rejected event costs", "if it is a", "what is lost")
            for cost, names in _by_cost(list(COSTS.items())).items():
                table.add_row(names, cost)
            out.print(table, "")
        name = shown(self.unmapped[0])
        option = name if "," not in name and "=" not in name else "<your event>"
        out.print("Map them with ", end="")
        like = self.proposal.all_names[self.unmapped[0]].looks_like or "heartbeat"
        print(f"--events {for_shell(f'{option}={like}')}, or =ignore\n")

    def _costs(self) -> Table | None:
        names = self.proposal.all_names.values()
        seen = {told.event_type for told in names} | {self._constant_type()}
        costs = [
            (each.name, each.cost)
            for each in FIELDS
            if each.cost
            and self.proposal.rule(each.name) is None
            and (not each.types or seen & set(each.types))
            and not (self.variables["titles_path"] and each.name in OF_CATALOGUE)
        ]
        if not self.variables["titles_path"]:
            costs.append(("a catalogue (--titles)", "no types, genres and release dates"))
        if names:
            marks = {"complete"} if self.proposal.rule("is_completed") else set()
            costs += [
                (f"event {types}", cost)
                for types, instead, cost in NEVER_SEEN
                if not (seen | marks) & {*types.split(", "), *instead.split()}
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
        for cost, fields in _by_cost(costs).items():
            table.add_row(fields, cost)
        return table

    def _constant_type(self) -> str | None:
        rule = self.proposal.rule("event_type")
        return rule.get("constant") if isinstance(rule, Mapping) else None

    def _print_shared_ids(self, out: Console, shared: SharedIds) -> None:
        out.print("[bold]One id, several events[/bold]")
        column = marked_up(shared.column)
        out.print(
            f"{shared.shared_count:,} of the {shared.id_count:,} ids in {column} stand for several "
            f"events, {shared.event_count:,} in all."
        )
        for name, values in shared.differences.items():
            one, other = (shown(value, 40) for value in values)
            print(f"  {shown(shared.example, 40)}: {name} is {one}, and {other}")
        rule = self.proposal.rule("event_id")
        if rule is None or not paths_of(rule):
            out.print(
                f"So {column} is left out: a hash of each row is its key. Or live with it, as an "
                "id alone is not trusted:",
                end=" ",
            )
            print(f"--columns {for_shell('event_id=' + shared.column)}\n")
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
        missing = self.proposal.missing
        out.print("[bold]Required, and not found[/bold]: " + ", ".join(missing))
        out.print(
            f"Say where they are: --columns {missing[0]}=<path>"
            + (f",{missing[1]}=…" if len(missing) > 1 else "")
            + "; docs/players.md says what a path is\n"
        )

    def _print_verdict(self, out: Console, verdict: Verdict) -> None:
        rejected = sum(each.count for each in verdict.rejections)
        read = verdict.accepted + verdict.ignored + rejected
        out.print(
            f"[bold]The build would accept {verdict.accepted:,} of these {read:,} rows "
            f"({verdict.accepted / max(read, 1):.1%})[/bold]"
        )
        if verdict.ignored:
            out.print(f"  {verdict.ignored:,} × ignored: neither events nor rejected")
        sources = {each.name: self._source(each.name) for each in FIELDS}
        for each in verdict.rejections:
            why = REASONS.get(each.reason, "").format(**sources)
            out.print(f"  {each.count:,} × {each.reason}: {marked_up(why)}")
            origin = self.sample.origins.get(each.file, each.file)
            print(f"      {_value(each, sources)}{shown(each.example, 100)}")
            print(f"      in {shown(origin)}")
        if self.variables["titles_path"]:
            out.print(
                f"The catalogue has {verdict.catalogue:,} titles, among them "
                f"{verdict.known_titles:,} of the {verdict.titles:,} in the sample."
            )
        out.print()

    def _source(self, name: str) -> str:
        """What a field is read from, in a word."""
        paths = paths_of(self.proposal.rule(name))
        return str(paths[0]) if paths else name

    def _print_variables(self, out: Console, saved: Path | None) -> None:
        out.print("[bold]Paste over the same names in dbt_project.yml, under vars:[/bold]\n")
        print("".join(f"  {line}\n" for line in as_yaml(dict(self.variables)).splitlines()))
        paths = (self.variables["telemetry_path"], self.variables["titles_path"])
        s3 = " --target s3" if any(path.startswith("s3://") for path in paths) else ""
        out.print("[bold]Next[/bold]\n")
        if saved:
            variables = f"$(cat {for_shell(str(saved))}; echo 'load_lake_anew: true')"
            print(f'  .venv/bin/dbt build --full-refresh{s3} --vars "{variables}"')
        else:
            print(f"  .venv/bin/dbt build --full-refresh{s3} --vars 'load_lake_anew: true'")


def _in_words(rule: Any) -> str:
    """A rule on one line: its paths, and what is done to them."""
    if isinstance(rule, str):
        return rule
    if isinstance(rule, list):
        return ", else ".join(_in_words(each) for each in rule)
    if not isinstance(rule, Mapping):
        return str(rule)
    parts = [_in_words(rule["from"])] if "from" in rule else []
    parts += [
        f"{key}: {_in_words(value) if isinstance(value, Mapping | list) else shown(value)}"
        for key, value in rule.items()
        if key not in ("from", "values")
    ]
    if "values" in rule:
        parts.append(", ".join(f"{its} is {shown(meant)}" for its, meant in rule["values"].items()))
    return "; ".join(parts)


def _value(rejection: Rejection, sources: Mapping[str, str]) -> str:
    """The value that a row was rejected for, which its text may be too long to show."""
    field = {"invalid_timestamp": "event_timestamp", "invalid_position": "position_seconds"}.get(
        rejection.reason, rejection.reason.partition("_")[2]
    )
    try:
        source = sources[field]
        value = path_of(source).read(json.loads(rejection.example))
    except (KeyError, ValueError, AttributeError, RecursionError):
        return ""
    return f"{shown(source)} {shown(json.dumps(value, default=str), 40)} in "


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
        is_number = name in ("rows", "filled")
        table.add_column(
            name,
            justify="right" if is_number else "left",
            no_wrap=name == "Playhead's field",
            overflow="fold",
        )
    return table
