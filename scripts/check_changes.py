"""Check what has changed, in less than a minute: `make quick`.

What has changed differs from where the branch left main (on main: from the last commit), new
files included. Python and SQL that have changed are linted; the unit tests of models are run whose
SQL or YAML has changed, or that call a macro that has. `make test` checks everything.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
# A lake that is always there: unit tests read tables of a build, though none of their rows.
LAKE = ROOT / "tests" / "cases" / "lakes" / "loop_without_events"
BUILD = ROOT / "build" / "quick"


def changed_files() -> list[Path]:
    """The files that differ from where the branch left main, and still exist; from the root."""
    base = "HEAD"
    for main in ("main", "origin/main"):
        if _git("rev-parse", "--quiet", "--verify", main):
            base = _git("merge-base", main, "HEAD")[0]
            break
    names = _git("diff", "--name-only", base)
    names += _git("ls-files", "--others", "--exclude-standard")
    return [Path(name) for name in sorted(set(names)) if (ROOT / name).is_file()]


def changed_models(files: Sequence[Path]) -> list[str]:
    """The models whose SQL has changed, or their unit tests' YAML, or a macro that they call."""
    models = {path.stem: path for path in (ROOT / "models").rglob("*.sql")}
    found = {path.stem for path in files if path.parts[0] == "models" and path.suffix == ".sql"}
    for path in files:
        text = (ROOT / path).read_text() if path.suffix in (".sql", ".yml") else ""
        if path.parts[0] == "models" and path.suffix == ".yml":
            found |= set(re.findall(r"^    model: (\w+)$", text, re.MULTILINE))
        if path.parts[0] == "macros" and path.suffix == ".sql":
            macros = re.findall(r"macro (?:\w+__)?(\w+)\(", text)
            calls = re.compile(rf"\b({'|'.join(macros)})\(")
            found |= {name for name, file in models.items() if calls.search(file.read_text())}
    return sorted(found & models.keys())


def run(title: str, *command: str | Path) -> bool:
    """Run a program of .venv and say so; its output is shown where it fails."""
    print(f"{title} …", end=" ", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]],
        cwd=ROOT,
        env=os.environ | {"DBT_PROFILES_DIR": str(ROOT), "PLAYHEAD_DUCKDB_PATH": _build_file()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(f"{'failed' if done.returncode else 'fine'}, {time.monotonic() - began:.0f} s")
    if done.returncode:
        print(done.stdout)
    return done.returncode == 0


def test_units(models: Sequence[str]) -> bool:
    """Run the unit tests of models, on empty tables of what they read."""
    variables = {
        "telemetry_path": str(LAKE / "lake"),
        "titles_path": str(LAKE / "titles.csv"),
    }
    folder = str(BUILD)
    options = ["--quiet", "--target-path", folder, "--log-path", folder]
    options += ["--vars", json.dumps(variables), "--select"]
    upstream = [f"+{name}" for name in models]
    tests = [f"{name},test_type:unit" for name in models]
    empty = ["dbt", "run", "--empty", "--full-refresh", *options, *upstream]
    return run("empty tables of what they read", *empty) and run(
        f"unit tests of {', '.join(models)}", "dbt", "test", *options, *tests
    )


def main() -> int:
    """Check what has changed; 1 where a check fails."""
    files = changed_files()
    python = [path for path in files if path.suffix == ".py"]
    sql = [
        path
        for path in files
        if path.suffix == ".sql" and path.parts[0] in ("models", "tests", "analyses")
    ]
    models = changed_models(files)
    BUILD.mkdir(parents=True, exist_ok=True)
    passed = []
    if python:
        passed.append(run(f"ruff check, {len(python)} files", "ruff", "check", *python))
        passed.append(run("ruff format", "ruff", "format", "--check", *python))
    if sql:
        passed.append(run(f"sqlfluff, {len(sql)} files", "sqlfluff", "lint", *sql))
    if models:
        passed.append(test_units(models))
    if not passed:
        print(f"Nothing to check: no Python, SQL or model differs in {len(files)} changed files.")
    return 0 if all(passed) else 1


def _build_file() -> str:
    return str(BUILD / "playhead.duckdb")


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main())
