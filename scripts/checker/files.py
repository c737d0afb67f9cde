"""A sample of a lake: some rows of some files, as they are, in a lake of its own."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from checker.safe import for_shell

PARTITION = re.compile(r"year=\d{4}/month=\d{2}/day=\d{2}/hour=\d{2}(?=/)")
# The files read at most, and how many of them at least share the rows.
MOST_FILES, SHARING_FILES = 200, 20
# What a folder stands for in the pipeline, by format; files of other names need a glob.
IN_A_FOLDER = {
    "ndjson": (".json", ".json.gz"),
    "parquet": (".parquet",),
    "csv": (".csv", ".csv.gz"),
}
# What may stand between columns of CSV, and how much of a file is read to tell.
DELIMITERS, HEAD = ",;\t|", 65_536
# What a path of a single file may end with in the pipeline.
SINGLE_FILE = (".json", ".jsonl", ".ndjson", ".gz", ".parquet", ".csv", ".tsv")


class InputError(Exception):
    """Something that the user can mend, in one line: what is wrong, where, what to do."""


@dataclass
class Sample:
    """Rows of a lake: `lake` holds them as they were, `rows` taken apart, objects only."""

    telemetry_path: str
    telemetry_format: str
    lake: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    # All the files at the path.
    names: Sequence[str] = ()
    # Where each file of `lake` came from, by its path there.
    origins: dict[str, str] = field(default_factory=dict)
    line_count: int = 0
    is_partitioned: bool = False


def take_sample(path: str, telemetry_format: str | None, row_count: int, lake: Path) -> Sample:
    """Copies up to `row_count` rows of the files at `path` to the folder `lake`.

    First, last and middle files first, in equal shares. Raises InputError for what cannot be read.
    """
    filesystem, root = _filesystem(path)
    names = _names(filesystem, root, path)
    telemetry_format, names, glob = _choose(names, path, telemetry_format, is_file=names == [root])
    sample = Sample(glob, telemetry_format, lake, names=names)
    share = -(-row_count // min(len(names), SHARING_FILES))
    for number, name in enumerate(islice(_spread(names), MOST_FILES)):
        wanted = min(share, row_count - sample.line_count)
        if wanted <= 0:
            break
        partition = PARTITION.search(name)
        sample.is_partitioned |= partition is not None
        suffix = {"parquet": ".parquet", "csv": ".csv"}.get(telemetry_format, ".json")
        copy = lake / (partition[0] if partition else "") / f"sample-{number:05}{suffix}"
        copy.parent.mkdir(parents=True, exist_ok=True)
        sample.origins[str(copy)] = filesystem.unstrip_protocol(name) if "://" in path else name
        try:
            COPIERS[telemetry_format](filesystem, name, copy, wanted, sample)
        except InputError:
            raise
        except (OSError, EOFError, ValueError, csv.Error, pa.ArrowException) as error:
            raise InputError(
                f"{name} cannot be read ({_first_line(error)}): the build would stop at it; repair "
                "it or move it away"
            ) from error
    if not sample.line_count:
        raise InputError(f"the files at {path} hold no rows")
    return sample


def _filesystem(path: str) -> tuple[Any, str]:
    try:
        return fsspec.core.url_to_fs(path)
    except ImportError as error:
        raise InputError(f"{path} needs the package s3fs: pip install s3fs") from error
    except ValueError as error:
        raise InputError(f"{path} cannot be read: {_first_line(error)}") from error


def _names(filesystem: Any, root: str, path: str) -> list[str]:
    """The files at a path: itself, those of the folder, or those of the glob."""
    try:
        if "*" in path:
            found = [name for name in filesystem.glob(root) if not filesystem.isdir(name)]
        else:
            found = filesystem.find(root)
    except Exception as error:  # Each store has its own.
        raise InputError(
            f"{path} cannot be listed ({_first_line(error)}): check its name, and for s3:// your "
            "AWS credentials, region and endpoint"
        ) from error
    if not found:
        raise InputError(
            f"no file at {path}: give a folder, a file or a glob such as 'events/*.json'"
        )
    return sorted(found)


def _choose(
    names: Sequence[str], path: str, telemetry_format: str | None, is_file: bool
) -> tuple[str, list[str], str]:
    """The format, the files of it, and the telemetry_path that finds them."""
    endings = Counter(_ending(name) for name in names)
    if telemetry_format is None:
        formats = [_format_of(ending) for ending, _ in endings.most_common()]
        telemetry_format = next((told for told in formats if told), None)
        if telemetry_format is None:
            raise InputError(_unknown(path, endings))
    chosen = [name for name in names if _format_of(_ending(name)) == telemetry_format]
    if "*" in path:
        return telemetry_format, chosen or list(names), path
    if is_file:
        # Only a glob makes a file of a name that ends otherwise.
        return telemetry_format, list(names), path if path.endswith(SINGLE_FILE) else f"{path}*"
    in_folder = [name for name in chosen if name.endswith(IN_A_FOLDER[telemetry_format])]
    if in_folder:
        return telemetry_format, in_folder, path
    if not chosen:
        raise InputError(_unknown(path, endings))
    ending = Counter(map(_ending, chosen)).most_common(1)[0][0]
    chosen = [name for name in chosen if _ending(name) == ending]
    return telemetry_format, chosen, f"{path.rstrip('/')}/**/*{ending}"


def _ending(name: str) -> str:
    """`.json.gz` of `a/b.c.json.gz`."""
    suffixes = Path(name).suffixes
    return "".join(suffixes[-2:]) if suffixes[-1:] == [".gz"] else "".join(suffixes[-1:])


def _format_of(ending: str) -> str | None:
    if re.fullmatch(r"\.(json|jsonl|ndjson)(\.gz)?", ending):
        return "ndjson"
    if re.fullmatch(r"\.[ct]sv(\.gz)?", ending):
        return "csv"
    return "parquet" if ending in (".parquet", ".parq", ".pq") else None


def _unknown(path: str, endings: Counter[str]) -> str:
    listed = ", ".join(ending or "none" for ending, _ in endings.most_common(3))
    return (
        f"no NDJSON, Parquet or CSV at {path}, only files that end with {listed}: give "
        "--format and a glob, such as 'folder/*.log'"
    )


def _to_parquet(name: str) -> str:
    """A command for what cannot be read at all, whatever the file is called."""
    source = name.replace("'", "''")
    query = f"copy (from read_json('{source}')) to 'events.parquet'"
    return "make Parquet of it: .venv/bin/python -c " + for_shell(
        f"import duckdb; duckdb.sql({query!r})"
    )


def _spread(names: Sequence[str]) -> Iterator[str]:
    """The first, the last, the middle, the quarters …: each once."""
    last = len(names) - 1
    seen: set[int] = set()
    steps = 1
    while len(seen) < len(names):
        for step in range(steps + 1):
            place = last * step // steps
            if place not in seen:
                seen.add(place)
                yield names[place]
        steps *= 2


def _copy_lines(filesystem: Any, name: str, copy: Path, wanted: int, sample: Sample) -> None:
    with filesystem.open(name, "rb", compression="infer") as file, copy.open("wb") as to:
        for line in islice((line for line in file if line.strip()), wanted):
            to.write(line if line.endswith(b"\n") else line + b"\n")
            sample.line_count += 1
            if sample.line_count == 1 and line.lstrip()[:1] == b"[":
                raise InputError(
                    f"{name} is a JSON array over many lines, and Playhead reads a row a line; "
                    + _to_parquet(name)
                )
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict):
                sample.rows.append(row)


def _copy_csv(filesystem: Any, name: str, copy: Path, wanted: int, sample: Sample) -> None:
    with (
        filesystem.open(name, "rt", compression="infer", newline="", encoding="utf-8-sig") as file,
        copy.open("w", newline="") as to,
    ):
        head = file.read(HEAD)
        file.seek(0)
        reader = csv.DictReader(file, delimiter=_delimiter(head))
        writer = csv.DictWriter(to, reader.fieldnames or [], extrasaction="ignore")
        writer.writeheader()
        for row in islice(reader, wanted):
            writer.writerow(row)
            sample.line_count += 1
            sample.rows.append({key: value for key, value in row.items() if key is not None})


def _delimiter(head: str) -> str:
    """What stands between columns: the likeliest by the first line."""
    first = head.partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _copy_parquet(filesystem: Any, name: str, copy: Path, wanted: int, sample: Sample) -> None:
    with filesystem.open(name, "rb") as file:
        parquet = pq.ParquetFile(file)
        for batch in islice(parquet.iter_batches(batch_size=wanted), 1):
            table = pa.Table.from_batches([batch])
            pq.write_table(table, copy)
            sample.line_count += len(table)
            sample.rows += [_plain(row) for row in table.to_pylist()]


def _plain(value: Any) -> Any:
    """Text for bytes, and an object for what Arrow calls a map: a list of pairs."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(each, tuple) and len(each) == 2 for each in value):
            return {str(_plain(key)): _plain(inner) for key, inner in value}
        return [_plain(each) for each in value]
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


COPIERS = {"ndjson": _copy_lines, "parquet": _copy_parquet, "csv": _copy_csv}
