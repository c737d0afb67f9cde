"""The mapping language of docs/players.md: what it refuses, and what it makes of rows."""

import re
from typing import Any

import pytest

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
