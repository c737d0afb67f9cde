"""Runs that are killed anywhere: the next one that ends makes good what they left."""

import os
import random
import signal
import subprocess
from typing import Any

import strategies
from comparison import (
    assert_equal,
    deliver,
    differences,
    everything,
    mart,
    of_oracle,
    titles_file,
)
from conftest import BUILD, MODELS, ROOT, Build

SEED = 3
KILLS = 6


def lines_before_the_kill(build: Build, last: int | None, **variables: Any) -> tuple[int, bool]:
    """Builds, and kills dbt by its own process id as soon as it has logged so many lines.

    Lines, and not seconds, are the clock: a busy machine does not shift them. Every statement is
    one, so any of them, and what lies between them, may be where a run dies.
    """
    lines = 0
    with subprocess.Popen(
        build.command(*MODELS, "--log-level", "debug", **variables),
        cwd=ROOT,
        env=os.environ | build.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for _ in process.stdout or ():
            lines += 1
            if lines == last:
                os.kill(process.pid, signal.SIGKILL)
                break
    return lines, process.returncode == -signal.SIGKILL


def test_killed_runs_change_nothing(builds):
    """Deliveries meet runs that die, one in each sixth of a build's length, wherever in it."""
    chance = random.Random(SEED)
    first, second, *deliveries = strategies.deliveries(60, seed_number=1)
    build = builds("killed")
    lake = build.folder / "lake"
    variables = {"telemetry_path": lake, "titles_path": titles_file(build)}
    deliver(lake, first, 0)
    build.must("run", **variables)
    deliver(lake, second, 1)
    length, was_killed = lines_before_the_kill(build, None, **variables)
    assert not was_killed
    points = [int((sixth + chance.random()) / KILLS * length) for sixth in range(KILLS)]
    chance.shuffle(points)
    print(f"seed {SEED}: killed after {points} of {length} lines")
    kills = 0
    for number, point in enumerate(points):
        if number < len(deliveries):
            deliver(lake, deliveries[number], number + 2)
        _, was_killed = lines_before_the_kill(build, max(point, 1), **variables)
        kills += was_killed
    assert kills >= 4, "runs were over before they could be killed"
    build.must(*BUILD, **variables)
    whole = build.beside("whole").must("run", **variables)
    assert differences(everything(build), everything(whole)) == []
    loaded = [event for events in (first, second, *deliveries) for event in events]
    expected = of_oracle("viewer_title_engagement", loaded)
    assert_equal(mart(build, "viewer_title_engagement"), expected)
