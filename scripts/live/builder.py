"""Builds the marts of a lake that grows, again and again, and publishes them."""

import csv
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from generator import UserError
from publish_marts import publish

from .delivery import Delivery
from .producer import Clock

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Built:
    """One build, published."""

    seconds: float
    """of dbt"""
    publish_seconds: float
    events: int
    """in the lake when it began"""
    oldest_seconds: float | None
    """how long ago the oldest event that is new in it had arrived when it was published; None
    where it holds events of before the start"""


class Builder:
    """Runs dbt in a folder, one build after the other; `built` has each that was published."""

    def __init__(
        self, folder: Path, every_seconds: float, delivery: Delivery, clock: Clock
    ) -> None:
        self.built: list[Built] = []
        self.began: float | None = None
        """when the build under way began, by the monotonic clock; None between builds"""
        self._folder, self._every = folder.resolve(), every_seconds
        self._delivery, self._clock = delivery, clock
        self._objects = 0

    def run(self, stop: threading.Event) -> None:
        """Build as soon as something is new, at most so often; and once more when told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            if self._delivery.objects == self._objects:
                stop.wait(0.2)
                continue
            self.build()
            stop.wait(max(0.0, self._every - (time.monotonic() - began)))
        if self._delivery.objects > self._objects:
            self.build()

    def build(self) -> None:
        """One build of all models, and its marts published; raises UserError where dbt fails."""
        objects, events = self._delivery.objects, self._delivery.delivered
        oldest_ms = min(self._delivery.arrivals[self._objects : objects])
        self.began = time.monotonic()
        self._dbt()
        built = time.monotonic()
        publish(self._folder / "playhead.duckdb", self._folder / "playhead_marts.duckdb")
        self.built.append(
            Built(
                seconds=round(built - self.began, 1),
                publish_seconds=round(time.monotonic() - built, 1),
                events=events,
                oldest_seconds=self._clock.seconds_since(oldest_ms),
            )
        )
        self._objects, self.began = objects, None
        self._write()

    def _dbt(self) -> None:
        variables = {
            "telemetry_path": str(self._folder / "telemetry"),
            "titles_path": str(self._folder / "titles.csv"),
        }
        environment = os.environ | {
            "PLAYHEAD_DUCKDB_PATH": str(self._folder / "playhead.duckdb"),
            "DBT_PROFILES_DIR": str(ROOT),
            "DBT_TARGET_PATH": str(self._folder / "target"),
            "DBT_LOG_PATH": str(self._folder / "logs"),
        }
        # Tests are for another schedule: they read everything, and a minute is short.
        command = [
            *(str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build"),
            *("--resource-type", "model", "--vars", json.dumps(variables)),
        ]
        log = self._folder / "dbt.log"
        with log.open("wb") as output:
            # Of a session of its own: Ctrl-C lets the build under way end.
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if done.returncode != 0:
            raise UserError(f"dbt build has failed: see {log}")

    def _write(self) -> None:
        with (self._folder / "builds.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(field.name for field in fields(Built))
            rows.writerows(map(astuple, self.built))
