"""A run's last lines say what became of every row; what is misspelt, or empty, is never quiet."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Build

COMMAND = (
    "build",
    "--select",
    "+daily_intake",
    "+stg_telemetry__events",
    "+event_ids_name_one_event",
)
WITHOUT = ("--exclude-resource-type", "unit_test")
GOOD = {
    "event_id": "e1",
    "customer_id": "c",
    "title_id": "t",
    "session_id": "s",
    "event_type": "start",
    "event_timestamp": "2025-03-03T12:00:00.000Z",
    "position_seconds": 0,
}


def land(build: Build, name: str, *events: dict[str, Any] | str) -> Path:
    lake = build.folder / "lake"
    lake.mkdir(exist_ok=True)
    lines = [event if isinstance(event, str) else json.dumps(GOOD | event) for event in events]
    (lake / name).write_text("\n".join(lines) + "\n")
    return lake


def told(build: Build, code: int = 0, **variables: Any) -> list[str]:
    """What a run says from its first count on."""
    done = build.dbt(*COMMAND, *WITHOUT, **variables)
    assert done.returncode == code, done.stdout[-4000:]
    lines = [re.sub(r"^\d\d:\d\d:\d\d +", "", line).strip() for line in done.stdout.splitlines()]
    start = next(number for number, line in enumerate(lines) if line.startswith("This run read"))
    return lines[start:]


def test_every_outcome_is_told_of_this_run_and_in_all(builds):
    """Also how many ids stand for several events, and a warning above a share of rejected rows."""
    build = builds("told")
    lake = land(
        build, "a.json", {}, {"session_id": "other"}, {"event_type": "ignore"}, "nothing", "{"
    )
    lines = told(build, telemetry_path=lake)
    assert lines[0] == (
        "This run read 5 rows: 2 accepted, 2 rejected (2 unparseable), 1 ignored; "
        "1 ids stand for several events"
    )
    assert not [line for line in lines if line.startswith("In all")]
    warning = (
        "40.0 % of the rows that this run read were rejected, more than 5 % "
        f"(var warn_above_rejected_percentage): make check DATA={lake} says why"
    )
    assert warning in "\n".join(lines)
    land(build, "b.json", {"event_id": "e2"}, {"customer_id": None})
    lines = told(build, telemetry_path=lake, warn_above_rejected_percentage=50)
    assert lines[0].startswith(
        "This run read 2 rows: 1 accepted, 1 rejected (1 missing_customer_id), 0 ignored"
    )
    assert lines[1] == (
        "In all read 7 rows: 3 accepted, "
        "3 rejected (2 unparseable, 1 missing_customer_id), 1 ignored"
    )
    assert "warn_above" not in "\n".join(lines)
    lines = told(build, telemetry_path=lake)
    assert lines[0].startswith("This run read 0 rows: 0 accepted, 0 rejected, 0 ignored")


def test_rows_of_which_none_is_accepted_fail_the_run(builds):
    """They stay in quarantine, for whoever asks why; and the run after it goes on."""
    build = builds("none")
    lake = land(build, "a.json", {"event_type": "zoom"}, {"event_type": "ignore"})
    lines = told(build, 1, telemetry_path=lake)
    words = f"none of the 2 rows that this run read was accepted: make check DATA={lake} says why"
    assert words in "\n".join(lines)
    rows = build.rows("select outcome from staging.base_telemetry__events order by outcome")
    assert [row["outcome"] for row in rows] == ["ignored", "unknown_event_type"]
    land(build, "b.json", {"event_type": "ignore"})
    told(build, telemetry_path=lake)
    land(build, "c.json", {})
    assert told(build, telemetry_path=lake)[0].startswith("This run read 1 rows: 1 accepted")


@pytest.mark.parametrize("where", ["command line", "project"])
def test_a_misspelt_variable_is_an_error(builds, where):
    """Of either place where it can be set; and not another lake."""
    build = builds("misspelt")
    lake = land(build, "a.json", {})
    arguments: list[str] = []
    variables: dict[str, Any] = {"telemetry_path": lake}
    if where == "command line":
        variables["telemetry_pth"] = "elsewhere"
    else:
        project = build.folder / "project"
        project.mkdir()
        for name in ("models", "macros", "seeds", "analyses", "scripts", "tests"):
            (project / name).symlink_to(ROOT / name)
        text = (ROOT / "dbt_project.yml").read_text()
        (project / "dbt_project.yml").write_text(
            text.replace("\nvars:\n", "\nvars:\n  telemetry_pth: elsewhere\n")
        )
        arguments = ["--project-dir", str(project)]
    done = build.dbt("run", "--select", "stg_catalogue__titles", *arguments, **variables)
    assert done.returncode == 2, done.stdout
    assert "there is no var telemetry_pth; use one of telemetry_path, " in done.stdout
    assert "START" not in done.stdout.replace("START hook", "")


def test_the_known_variables_are_those_of_the_project():
    text = (ROOT / "macros" / "settings" / "check_variables.sql").read_text()
    known = re.findall(r"'(\w+)'", text.partition("known_variables() %}\n    {{ return([")[2])
    declared = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    assert sorted(known) == sorted(declared)
