"""The lakes that are measured: by size and format, split by arrival, and of small files."""

import gzip
import json
import os
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from processes import ROOT, run

DAYS = 28
SCALE_OF_A_MILLION_EVENTS = 0.00905
# With a heartbeat every so many seconds, the same viewing is so many times the rows.
HEARTBEAT_SECONDS, ROWS_OF_HEARTBEATS = 10, 23
# Lakes of small files: so few that they cost next to nothing, and many.
FILE_COUNTS = (100, 10_000, 20_000)
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
    folder: Path, size: float, file_format: str, anew: bool = False, has_heartbeats: bool = False
) -> Lake:
    """The lake of about `size` events in `folder`: the one that is there, unless `anew`.

    28 days whatever the size: more events are more viewers. With heartbeats it holds the same
    viewing, told by so many more rows.
    """
    record = folder.with_suffix(".json")
    scale = SCALE_OF_A_MILLION_EVENTS * size / 1_000_000
    if record.exists() and not anew:
        return Lake(**json.loads(record.read_text()))
    record.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    script = ROOT / "scripts" / "generate_telemetry.py"
    options: dict[str, Any] = {"output": folder, "days": DAYS, "format": file_format}
    options["scale"] = f"{scale:.10f}"
    if has_heartbeats:
        options["heartbeats"] = HEARTBEAT_SECONDS
    command: list[str | Path] = [sys.executable, script]
    command += [f"--{name}={value}" for name, value in options.items()]
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


def small_files(folder: Path, count: int) -> Path:
    """A lake of so many files of gzip NDJSON, each one session long, over 28 days; made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    first = datetime(2025, 3, 3)
    for number in range(count):
        began_at = first + timedelta(days=DAYS) * number / count
        session = {"customer_id": f"c{number % 997}", "session_id": f"s{number}", "title_id": "t1"}
        lines = [
            json.dumps(
                {
                    "event_id": f"e{number}-{event_type}",
                    "event_type": event_type,
                    "event_timestamp": (began_at + timedelta(seconds=second)).isoformat() + "Z",
                    "position_seconds": second,
                    **session,
                }
            )
            for event_type, second in (("start", 0), ("stop", 60))
        ]
        hour = folder / began_at.strftime("year=%Y/month=%m/day=%d/hour=%H")
        hour.mkdir(parents=True, exist_ok=True)
        text = "".join(line + "\n" for line in lines)
        (hour / f"{number:06}.json.gz").write_bytes(gzip.compress(text.encode(), 1))
    return folder


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
    year, month, day, hour = map(int, re.findall(r"=(\d+)", str(file))[-4:])
    return datetime(year, month, day, hour)


def land(files: list[Path], telemetry: Path, landing: Path) -> None:
    """Put files of one lake into another one, at the same places; hard links take no space."""
    for file in files:
        target = landing / file.relative_to(telemetry)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, target)
