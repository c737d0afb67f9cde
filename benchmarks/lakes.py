"""The lakes that are measured: generated once a size and format, and one split by arrival."""

import json
import os
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
from processes import ROOT, run

DAYS = 28
SCALE_OF_A_MILLION_EVENTS = 0.00905
# A heartbeat every so many seconds makes so many rows of one that tells only what happens.
HEARTBEAT_SECONDS, ROWS_OF_HEARTBEATS = 10, 23
FORMATS = {"ndjson": "json.gz", "parquet": "parquet"}


@dataclass(frozen=True)
class Lake:
    """A generated lake, and what generating it took."""

    folder: str
    events: int
    seconds: float  # as the generator says
    wall_seconds: float  # of the whole process
    peak_mb: float
    files: int
    megabytes: float

    @property
    def telemetry(self) -> Path:
        return Path(self.folder) / "telemetry"

    @property
    def titles(self) -> Path:
        return Path(self.folder) / "titles.csv"


def lake(
    folder: Path, size: int, file_format: str, anew: bool = False, has_heartbeats: bool = False
) -> Lake:
    """The lake of about `size` events in `folder`: the one that is there, unless `anew`.

    28 days whatever the size: more events are more viewers; with heartbeats, fewer of them.
    """
    record = folder.with_suffix(".json")
    scale = SCALE_OF_A_MILLION_EVENTS * size / 1_000_000
    if has_heartbeats:
        scale /= ROWS_OF_HEARTBEATS
    if record.exists() and not anew:
        return Lake(**json.loads(record.read_text()))
    record.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    script = ROOT / "scripts" / "generate_telemetry.py"
    options = {"output": folder, "days": DAYS, "scale": f"{scale:.10f}", "format": file_format}
    if has_heartbeats:
        options["heartbeats"] = HEARTBEAT_SECONDS
    command = [sys.executable, script, *(f"--{name}={value}" for name, value in options.items())]
    done = run(command, folder.parent)
    files = list((folder / "telemetry").rglob(f"*.{FORMATS[file_format]}"))
    # folder: 1,017,264 events, 1,020,811 rows … in 4.3 s (236,573 events/s)
    events, rate = (
        int(number.replace(",", "")) for number in re.findall(r"([\d,]+) events\b", done.output)
    )
    made = Lake(
        folder=str(folder),
        events=events,
        seconds=events / rate,
        wall_seconds=done.seconds,
        peak_mb=done.peak_mb,
        files=len(files),
        megabytes=sum(file.stat().st_size for file in files) / 1e6,
    )
    record.write_text(json.dumps(asdict(made), indent=2) + "\n")
    return made


def split_by_arrival(telemetry: Path, share: float) -> tuple[list[Path], list[Path], list[Path]]:
    """The files of a Parquet lake in three: earlier ones, the last hours, and what came late.

    The last hours are those with about `share` of the rows in which viewers still watched. After
    them, for three days, arrives only what was late.
    """
    files = sorted(telemetry.rglob("*.parquet"))
    first = _arrival(files[0])
    late = next((n for n, file in enumerate(files) if (_arrival(file) - first).days >= DAYS), None)
    watched, rows = files[:late], row_total(files)
    place = len(watched)
    while row_total(watched[place:]) < share * rows:
        place -= 1
    return watched[:place], watched[place:], files[len(watched) :]


def row_total(files: list[Path]) -> int:
    """How many rows Parquet files hold."""
    return sum(pq.read_metadata(file).num_rows for file in files)


def _arrival(file: Path) -> datetime:
    """The hour of a file's partition."""
    return datetime(*map(int, re.findall(r"=(\d+)", str(file))[-4:]))


def land(files: list[Path], telemetry: Path, landing: Path) -> None:
    """Put files of one lake into another one, at the same places; hard links take no space."""
    for file in files:
        target = landing / file.relative_to(telemetry)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, target)
