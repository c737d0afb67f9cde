"""The fields that may be missing: names, counters, devices, places, and an event's id."""

import re
from itertools import pairwise
from typing import Any

from checker.draft import STATED, Draft
from checker.event_types import letters
from checker.fields import FIELDS
from checker.identity import LIVE_NAMES
from checker.ids import SharedIds, find_shared_ids
from checker.matching import is_steady
from checker.paths import Path
from checker.playback import in_unit
from checker.rules import paths_of
from checker.units import A_SECOND, Unit, as_number, unit_in_text, unit_of_length, unit_of_name

# What the marts know, and what others call it.
VALUES = {
    "device_type": {
        "mobile": r"mobile.*|(smart)?phones?|iphone|android|ios|handset",
        "tablet": r"tablets?|ipad",
        "tv": r"(smart|connected|android|apple)?tv|ctv|ott|television|roku|chromecast|settop(box)?"
        r"|mediaplayer|(game)?console|firetv|gaming",
        "web": r"web|desktop|browser|computer|pc|laptop|html5|site",
    },
    "quality": {
        "4K": r"4k|uhd|2160p?|ultrahd",
        "HD": r"hd|fullhd|fhd|(720|1080|1440)p?|high",
        "SD": r"sd|(144|240|360|480|540|576)p?|low|medium",
    },
    "connection_type": {
        "wifi": r"wifi|wlan|wireless",
        "mobile": r"mobile|cellular|[2345]g|lte|wwan",
        "fiber": r"fib(er|re)|ftth",
        "cable": r"cable|ethernet|wired|lan|dsl",
    },
}
RATE = re.compile(r"\d+(\.\d+)?x", re.I)
# Rows of these are no viewing of a title.
BESIDES = re.compile(
    r"(trailer|teaser|promo(tional)?|hook|recap|bonus|preview).*|track|song|photo|image", re.I
)
KINDS = ("mediatype", "itemtype", "contenttype", "kind")
AD_MARKS = ("ad", "isad", "isadvertisement", "inad")
COUNTERS = (
    "watch_duration_seconds",
    "buffering_events",
    "buffering_duration_seconds",
    "error_count",
)
NEGATED = re.compile(r"(is)?paused|(is)?stopped", re.I)
BY_NAME = (
    *["device_type", "device_id", "device_os", "app_version", "quality"],
    *["country", "state", "city", "isp", "connection_type", "playback_rate", "title_name"],
)


def find_attributes(draft: Draft) -> None:
    """All of them, the ones first that would else be taken for others."""
    _find_counters(draft)
    _find_booleans(draft)
    _find_seek_origin(draft)
    _find_title_duration(draft)
    for name in BY_NAME:
        if name not in draft.columns and (likely := draft.likely(name)):
            first = next((each for each in likely if _is_of_field(draft, name, each.path)), None)
            if first:
                draft.take(name, _with_values(draft, name, first.path), first.why, first.rank < 4)
    _find_shares(draft)
    _find_rows_besides(draft)


def find_event_id(draft: Draft) -> SharedIds | None:
    """event_id, where its values are distinct; else what they stand for."""
    if "event_id" in draft.said:
        ids = draft.texts("event_id")
        return find_shared_ids(draft, ids, str(draft.rule("event_id"))) if ids else None
    shared = None
    for each in draft.likely("event_id"):
        ids = {number: str(value) for number, value in draft.table.columns[each.path].items()}
        found = find_shared_ids(draft, ids, each.text)
        if len(ids) * 2 < draft.row_count or (found and found.are_none):
            shared = shared or found
            continue
        draft.take("event_id", each.text, each.why)
        return found
    return shared


def leave_out_the_rest(draft: Draft) -> None:
    """What is called like a field, and is another thing, would be read as the field."""
    there = {path.steps[0] for path in draft.table.columns}
    for each in FIELDS:
        if each.name in draft.said or each.name in draft.columns or each.name not in there:
            continue
        why = f"{each.name} is another thing here"
        rule: Any = {"row_hash": True} if each.name == "event_id" else None
        draft.take(each.name, rule, why)


def _find_counters(draft: Draft) -> None:
    types = {told.event_type for told in draft.names.values()}
    is_stated = bool(STATED & types) or draft.rule("event_type") in (
        {"constant": "play"},
        {"constant": "span"},
    )
    for name in COUNTERS:
        if name in draft.columns or (is_stated and name == "watch_duration_seconds"):
            continue
        for each in draft.likely(name)[:1]:
            rule: Any = each.text
            why, is_sure = each.why, each.rank < 4
            if name.endswith("seconds"):
                unit = _unit_of_counter(draft, each.path)
                rule, is_sure = in_unit(each.path, unit), is_sure and unit.is_sure
                why += f"; {unit.why}" * bool(unit.why)
            draft.take(name, rule, why, is_sure)
            if _goes_back(draft, name):
                rule = (rule if isinstance(rule, dict) else {"from": rule}) | {"per_row": True}
                draft.take(name, rule, f"{why}; it does not go on and on: a row's own", is_sure)


def _unit_of_counter(draft: Draft, path: Path) -> Unit:
    """As the source's other lengths are, unless its name or text says another."""
    values, named = draft.table.values(path), unit_of_name(path.keys[-1])
    if in_text := unit_in_text(values):
        return in_text
    if named in A_SECOND:
        return Unit(str(named), "as its name says")
    usual = _usual_unit(draft)
    return Unit(usual, "as positions are" if usual != "s" else "")


def _usual_unit(draft: Draft) -> str:
    for name in ("position_seconds", "watched_seconds", "end_position_seconds"):
        rule = draft.rule(name)
        if isinstance(rule, dict) and rule.get("unit") in A_SECOND:
            return str(rule["unit"])
    return "s"


def _goes_back(draft: Draft, name: str) -> bool:
    """Whether a counter is lower than before in its session, which it would not be on and on."""
    values = draft.seconds(name)
    steps = [
        values[event.number] - values[before.number]
        for events in draft.sequences()
        for before, event in pairwise(events)
        if {before.number, event.number} <= set(values)
    ]
    return sum(step < 0 for step in steps) * 10 > len(steps)


def _find_booleans(draft: Draft) -> None:
    types = {told.event_type for told in draft.names.values()}
    constant = draft.rule("event_type")
    if "is_playing" not in draft.columns and (
        "heartbeat" in types or constant == {"constant": "heartbeat"}
    ):
        for each in draft.likely("is_playing")[:1]:
            rule: dict[str, Any] = {"from": each.text, "only_for": ["heartbeat"]}
            if NEGATED.fullmatch(each.path.keys[-1]):
                rule = {"from": each.text, "not": True, "only_for": ["heartbeat"]}
            draft.take("is_playing", rule, f"{each.why}; of heartbeats alone")
    for name in ("is_completed", "is_live"):
        if name not in draft.columns:
            for each in draft.likely(name)[:1]:
                draft.take(name, each.text, each.why)
    titles = [letters(path.keys[-1]) for path in paths_of(draft.rule("title_id"))]
    if "is_live" not in draft.columns and set(titles) & set(LIVE_NAMES):
        draft.take("is_live", {"constant": True}, "a channel is a live title", False)


def _find_seek_origin(draft: Draft) -> None:
    seeks = set(draft.numbers_of(["seek"]))
    for each in draft.likely("seek_from_seconds"):
        rows = set(draft.table.columns[each.path])
        if rows & seeks:
            unit = Unit(_usual_unit(draft), "as positions are")
            if in_text := unit_in_text(draft.table.values(each.path)):
                unit = in_text
            rule = in_unit(each.path, unit)
            if rows - seeks:
                rule = (rule if isinstance(rule, dict) else {"from": rule}) | {"only_for": ["seek"]}
            draft.take("seek_from_seconds", rule, each.why)
            return


def _find_title_duration(draft: Draft) -> None:
    titles, positions = draft.texts("title_id"), draft.seconds("position_seconds")
    for each in draft.likely("title_duration_seconds"):
        if not is_steady(draft.table, each.path, titles):
            continue
        values = [
            value for value in draft.table.values(each.path) if as_number(value) not in (0, -1)
        ]
        furthest = max(positions.values(), default=0)
        usual = _usual_unit(draft)
        unit = unit_of_length(each.path.keys[-1], values, None, usual, 0.95 * furthest)
        rule = in_unit(each.path, unit)
        markers = {int(n) for v in draft.table.values(each.path) if (n := as_number(v)) in (0, -1)}
        if markers:
            rule = (rule if isinstance(rule, dict) else {"from": rule}) | {
                "null_if": sorted(markers)
            }
        draft.take(
            "title_duration_seconds",
            rule,
            each.why + f"; {unit.why}" * bool(unit.why),
            unit.is_sure,
        )
        return


def _find_shares(draft: Draft) -> None:
    """completion_percentage and bandwidth_mbps, which have units of their own."""
    if "position_seconds" in draft.columns:
        for each in draft.likely("completion_percentage")[:1]:
            values = draft.table.values(each.path)
            numbers = [number for value in values if (number := as_number(value)) is not None]
            is_ratio = bool(numbers) and 0 < max(numbers) <= 1 and len(set(numbers)) > 2
            if numbers and max(numbers) <= 100:
                rule = {"from": each.text, "unit": "ratio"} if is_ratio else each.text
                why = f"{each.why}; 0 to 1" if is_ratio else each.why
                draft.take("completion_percentage", rule, why)
    for each in draft.likely("bandwidth_mbps")[:1]:
        numbers = [number for v in draft.table.values(each.path) if (number := as_number(v))]
        highest = max(numbers, default=0)
        if highest > 10_000:
            unit, why = ("bps", "bit/s") if highest > 1_000_000 else ("kbps", "kbit/s")
            draft.take(
                "bandwidth_mbps", {"from": each.text, "unit": unit}, f"{each.why}; {why}", False
            )
        else:
            draft.take("bandwidth_mbps", each.text, each.why, highest <= 1000)


def _is_of_field(draft: Draft, name: str, path: Path) -> bool:
    """A title's name is steady; a `platform` is a device where any of its values is one."""
    if name == "title_name":
        return is_steady(draft.table, path, draft.texts("title_id"))
    if name == "device_type" and letters(path.keys[-1]) in ("platform", "device"):
        patterns = VALUES[name].values()
        values = [letters(str(value)) for value in draft.table.values(path)]
        return any(re.fullmatch(pattern, value) for pattern in patterns for value in values)
    return True


def _with_values(draft: Draft, name: str, path: Path) -> Any:
    """A path, and what of its values the marts know by another name."""
    meant: dict[str, Any] = {
        str(value): known
        for value in draft.table.values(path)
        for known, pattern in VALUES.get(name, {}).items()
        if str(value) != known and re.fullmatch(pattern, letters(str(value)))
    }
    if name == "playback_rate":
        meant = {str(v): float(v[:-1]) for v in draft.table.values(path) if RATE.fullmatch(str(v))}
    values = {str(value) for value in draft.table.values(path)}
    unknown = sorted(values - set(meant) - set(VALUES.get(name, values)))
    if unknown:
        known = ", ".join(VALUES[name])
        draft.notes.append(
            f"{name}: {', '.join(unknown[:3])} is none of {known}, and a group of its own; "
            f"where you know which it is, add it to the values of {name}"
        )
    return {"from": str(path), "values": dict(sorted(meant.items()))} if meant else str(path)


def _find_rows_besides(draft: Draft) -> None:
    """Trailers, songs and advertisements: told by what a column says of these rows alone."""
    for path, column in draft.table.columns.items():
        values = list(dict.fromkeys(column.values()))
        besides = [value for value in values if BESIDES.fullmatch(str(value))]
        if path.keys and letters(path.keys[-1]) in AD_MARKS:
            besides = [value for value in values if str(value).lower() in ("1", "true", "yes")]
        elif path.keys and letters(path.keys[-1]) not in KINDS:
            besides = besides if besides == values and len(column) < draft.row_count else []
        if besides and (len(besides) < len(values) or len(column) < draft.row_count):
            wanted: Any = None if besides == values else {"not": besides}
            draft.rows.setdefault("where", {})[str(path)] = wanted
            draft.notes.append(f"rows with {path} of {besides[0]} are no viewing: ignored")
