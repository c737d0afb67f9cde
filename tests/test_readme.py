"""What the README says is so."""

import json
import re
import shlex
import subprocess
import sys

import yaml
from conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", README))
    assert named
    assert named <= targets


def test_every_path_of_the_readme_exists():
    paths = re.findall(r"\]\((?!http|#)([^)]+)\)", README)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_settings_of_the_readme_are_those_of_the_project():
    variables = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    named = set(re.findall(r"^\| `(\w+)` \|", README.split("## Settings")[1], re.MULTILINE))
    assert named == {name for name in variables if not name.endswith("_defaults")}


def test_the_generator_command_of_the_readme_runs(tmp_path):
    (command,) = re.findall(r"^\.venv/bin/python (scripts/(?:.*\\\n)*.*)$", README, re.MULTILINE)
    command = command.replace("\\\n", " ").replace("data/mine", str(tmp_path / "mine"))
    arguments = shlex.split(command)
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert " events/s)" in done.stdout
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {
        "telemetry",
        "titles.csv",
        "truth",
    }


def test_the_examples_of_the_operations_page_are_well_formed():
    """Each schedule parses as what it is, and calls what there is to call."""
    page = (ROOT / "docs" / "operations.md").read_text()
    blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    assert set(blocks) == {"cron", "yaml", "python", "dockerfile", "json"}
    assert len(blocks["cron"].split(maxsplit=5)[:5]) == 5
    steps = yaml.safe_load(blocks["yaml"])["jobs"]["build"]["steps"]
    assert [step["run"] for step in steps if "run" in step][1:2] == [".venv/bin/dbt build"]
    compile(blocks["python"], "dag.py", "exec")
    json.loads(blocks["json"])
    for name in ("cron", "yaml", "python", "dockerfile"):
        assert ".venv/bin/dbt build" in blocks[name]
        for script in re.findall(r"scripts/\w+\.py", blocks[name]):
            assert (ROOT / script).exists()
