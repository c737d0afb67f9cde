"""What the README says is so."""

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
    # A release is not set by its users.
    known = {name for name in variables if not name.endswith("_defaults")} - {"release"}
    assert named == known


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
