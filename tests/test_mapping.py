"""The mapping language of docs/players.md: what it refuses, and what it makes of rows."""

import csv
import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import BUILD, Build

# What each setting is refused with: where it is wrong, what was meant, what is allowed.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "preset": ({"preset": "no_such"}, "var preset is 'no_such'"),
    "column": (
        {"telemetry_columns": {"titleid": "x"}},
        "unknown key, titleid (did you mean title_id?); use one of event_id, ",
    ),
    "path with two dots": (
        {"telemetry_columns": {"title_id": "a..b"}},
        "has title_id: a..b, which is no path from `..b` on; give steps with dots between",
    ),
    "path that ends in a dot": ({"telemetry_columns": {"title_id": "a."}}, "no path from `.` on"),
    "path that begins with an element": (
        {"telemetry_columns": {"title_id": "[0]"}},
        "no path from `[0]` on",
    ),
    "quote without an end": (
        {"telemetry_columns": {"title_id": 'a."b'}},
        'no path from `."b` on',
    ),
    "json( without an end": (
        {"telemetry_columns": {"title_id": "json(a.b"}},
        "json(a.b, in which json( has no end; close it with )",
    ),
    "end without json(": ({"telemetry_columns": {"title_id": "a).b"}}, "no path from `).b` on"),
    "no path": ({"telemetry_columns": {"title_id": 7}}, "title_id: 7; give a path, a list of them"),
    "no path in a list": (
        {"telemetry_columns": {"title_id": ["a", 7]}},
        "title_id: 7; give a path",
    ),
    "key of a rule": (
        {"telemetry_columns": {"position_seconds": {"from": "a", "units": "ms"}}},
        "position_seconds with an unknown key, units (did you mean unit?); use one of from, ",
    ),
    "no source": (
        {"telemetry_columns": {"position_seconds": {"unit": "ms"}}},
        "position_seconds with no source; give one of from, constant, join",
    ),
    "two sources": (
        {"telemetry_columns": {"title_id": {"from": "a", "constant": "b"}}},
        "title_id with from and constant; give one of",
    ),
    "unit": (
        {"telemetry_columns": {"position_seconds": {"from": "a", "unit": "milis"}}},
        "position_seconds.unit: milis; use one of s, ms, us, ns, ticks, min, iso8601, clock, ",
    ),
    "unit of a time": (
        {"telemetry_columns": {"ended_at": {"from": "a", "unit": "clock"}}},
        "ended_at.unit: clock; use one of s, ms, us, ns",
    ),
    "unit of text": (
        {"telemetry_columns": {"title_id": {"from": "a", "unit": "ms"}}},
        "title_id.unit, which columns of seconds and time and percentage and bandwidth alone",
    ),
    "time zone of text": (
        {"telemetry_columns": {"title_id": {"from": "a", "time_zone": "Europe/Berlin"}}},
        "title_id.time_zone, which columns of time alone may have",
    ),
    "time zone that is none": (
        {"telemetry_columns": {"ended_at": {"from": "a", "time_zone": "x'y"}}},
        "ended_at.time_zone: x'y; give a name such as Europe/Berlin",
    ),
    "unit within": (
        {
            "telemetry_columns": {
                "ended_at": {"from": "a", "minus": {"from": "b", "unit": "percent"}}
            }
        },
        "ended_at.minus.unit: percent; use one of s, ms,",
    ),
    "range": (
        {"telemetry_columns": {"position_seconds": {"from": "a", "range": "begin"}}},
        "position_seconds.range: begin; use one of start, end",
    ),
    "negation of text": (
        {"telemetry_columns": {"title_id": {"from": "a", "not": True}}},
        "title_id.not, which columns of boolean alone",
    ),
    "negation by text": (
        {"telemetry_columns": {"is_playing": {"from": "a", "not": "yes"}}},
        "is_playing.not: yes; give true or leave it out",
    ),
    "type of only_for": (
        {"telemetry_columns": {"is_playing": {"from": "a", "only_for": ["heart_beat"]}}},
        "only_for: heart_beat (did you mean heartbeat?); use one of start, ",
    ),
    "only_for of the type": (
        {"telemetry_columns": {"event_type": {"from": "a", "only_for": ["start"]}}},
        "event_type.only_for, which event_type itself cannot have",
    ),
    "gap elsewhere": (
        {"telemetry_columns": {"title_id": {"gap_seconds": 1800}}},
        "title_id.gap_seconds, which session_id alone may have",
    ),
    "gap of nothing": (
        {"telemetry_columns": {"session_id": {"gap_seconds": 0}}},
        "session_id.gap_seconds: 0; give a number of seconds above 0",
    ),
    "gap within itself": (
        {"telemetry_columns": {"session_id": {"gap_seconds": 9, "within": ["session_id"]}}},
        "within: session_id, in which no session can last; give columns such as customer_id",
    ),
    "gap within what is carried": (
        {
            "telemetry_columns": {
                "session_id": {"gap_seconds": 9},
                "customer_id": {"from": "viewer", "carry_forward": True},
            }
        },
        "within: customer_id, which is itself carried forward within the session",
    ),
    "time carried forward": (
        {"telemetry_columns": {"event_timestamp": {"from": "at", "carry_forward": True}}},
        "event_timestamp.carry_forward, but rows are put in order by it: leave it out",
    ),
    "within": (
        {"telemetry_columns": {"session_id": {"gap_seconds": 9, "within": ["customer"]}}},
        "within: customer (did you mean customer_id?); use one of",
    ),
    "per_row elsewhere": (
        {"telemetry_columns": {"position_seconds": {"from": "a", "per_row": True}}},
        "position_seconds.per_row, which buffering_events, ",
    ),
    "carry_forward within": (
        {"telemetry_columns": {"title_id": ["a", {"from": "b", "carry_forward": True}]}},
        "title_id.carry_forward, which stands beside the first from",
    ),
    "join": (
        {"telemetry_columns": {"title_id": {"join": "a"}}},
        "title_id.join: a; give a list of paths or rules",
    ),
    "values": (
        {"telemetry_columns": {"title_id": {"from": "a", "values": ["b"]}}},
        "title_id.values: ['b']; give a mapping",
    ),
    "constant": (
        {"telemetry_columns": {"title_id": {"constant": ["b"]}}},
        "title_id.constant: ['b']; give a text, a number, true or false",
    ),
    "event type": (
        {"event_type_aliases": {"x": "heart_beat"}},
        "maps x to 'heart_beat' (did you mean heartbeat?); use one of start, ",
    ),
    "rows": (
        {"telemetry_rows": {"were": {}}},
        "var telemetry_rows has an unknown key, were (did you mean where?); use one of where, each",
    ),
    "where": (
        {"telemetry_rows": {"where": "a = 1"}},
        "telemetry_rows has where: a = 1; give a mapping, {path: wanted}",
    ),
    "wanted": (
        {"telemetry_rows": {"where": {"a": {"above": 1}}}},
        "where.a: {'above': 1}; give a value, a list of them, null, or {not: …}",
    ),
    "each": ({"telemetry_rows": {"each": ["a"]}}, "has each: ['a']; give a path"),
    "split": (
        {"telemetry_rows": {"each": {"from": "a", "split": ""}}},
        "has each.split: ; give the text between two elements",
    ),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_wrong_settings_are_refused_with_one_line(builds, wrong):
    variables, words = REFUSED[wrong]
    done = builds("wrong").dbt("parse", **variables)
    assert done.returncode != 0
    told = done.stdout.split("Compilation Error", 1)[1].splitlines()[1:]
    lines = [line for line in told if line.strip() and not re.match(r"\s+>", line)]
    assert len(lines) == 1, lines
    assert words in lines[0]


# ------------------------------------------------------------------------- what rules make

TITLES = "title_id,title_name,title_type,genre,duration_seconds,released_on\nt,,,,600,\n"
AT = "2025-03-03T12:00:00Z"
# Columns that every row needs, for tests of others.
PLAIN = {
    "customer_id": {"constant": "c"},
    "title_id": {"constant": "t"},
    "session_id": {"constant": "s"},
    "event_type": {"constant": "start"},
    "event_timestamp": {"constant": AT},
    "position_seconds": {"constant": 0},
}


def typed(build: Build, rows: list[Any], **variables: Any) -> list[dict[str, Any]]:
    """Rows of NDJSON as base_telemetry__typed_rows has them, in their order."""
    path = build.folder / "rows.json"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return typed_file(build, path, **variables)


def typed_file(build: Build, path: Path, **variables: Any) -> list[dict[str, Any]]:
    """A file's rows, typed. Its columns are those of PLAIN but for what `variables` say."""
    titles = build.folder / "titles.csv"
    titles.write_text(TITLES)
    variables["telemetry_columns"] = PLAIN | variables.get("telemetry_columns", {})
    source = {"telemetry_path": path, "titles_path": titles}
    run = ("run", "--full-refresh", "--select", "base_telemetry__typed_rows")
    build.must(*run, **source, **variables)
    return build.rows("select * from staging.base_telemetry__typed_rows")


# Rules for title_name, which is text, what they read, and what they make of it.
TEXTS: dict[str, tuple[Any, Any, Any]] = {
    "a path": ("a.b.c", {"a": {"b": {"c": "x"}}}, "x"),
    "a path to nothing": ("a.b.c", {"a": 1}, None),
    "a name with spaces": ("Profile Name", {"Profile Name": "x"}, "x"),
    "a key that holds dots": ('a."b.c"."d""e"', {"a": {"b.c": {'d"e': "x"}}}, "x"),
    "a key that is an address": (
        'a."https://w3id.org/x/~(y)".z',
        {"a": {"https://w3id.org/x/~(y)": {"z": "x"}}},
        "x",
    ),
    "a backslash": ("a\\b", {"a\\b": "x"}, "x"),
    "SQL": (
        """"a') from lines; drop table x; --".b""",
        {"a') from lines; drop table x; --": {"b": "x"}},
        "x",
    ),
    "letters of other scripts": ("ключ.鍵", {"ключ": {"鍵": "x"}}, "x"),
    "an element": ("a[1].b", {"a": [{"b": "y"}, {"b": "x"}]}, "x"),
    "an element too far": ("a[2]", {"a": [1, 2]}, None),
    "an element by its key": (
        "a[key=k2].value.s",
        {"a": [{"key": "k1", "value": {"s": "y"}}, 7, {"key": "k2", "value": {"s": "x"}}]},
        "x",
    ),
    "an element by a quoted key": (
        'a["na.me"="v]\'1"].b',
        {"a": [{"na.me": "v]'1", "b": "x"}]},
        "x",
    ),
    "an element by its key, of none": ("a[key=k].b", {"a": {"key": "k", "b": "y"}}, None),
    "JSON in text": ("json(a.b).c", {"a": {"b": '{"c": "x"}'}}, "x"),
    "JSON in JSON in text": (
        "json(json(a).b)[0].c",
        {"a": json.dumps({"b": json.dumps([{"c": "x"}])})},
        "x",
    ),
    "JSON in text, with a list by key": (
        "json(a)[key=k].v",
        {"a": json.dumps([{"key": "k", "v": "x"}])},
        "x",
    ),
    "JSON that is none": ("json(a).b", {"a": "{oops"}, None),
    "case": ("A.b", {"a": {"b": "y"}}, None),
    "an object": ("a", {"a": {"b": 1}}, '{"b":1}'),
    "the first that is not null": (["a", "b", "c"], {"a": None, "b": " ", "c": "x"}, "x"),
    "the first of rules": (
        [{"from": "a", "null_if": "none"}, {"constant": "x"}],
        {"a": "none"},
        "x",
    ),
    "a list as from": ({"from": ["a", "b"]}, {"b": "x"}, "x"),
    "a constant": ({"constant": "it's"}, {}, "it's"),
    "a join": ({"join": ["a", {"constant": "-"}, "b"]}, {"a": "x", "b": 7}, "x/-/7"),
    "a join with a part of none": ({"join": ["a", "b", "c"]}, {"b": "x"}, "/x/"),
    "a join of none": ({"join": ["a", "b"]}, {"a": " "}, None),
    "null_if": ({"from": "a", "null_if": ["-1", "none"]}, {"a": "none"}, None),
    "null_if of others": ({"from": "a", "null_if": "-1"}, {"a": "-1.0"}, "-1.0"),
    "values": ({"from": "a", "values": {"1": "x", "2": "y"}}, {"a": 1}, "x"),
    "values, of others": ({"from": "a", "values": {"1": "x"}}, {"a": 3}, "3"),
    "values, of true": ({"from": "a", "values": {"true": "x"}}, {"a": True}, "x"),
    "values, of null": ({"from": "a", "values": {"1": None}}, {"a": 1}, None),
    "default": ({"from": "a", "default": "x"}, {"a": ""}, "x"),
    "default after null_if": ({"from": "a", "null_if": 0, "default": "x"}, {"a": 0}, "x"),
}
# Of position_seconds: as text, or "unreadable".
POSITIONS: dict[str, tuple[Any, Any, str | None]] = {
    "s": ({"from": "a", "unit": "s"}, {"a": "1.5"}, "1.500"),
    "ms": ({"from": "a", "unit": "ms"}, {"a": 1234567}, "1234.567"),
    "ms, to half of one": ({"from": "a", "unit": "ms"}, {"a": 0.5}, "0.001"),
    "us": ({"from": "a", "unit": "us"}, {"a": 1500000}, "1.500"),
    "ns": ({"from": "a", "unit": "ns"}, {"a": "1500000000"}, "1.500"),
    "ticks": ({"from": "a", "unit": "ticks"}, {"a": 15_000_000}, "1.500"),
    "min": ({"from": "a", "unit": "min"}, {"a": 1.5}, "90.000"),
    "iso8601": ({"from": "a", "unit": "iso8601"}, {"a": "PT1H1M30.25S"}, "3690.250"),
    "iso8601 of days": ({"from": "a", "unit": "iso8601"}, {"a": "P1DT2S"}, "86402.000"),
    "iso8601 of nothing": ({"from": "a", "unit": "iso8601"}, {"a": "PT"}, "unreadable"),
    "iso8601 of a number": ({"from": "a", "unit": "iso8601"}, {"a": 90}, "unreadable"),
    "clock": ({"from": "a", "unit": "clock"}, {"a": "1:02:03"}, "3723.000"),
    "clock of minutes": ({"from": "a", "unit": "clock"}, {"a": "62:03.5"}, "3723.500"),
    "clock of a number": ({"from": "a", "unit": "clock"}, {"a": "90"}, "unreadable"),
    "percent": ({"from": "a", "unit": "percent"}, {"a": "33.333333"}, "33.333333000"),
    "ratio": ({"from": "a", "unit": "ratio"}, {"a": 0.25}, "0.250000000"),
    "no number": ({"from": "a", "unit": "ms"}, {"a": "far"}, "unreadable"),
    "no number, with a default": (
        {"from": "a", "unit": "ms", "default": 5},
        {"a": "far"},
        "unreadable",
    ),
    "default": ({"from": "a", "unit": "ms", "default": 5}, {"b": 1}, "5.000"),
    "null_if": ({"from": "a", "unit": "ms", "null_if": -1}, {"a": -1.0}, None),
    "minus": (
        {"from": "a", "unit": "ms", "minus": {"from": "b", "unit": "us"}},
        {"a": 3000, "b": 500000},
        "2.500",
    ),
    "plus and minus of none": ({"from": "a", "plus": "b", "minus": "c"}, {"a": 3}, "3.000"),
    "plus": ({"from": "a", "plus": {"constant": 1}}, {"a": 3}, "4.000"),
    "the start of a..b": ({"from": "a", "range": "start"}, {"a": "0..12"}, "0.000"),
    "the end of a..b": ({"from": "a", "range": "end"}, {"a": "0..12"}, "12.000"),
    "the end of a-b": ({"from": "a", "range": "end"}, {"a": "0.5-12.25"}, "12.250"),
    "the end of a,b": ({"from": "a", "range": "end"}, {"a": "0,12"}, "12.000"),
    "the start of a[.]b": ({"from": "a", "range": "start"}, {"a": "1.5[.]12"}, "1.500"),
    "a range of clocks": (
        {"from": "a", "range": "end", "unit": "clock"},
        {"a": "0:10-1:20"},
        "80.000",
    ),
    "a range of ms": ({"from": "a", "range": "end", "unit": "ms"}, {"a": "0..1500"}, "1.500"),
    "no range": ({"from": "a", "range": "end"}, {"a": "12"}, "unreadable"),
    "rules in a list": ([{"from": "a", "unit": "ms"}, "b"], {"b": 7}, "7.000"),
    "a list in ms": ([{"from": "a", "unit": "ms"}, "b"], {"a": 7000, "b": 9}, "7.000"),
}
# Of ended_at.
TIMES: dict[str, tuple[Any, Any, str | None]] = {
    "s": ({"from": "a", "unit": "s"}, {"a": 1700000000}, "2023-11-14 22:13:20"),
    "s with a fraction": (
        {"from": "a", "unit": "s"},
        {"a": "1700000000.1239"},
        "2023-11-14 22:13:20.123",
    ),
    "ms": ({"from": "a", "unit": "ms"}, {"a": 1700000000123}, "2023-11-14 22:13:20.123"),
    "ms as a float": ({"from": "a", "unit": "ms"}, {"a": 1.7e12}, "2023-11-14 22:13:20"),
    "us": ({"from": "a", "unit": "us"}, {"a": 1700000000123999}, "2023-11-14 22:13:20.123"),
    "ns": (
        {"from": "a", "unit": "ns"},
        {"a": 1700000000123999999},
        "2023-11-14 22:13:20.123",
    ),
    "far out": ({"from": "a", "unit": "s"}, {"a": 1700000000123}, None),
    "no number": ({"from": "a", "unit": "ms"}, {"a": AT}, None),
    "unset": ("a", {"a": "2025-03-03T14:00:00+02:00"}, "2025-03-03 12:00:00"),
    "a list": (["a", "b"], {"b": AT}, "2025-03-03 12:00:00"),
    "minus": (
        {"from": "a", "minus": {"from": "b", "unit": "ms"}},
        {"a": AT, "b": 1500},
        "2025-03-03 11:59:58.500",
    ),
    "plus of none": ({"from": "a", "plus": "b"}, {"a": AT}, "2025-03-03 12:00:00"),
    "time zone": (
        {"from": "a", "time_zone": "Europe/Berlin"},
        {"a": "2025-07-03 12:00:00"},
        "2025-07-03 10:00:00",
    ),
    "time zone in winter, to 100 ns": (
        {"from": "a", "time_zone": "Europe/Berlin"},
        {"a": "2025-01-03 12:00:00.1234567"},
        "2025-01-03 11:00:00.123",
    ),
    "time zone, with an offset": (
        {"from": "a", "time_zone": "Europe/Berlin"},
        {"a": "2025-07-03T12:00:00+00:00"},
        "2025-07-03 12:00:00",
    ),
    "time zone, with a Z": (
        {"from": "a", "time_zone": "Europe/Berlin"},
        {"a": "2025-07-03T12:00:00Z"},
        "2025-07-03 12:00:00",
    ),
    "time zone, of a date": (
        {"from": "a", "time_zone": "Europe/Berlin"},
        {"a": "2025-07-03"},
        "2025-07-02 22:00:00",
    ),
    "rules of zones": (
        [{"from": "a", "time_zone": "Europe/Berlin"}, "b"],
        {"a": "2025-07-03 12:00:00"},
        "2025-07-03 10:00:00",
    ),
    "default": ({"from": "a", "unit": "ms", "default": AT}, {"b": 1}, "2025-03-03 12:00:00"),
}
# Of other columns.
OTHERS: dict[str, tuple[str, Any, Any, Any]] = {
    "completion_percentage in ratio": (
        "completion_percentage",
        {"from": "a", "unit": "ratio"},
        {"a": 0.255},
        "25.500000000",
    ),
    "bandwidth_mbps in kbps": (
        "bandwidth_mbps",
        {"from": "a", "unit": "kbps"},
        {"a": 2500},
        "2.500",
    ),
    "bandwidth_mbps in bps": (
        "bandwidth_mbps",
        {"from": "a", "unit": "bps"},
        {"a": 2500000},
        "2.500",
    ),
    "is_playing negated": ("is_playing", {"from": "a", "not": True}, {"a": True}, "False"),
    "is_playing negated, of none": ("is_playing", {"from": "a", "not": True}, {"b": 1}, None),
    "is_playing by default": ("is_playing", {"from": "a", "default": True}, {"b": 1}, "True"),
    "is_playing constant": ("is_playing", {"constant": False}, {"b": 1}, "False"),
    "is_playing by values": (
        "is_playing",
        {"from": "a", "values": {"go": True}},
        {"a": "go"},
        "True",
    ),
    "seek_from_seconds only for seeks": (
        "seek_from_seconds",
        {"from": "a", "only_for": ["seek"]},
        {"a": 3},
        None,
    ),
    "is_playing only for starts": (
        "is_playing",
        {"from": "a", "only_for": ["start"]},
        {"a": True},
        "True",
    ),
    "title_name that is null": ("title_name", None, {"title_name": "y"}, None),
    "error_count by default": ("error_count", {"from": "a", "default": 2}, {"b": 1}, "2"),
}


# The columns on which rules of a kind are tried.
COLUMNS = {
    "text": [
        *("title_name", "device_type", "device_id", "device_os", "app_version", "quality"),
        *("country", "state", "city", "isp", "connection_type"),
    ],
    "position": [
        *("position_seconds", "end_position_seconds"),
        *("seek_from_seconds", "max_position_seconds"),
    ],
    "time": ["ended_at", "event_timestamp"],
}
CASES: dict[str, tuple[list[str], Any, Any, Any]] = {
    **{f"text: {name}": (COLUMNS["text"], *case) for name, case in TEXTS.items()},
    **{
        f"position: {name}": (COLUMNS["position"][: 2 if case[2] == "unreadable" else 4], *case)
        for name, case in POSITIONS.items()
    },
    **{f"time: {name}": (COLUMNS["time"], *case) for name, case in TIMES.items()},
    **{f"other: {name}": ([column], *case) for name, (column, *case) in OTHERS.items()},
}


@pytest.fixture(scope="module")
def made(builds: Any) -> dict[str, Any]:
    """What each case makes. A build tries a rule on each column, each on a row of its own."""
    found: dict[str, Any] = {}
    left = dict(CASES)
    while left:
        chosen: dict[str, str] = {}
        for name, (columns, *_) in left.items():
            free = [column for column in columns if column not in chosen]
            if free:
                chosen[free[0]] = name
        rows = [{"n": name, **left[name][2]} for name in chosen.values()]
        rules = {column: left[name][1] for column, name in chosen.items()}
        rows_made = typed(builds("rules"), rows, telemetry_columns={**rules, "event_id": "n"})
        by_name = {row["event_id"]: row for row in rows_made}
        for column, name in chosen.items():
            row = by_name[name]
            flag = {
                "position_seconds": "has_unreadable_position",
                "end_position_seconds": "has_unreadable_end",
            }.get(column)
            found[name] = "unreadable" if flag and row[flag] else row[column]
            del left[name]
    return found


@pytest.mark.parametrize("name", CASES)
def test_what_a_rule_makes(made, name):
    expected = CASES[name][-1]
    value = made[name]
    if isinstance(value, datetime) and value.microsecond:
        value = value.isoformat(" ", "milliseconds")
    assert (None if value is None else str(value)) == expected


# --------------------------------------------------------------------------- other formats

NESTED = [
    {
        "id": f"e{number}",
        "Player": {"user id": "c", "at": {"s": number * 10.5}, "tags": [f"x{number}", "y"]},
        "context": json.dumps({"title": {"id": "t"}, "l": [{"a": number}]}),
        "params": [{"key": "ping", "value": {"s": "no"}}, {"key": "session", "value": {"s": "s"}}],
        "map": {"a.b": "BR", "none": None},
        "what": "play",
        "sent": 1741003200000 + number,
    }
    for number in range(3)
]
NESTED_RULES = {
    "event_id": "id",
    "customer_id": 'player."user id"',
    "title_id": "json(context).title.id",
    "session_id": "params[key=session].value.s",
    "event_type": "what",
    "event_timestamp": {"from": "sent", "unit": "ms"},
    "position_seconds": "player.at.s",
    "device_id": "player.tags[0]",
    "app_version": "json(context).l[0].a",
    "country": 'map."a.b"',
    "city": 'map."none"',
    "isp": "player.nothing.there",
    "state": "player.tags",
}
TEXT_COLUMNS = ("Player", "params", "map")


def write_as(folder: Path, telemetry_format: str) -> Path:
    """The nested rows in a format: structs, lists and a map in Parquet, JSON in text in CSV."""
    path = folder / f"rows.{telemetry_format.replace('nd', '')}"
    if telemetry_format == "ndjson":
        path.write_text("".join(json.dumps(row) + "\n" for row in NESTED))
    elif telemetry_format == "parquet":
        columns = pa.Table.from_pylist(
            [{k: v for k, v in row.items() if k != "map"} for row in NESTED]
        )
        maps = pa.array(
            [list(row["map"].items()) for row in NESTED], pa.map_(pa.string(), pa.string())
        )
        pq.write_table(columns.append_column("map", maps), path)
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, NESTED[0])
            writer.writeheader()
            for row in NESTED:
                texts = {name: json.dumps(row[name]) for name in TEXT_COLUMNS}
                writer.writerow(row | texts)
    return path


def rules_for(telemetry_format: str) -> dict[str, Any]:
    """The rules of the nested rows in a format: JSON keys mind case, and in CSV all is text."""
    if telemetry_format == "parquet":
        return NESTED_RULES
    rules = json.dumps(NESTED_RULES).replace('"player.', '"Player.')
    if telemetry_format == "csv":
        rules = re.sub(r'"(Player|params|map)([.[])', r'"json(\1)\2', rules)
    return json.loads(rules)


@pytest.mark.parametrize("telemetry_format", ["ndjson", "parquet", "csv"])
def test_the_same_rows_in_every_format(builds, telemetry_format):
    build = builds(telemetry_format)
    made = typed_file(
        build,
        write_as(build.folder, telemetry_format),
        telemetry_format=telemetry_format,
        telemetry_columns=rules_for(telemetry_format),
        event_type_aliases={"play": "start"},
    )
    expected = {
        "customer_id": "c",
        "title_id": "t",
        "session_id": "s",
        "event_type": "start",
        "country": "BR",
        "city": None,
        "isp": None,
    }
    for number, row in enumerate(made):
        assert row | expected == row
        assert row["event_id"] == f"e{number}"
        assert row["event_timestamp"] == datetime(2025, 3, 3, 12, 0, 0, 1000 * number)
        assert row["position_seconds"] == number * Decimal("10.5")
        assert (row["device_id"], row["app_version"]) == (f"x{number}", str(number))
        assert json.loads(row["state"]) == [f"x{number}", "y"]
    assert len(made) == 3


def test_columns_that_only_some_files_have(builds):
    """A column, and a field within one, are NULL where a file lacks them."""
    build = builds("union")
    rows = [
        {"id": "e1", "player": {"at": 1}, "properties.country": "BR"},
        {"id": "e2", "player": {"at": 2, "device": "d"}, "City": "c"},
    ]
    for row in rows:
        pq.write_table(pa.Table.from_pylist([row]), build.folder / f"{row['id']}.parquet")
    made = typed_file(
        build,
        build.folder / "*.parquet",
        telemetry_format="parquet",
        telemetry_columns={
            "event_id": "id",
            "position_seconds": "player.at",
            "device_id": "PLAYER.Device",
            "country": "properties.country",
            "city": "cITY",
        },
    )
    names = ("event_id", "position_seconds", "device_id", "country", "city")
    assert sorted(tuple(row[name] for name in names) for row in made) == [
        ("e1", 1, None, "BR", None),
        ("e2", 2, "d", None, "c"),
    ]


def test_csv_of_hostile_rows(builds):
    """Quotes, separators and line breaks in values; rows that are too long or too short."""
    build = builds("csv")
    path = build.folder / "rows.csv"
    path.write_text('Id;Film Title;At\ne1;"One; ""two""\nthree";00:01:30\ne2;Two\ne3;Three;90\n')
    rules = {
        "event_id": "id",
        "title_id": "Film Title",
        "position_seconds": {"from": "at", "unit": "clock"},
    }
    titles = build.folder / "titles.csv"
    titles.write_text(TITLES)
    build.must(
        *BUILD,
        telemetry_path=path,
        telemetry_format="csv",
        titles_path=titles,
        telemetry_columns=PLAIN | rules,
    )
    assert build.rows(
        "select event_id, title_id, position_seconds from staging.stg_telemetry__events"
    ) == [{"event_id": "e1", "title_id": 'One; "two"\nthree', "position_seconds": 90}]
    rejected = build.rows("select * from staging.stg_telemetry__rejected_events order by raw_text")
    assert [row["reject_reason"] for row in rejected] == ["invalid_position"] * 2
    assert json.loads(rejected[1]["raw_text"]) == {"Id": "e3", "Film Title": "Three", "At": "90"}


# -------------------------------------------------------------------- types, and which rows

# Aliases, the parts of a name (a join where there are two), and the type.
TYPES: dict[str, tuple[dict[Any, str], list[Any], str | None]] = {
    "an alias": ({"it's": "start"}, ["it's"], "start"),
    "an alias that is a number": ({3: "pause"}, [3], "pause"),
    "a canonical type": ({"x": "start"}, ["pause"], "pause"),
    "an alias before a canonical type": ({"pause": "stop"}, ["pause"], "stop"),
    "unknown": ({"x": "start"}, ["y"], None),
    "none": ({"x": "start"}, [None], None),
    "any other": ({"x": "start", "*": "ignore"}, ["y"], "ignore"),
    "any other, of none": ({"x": "start", "*": "ignore"}, [None], "ignore"),
    "any other, of a canonical type": ({"*": "ignore"}, ["pause"], "pause"),
    "none alone": ({"": "heartbeat"}, [" "], "heartbeat"),
    "none alone, of another": ({"": "heartbeat"}, ["y"], None),
    "none before any other": ({"": "heartbeat", "*": "ignore"}, [None], "heartbeat"),
    "the parts of a join": ({"a/b": "start", "a/*": "pause", "*": "stop"}, ["a", "b"], "start"),
    "the first part": ({"a/b": "start", "a/*": "pause", "*": "stop"}, ["a", "c"], "pause"),
    "the first part, which holds a /": ({"a/b/*": "pause", "*": "stop"}, ["a/b", "c"], "pause"),
    "another first part": ({"a/*": "pause", "*": "stop"}, ["b", "a"], "stop"),
    "a first part alone": ({"a/*": "pause"}, ["a", None], "pause"),
    "a join of none": ({"": "heartbeat", "a/*": "pause"}, [None, None], "heartbeat"),
}


@pytest.mark.parametrize("name", TYPES)
def test_event_types(builds, name):
    aliases, parts, expected = TYPES[name]
    names = [f"p{number}" for number in range(len(parts))]
    (row,) = typed(
        builds("types"),
        [dict(zip(names, parts, strict=True)) | {"n": 1}],
        telemetry_columns={"event_type": names[0] if len(names) == 1 else {"join": names}},
        event_type_aliases=aliases,
    )
    assert row["event_type"] == expected


def test_rows_that_are_not_meant_are_ignored(builds):
    rows = [
        {"id": "meant", "kind": {"is": "video"}, "n": 1, "gone": None},
        {"id": "other kind", "kind": {"is": "audio"}, "n": 1},
        {"id": "no kind", "n": 1},
        {"id": "other number", "kind": {"is": "film"}, "n": 2},
        {"id": "gone", "kind": {"is": "film"}, "n": 1, "gone": "yes"},
        {"id": "bot", "kind": {"is": "film"}, "n": 1, "bot": True},
        {"id": "no bot", "kind": {"is": "film"}, "n": 1, "bot": False, "gone": " "},
        {"id": "nobody knows", "kind": {"is": "film"}, "n": 1, "bot": "perhaps"},
    ]
    where = {
        "kind.is": ["video", "film"],
        "n": 1,
        "gone": None,
        "bot": {"not": [True, "perhaps"]},
    }
    made = typed(
        builds("where"), rows, telemetry_columns={"event_id": "id"}, telemetry_rows={"where": where}
    )
    meant = {row["event_id"]: row["event_type"] for row in made}
    assert meant == {
        row["id"]: "start" if row["id"] in ("meant", "no bot") else "ignore" for row in rows
    }


SEGMENTS = [
    {
        "id": "r1",
        "user": "c",
        "seen": {"l": [{"a": 0, "b": 5}, {"a": 7, "b": 9}]},
        "pairs": [[0, 5]],
    },
    {"id": "r2", "user": "c", "seen": {"l": []}},
    {"id": "r3", "user": "c"},
    {"id": "r4", "user": "c", "seen": {"l": [{"a": 0, "b": 5}, {"a": 0, "b": 5}]}},
]


@pytest.mark.parametrize("telemetry_format", ["ndjson", "parquet"])
def test_elements_that_are_rows(builds, telemetry_format):
    """Accepted, rejected and ignored rows are still all that was read."""
    build = builds(f"each_{telemetry_format}")
    path = build.folder / f"rows.{telemetry_format.replace('nd', '')}"
    if telemetry_format == "parquet":
        pq.write_table(pa.Table.from_pylist(SEGMENTS), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in SEGMENTS))
    titles = build.folder / "titles.csv"
    titles.write_text(TITLES)
    build.must(
        *BUILD,
        telemetry_path=path,
        telemetry_format=telemetry_format,
        titles_path=titles,
        telemetry_columns=PLAIN
        | {
            "customer_id": "user",
            "session_id": "id",
            "event_type": {"constant": "span"},
            "position_seconds": "seen.l.a",
            "end_position_seconds": "seen.l.b",
        },
        telemetry_rows={"each": "seen.l"},
    )
    found = build.rows(
        "select session_id, position_seconds::int as a, end_position_seconds::int as b, event_id"
        " from staging.stg_telemetry__events order by all"
    )
    assert [(row["session_id"], row["a"], row["b"]) for row in found] == [
        *[("r1", 0, 5), ("r1", 7, 9)],
        *[("r4", 0, 5), ("r4", 0, 5)],
    ]
    # The element's number is part of the hash: two that say the same are two.
    assert len({row["event_id"] for row in found}) == 4
    assert build.rows("select sum(row_count) as n from staging.file_ledger") == [{"n": 4}]
    assert build.rows(
        "select outcome, count(*) as n from staging.base_telemetry__events group by outcome"
    ) == [{"outcome": "accepted", "n": 4}, {"outcome": "ignored", "n": 2}]


def test_elements_of_text_and_of_lists(builds):
    build = builds("split")
    made = typed(
        build,
        [{"s": "0[.]12.5[,]20[.]31", "id": 1}, {"s": "", "id": 2}],
        telemetry_columns={
            "event_id": "id",
            "position_seconds": {"from": "s", "range": "start"},
            "end_position_seconds": {"from": "s", "range": "end"},
        },
        telemetry_rows={"each": {"from": "s", "split": "[,]"}},
    )
    names = ("event_id", "position_seconds", "end_position_seconds", "event_type")
    assert [tuple(row[name] for name in names) for row in made] == [
        ("1", 0, Decimal("12.5"), "start"),
        ("1", 20, 31, "start"),
        ("2", None, None, "ignore"),
    ]
    made = typed(
        build,
        [{"w": json.dumps({"s": [[0, 5], [7, 9]]}), "id": 1}],
        telemetry_columns={
            "position_seconds": "json(w).s[0]",
            "end_position_seconds": "json(w).s[1]",
            "title_name": "json(w).s",
        },
        telemetry_rows={"each": "json(w).s"},
    )
    assert [(row["position_seconds"], row["end_position_seconds"]) for row in made] == [
        (0, 5),
        (7, 9),
    ]
    assert [row["title_name"] for row in made] == ["[0,5]", "[7,9]"]


def test_rows_without_an_id(builds):
    """A hash of what is read: rows that differ in it have two, equal ones have one."""
    rows = [{"a": 1, "b": 2}, {"a": 1, "b": 2}, {"a": 12, "b": None}, {"a": 1, "b": 2, "c": 3}]
    made = typed(
        builds("hash"),
        rows,
        telemetry_columns={
            "event_id": {"row_hash": True},
            "session_id": {"row_hash": True},
            "title_name": ["a", "b"],
            "device_id": "b",
        },
    )
    assert [row["session_id"] for row in made] == [row["event_id"] for row in made]
    ids = [row["event_id"] for row in made]
    assert (ids[0], len(set(ids))) == (ids[1], 2) == (ids[3], 2)


def test_a_session_by_a_gap_lands_as_what_it_is_within(builds):
    (row,) = typed(
        builds("gap"),
        [{"u": "x"}],
        telemetry_columns={
            "customer_id": "u",
            "session_id": {"gap_seconds": 1800, "within": ["customer_id", "title_id"]},
        },
    )
    assert row["session_id"] == "x/t"
