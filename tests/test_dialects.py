"""The generator speaks as other sources do, and their presets read back what it says."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Build
from generate_telemetry import run
from generator.dialects import DIALECTS, Dialect
from generator.faults import FaultRates
from generator.players import PlayerOptions
from generator.run import GeneratorOptions, generate

# Whatever a dialect has words for.
PLAYERS = {
    "open_edx": PlayerOptions(seeks="from-to"),
    "snowplow_media": PlayerOptions(60, seeks="to", buffers=True, ads=True, rates="reported"),
    "segment_video": PlayerOptions(60, seeks="to", buffers=True),
    "cmcd_v2": PlayerOptions(60, buffers=True, ads=True, rates="reported"),
}
# Without unknown types, which those presets ignore that read a whole site's events.
FAULTS = FaultRates(
    duplicates=0.03, out_of_order=0.03, late=0.03, lost_starts=0.03, lost_ends=0.03, malformed=0.01
)
MARTS = ("viewer_title_engagement", "viewing_sessions")
# When what was run: not what was watched.
OF_THE_RUN = {"loaded_at", "processed_at"}


def lake(folder: Path, name: str, dialect: str, **changes: Any) -> Path:
    options: dict[str, Any] = {"days": 1, "scale": 0.002, "faults": FAULTS} | changes
    options |= {"player": PLAYERS[name], "live_channels": 3, "dialect": dialect}
    generate(GeneratorOptions(folder, **options))
    return folder


def stripped(dialect: Dialect) -> dict[str, Any]:
    """The variables by which plain rows tell no less, and no more, than the dialect does."""
    columns: dict[str, Any] = dict.fromkeys(dialect.cannot_tell) | dict(dialect.tells_besides)
    if dialect.viewer != "customer_id":
        columns["customer_id"] = dialect.viewer
    return {"telemetry_columns": columns, "event_type_aliases": dict(dialect.read_back_as)}


def built(build: Build, lake: Path, **variables: Any) -> Build:
    selected = ("run", "--select", *(f"+{name}" for name in MARTS))
    paths = {"telemetry_path": lake / "telemetry", "titles_path": lake / "titles.csv"}
    return build.must(*selected, **(paths | variables))


def rows(build: Build, mart: str) -> Sequence[tuple[str, ...]]:
    """A mart's rows in order, doubles without their noise."""
    return sorted(
        tuple(
            str(round(value, 9) if isinstance(value, float) else value)
            for name, value in row.items()
            if name not in OF_THE_RUN
        )
        for row in build.rows(f"select * from marts.{mart}")
    )


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_preset_reads_a_dialect_back(builds, tmp_path, name):
    """Every mart is, row for row, that of plain rows which tell as much as the dialect does."""
    said = built(builds(f"{name}_said"), lake(tmp_path / "said", name, name), preset=name)
    plain = built(
        builds(f"{name}_plain"), lake(tmp_path / "plain", name, ""), **stripped(DIALECTS[name])
    )
    for mart in MARTS:
        told = rows(said, mart)
        assert len(told) > 20
        assert told == rows(plain, mart), mart
    watched = said.rows("select sum(watch_seconds) as total from marts.viewer_title_engagement")
    assert watched[0]["total"] > Decimal(100_000)


@pytest.mark.parametrize("name", ["open_edx", "snowplow_media"])
def test_parquet_has_the_rows_that_ndjson_has(builds, tmp_path, name):
    """With structs, and lists of them, where the lines have objects."""
    counts = {}
    for file_format in ("ndjson", "parquet"):
        folder = lake(tmp_path / file_format, name, name, format=file_format)
        build = builds(f"{name}_{file_format}").must(
            *("run", "--select", "+stg_telemetry__events"),
            telemetry_path=folder / "telemetry",
            telemetry_format=file_format,
            titles_path=folder / "titles.csv",
            preset=name,
        )
        counts[file_format] = build.rows(
            "select event_type, count(*) as rows, sum(position_seconds) as positions,"
            " min(event_timestamp) as first, max(event_timestamp) as last,"
            " count(distinct session_id) as sessions, count(distinct device_type) as devices"
            " from staging.stg_telemetry__events group by event_type order by event_type"
        )
    assert counts["parquet"] == counts["ndjson"] != []


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_same_arguments_same_bytes(tmp_path, name):
    first, second = (lake(tmp_path / folder, name, name) for folder in ("first", "second"))
    files = sorted(path.relative_to(first) for path in first.rglob("*.*") if path.is_file())
    assert len(files) > 20
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--dialect edx", "--dialect is 'edx': give one of open_edx, "),
        ("--dialect open_edx --heartbeats 10", "open_edx has no words for --heartbeats"),
        ("--dialect cmcd_v2 --seeks to", "cmcd_v2 has no words for --seeks"),
        ("--dialect segment_video --ads", "segment_video has no words for --ads"),
    ],
)
def test_what_a_dialect_cannot_say_is_refused_with_one_line(tmp_path, capsys, arguments, message):
    assert run(["--output", str(tmp_path / "lake"), *arguments.split()]) == 2
    told = capsys.readouterr().err
    assert message in told and told.count("\n") == 1
