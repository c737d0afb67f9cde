"""Lands events in the folders and files of their hours of arrival, and the truth beside them."""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from isal import isal_zlib
from pyarrow import csv

from .events import HOUR_MS, SECOND_MS
from .rows import Identifiers, RowWriter

WRITER_THREADS = 2
_WAITING_FILES = 4  # bounds the memory where viewers are simulated faster than files are written
GZIP_LEVEL = 1
_GZIP_HEADER = 31  # zlib's code for gzip; its header then holds no time and no file name
_TRUTH_ROWS_A_GROUP = 200_000


class Lake:
    """Keeps events until their hour of arrival is over, then has the hour's file written.

    A context manager: leaving it stops its threads. `rows`, `files` and `bytes` count its writes.
    """

    def __init__(self, folder: Path, file_format: str, writer: RowWriter) -> None:
        self.rows = self.files = self.bytes = 0
        self._folder = folder
        self._format = file_format
        self._writer = writer
        self._waiting: dict[int, list[np.ndarray]] = {}  # by the begin of the hour of arrival
        self._pool = ThreadPoolExecutor(WRITER_THREADS)
        self._writes: deque[Future[int]] = deque()

    def __enter__(self) -> "Lake":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def land(self, hour_ms: int, arriving: np.ndarray) -> None:
        """Take events (EVENT), and write the file of the hour that begins at `hour_ms`.

        Nothing may arrive in that hour, or before it, any more.
        """
        hours = arriving["arrival_ms"] // HOUR_MS
        order = np.argsort(hours, kind="stable")
        distinct, begins = np.unique(hours[order], return_index=True)
        for hour, rows in zip(distinct.tolist(), np.split(order, begins[1:]), strict=False):
            self._waiting.setdefault(hour * HOUR_MS, []).append(arriving[rows])
        self._write_hour(hour_ms)

    def land_the_rest(self) -> None:
        """Write what has not arrived yet, hour by hour, and wait until every file is there."""
        for hour_ms in sorted(self._waiting):
            self._write_hour(hour_ms)
        self._wait(0)

    def _write_hour(self, hour_ms: int) -> None:
        batches = self._waiting.pop(hour_ms, [])
        if batches:
            self._writes.append(self._pool.submit(self._write, hour_ms, batches))
            self.rows += sum(map(len, batches))
            self.files += 1
        self._wait(_WAITING_FILES)

    def _wait(self, files_left: int) -> None:
        while len(self._writes) > files_left:
            self.bytes += self._writes.popleft().result()

    def _write(self, hour_ms: int, batches: list[np.ndarray]) -> int:
        events = np.concatenate(batches)
        events = events[np.argsort(events["arrival_ms"], kind="stable")]
        hour = datetime.fromtimestamp(hour_ms // SECOND_MS, UTC)
        folder = self._folder / hour.strftime("year=%Y/month=%m/day=%d/hour=%H")
        folder.mkdir(parents=True)
        if self._format == "parquet":
            return write_parquet(folder / "part-00000.parquet", self._writer.table(events))
        return write_ndjson(folder / "part-00000.json.gz", self._writer.lines(events))


class TruthWriter:
    """Writes the pieces that were really watched, one row each, to one gzip CSV file.

    CSV, so that a reader of the lake's JSON or Parquet below the same folder passes it by.
    """

    SCHEMA = pa.schema(
        {
            "customer_id": pa.string(),
            "session_id": pa.string(),
            "title_id": pa.string(),
            "start_seconds": pa.decimal128(12, 3),
            "end_seconds": pa.decimal128(12, 3),
            "started_at": pa.timestamp("ms", "UTC"),
            "ended_at": pa.timestamp("ms", "UTC"),
        }
    )

    def __init__(self, path: Path, ids: Identifiers) -> None:
        path.parent.mkdir(parents=True)
        self._ids = ids
        self._file = path.open("wb")
        self._compressor = isal_zlib.compressobj(GZIP_LEVEL, wbits=_GZIP_HEADER)
        self._has_header = False
        self._waiting: list[np.ndarray] = []

    def add(self, pieces: np.ndarray) -> None:
        """Add pieces (PIECE)."""
        self._waiting.append(pieces)
        if sum(map(len, self._waiting)) >= _TRUTH_ROWS_A_GROUP:
            self._write()

    def close(self) -> None:
        """Write what waits, and close the file."""
        if self._waiting:
            self._write()
        self._file.write(self._compressor.flush())
        self._file.close()

    def _write(self) -> None:
        pieces = np.concatenate(self._waiting)
        self._waiting.clear()
        columns = [
            self._ids.customers(pieces["customer"]),
            self._ids.sessions(pieces["session"]),
            self._ids.titles(pieces["title"]),
            _thousandths(pieces["start_ms"]),
            _thousandths(pieces["end_ms"]),
            pa.array(pieces["started_ms"]).cast(pa.timestamp("ms", "UTC")),
            pa.array(pieces["ended_ms"]).cast(pa.timestamp("ms", "UTC")),
        ]
        text = pa.BufferOutputStream()
        options = csv.WriteOptions(include_header=not self._has_header, quoting_style="none")
        csv.write_csv(pa.table(columns, schema=self.SCHEMA), text, options)
        self._has_header = True
        self._file.write(self._compressor.compress(text.getvalue()))


def write_ndjson(path: Path, pieces: Iterable[memoryview]) -> int:
    """Write pieces of text to one gzip file; returns its size in bytes."""
    compressor = isal_zlib.compressobj(GZIP_LEVEL, wbits=_GZIP_HEADER)
    with path.open("wb") as file:
        for piece in pieces:
            file.write(compressor.compress(piece))
        file.write(compressor.flush())
        return file.tell()


def write_parquet(path: Path, table: pa.Table) -> int:
    """Write a table to one Parquet file; returns its size in bytes."""
    # Without the Arrow schema the texts are read as texts everywhere, not as dictionaries.
    pq.write_table(table, path, compression="zstd", store_schema=False)
    return path.stat().st_size


def _thousandths(milliseconds: np.ndarray) -> pa.Array:
    """Non-negative milliseconds to exact seconds, decimal(12, 3): its 128 bits hold the same."""
    words = np.zeros((len(milliseconds), 2), np.int64)
    words[:, 0] = milliseconds
    decimal = pa.decimal128(12, 3)
    return pa.Array.from_buffers(decimal, len(words), [None, pa.py_buffer(words)])
