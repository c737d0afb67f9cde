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

from .events import HOUR_MS, SECOND_MS, join
from .rows import LINES_A_CHUNK, Identifiers, RowWriter
from .text import fixed_width, thousandths, timestamps

WRITER_THREADS = 2
_WAITING_WRITES = 4  # bounds the memory where viewers are simulated faster than files are written
_ROWS_A_WRITE = LINES_A_CHUNK  # small hours are written together: each is too little by itself
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
        self._closed: list[np.ndarray] = []  # of the hours in which nothing arrives any more
        self._pool = ThreadPoolExecutor(WRITER_THREADS)
        self._writes: deque[Future[int]] = deque()

    def __enter__(self) -> "Lake":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def land(self, hour_ms: int, arriving: np.ndarray) -> None:
        """Take events (EVENT), and have the file of the hour that begins at `hour_ms` written.

        Nothing may arrive in that hour, or before it, any more.
        """
        hours = arriving["arrival_ms"] // HOUR_MS
        order = np.argsort(hours, kind="stable")
        distinct, begins = np.unique(hours[order], return_index=True)
        for hour, rows in zip(distinct.tolist(), np.split(order, begins[1:]), strict=False):
            self._waiting.setdefault(hour * HOUR_MS, []).append(arriving.take(rows))
        self._close_hour(hour_ms)

    def land_the_rest(self) -> None:
        """Write what has not arrived yet, hour by hour, and wait until every file is there."""
        for hour_ms in sorted(self._waiting):
            self._close_hour(hour_ms)
        self._write_closed()
        self._wait(0)

    def _close_hour(self, hour_ms: int) -> None:
        batches = self._waiting.pop(hour_ms, [])
        if batches:
            self._closed += batches
            self.rows += sum(map(len, batches))
            self.files += 1
        if sum(map(len, self._closed)) >= _ROWS_A_WRITE:
            self._write_closed()

    def _write_closed(self) -> None:
        if self._closed:
            self._writes.append(self._pool.submit(self._write, self._closed))
            self._closed = []
        self._wait(_WAITING_WRITES)

    def _wait(self, writes_left: int) -> None:
        while len(self._writes) > writes_left:
            self.bytes += self._writes.popleft().result()

    def _write(self, batches: list[np.ndarray]) -> int:
        """Write whole hours, a file each; returns their size in bytes."""
        events = join(batches)
        events = events.take(np.argsort(events["arrival_ms"], kind="stable"))
        hours, begins = np.unique(events["arrival_ms"] // HOUR_MS, return_index=True)
        folders = map(self._make_folder, hours.tolist())
        if self._format == "parquet":
            tables = map(self._writer.table, np.split(events, begins[1:]))
            return sum(map(write_parquet, folders, tables))
        return sum(map(write_ndjson, folders, self._writer.lines(events, begins)))

    def _make_folder(self, epoch_hour: int) -> Path:
        hour = datetime.fromtimestamp(epoch_hour * HOUR_MS // SECOND_MS, UTC)
        folder = self._folder / hour.strftime("year=%Y/month=%m/day=%d/hour=%H")
        folder.mkdir(parents=True)
        return folder


class TruthWriter:
    """Writes the pieces that were really watched, one row each, to one gzip CSV file.

    CSV, so that a reader of the lake's JSON or Parquet below the same folder passes it by.
    """

    # What to read them as. Times are written as texts: Arrow formats them five times more slowly.
    SCHEMA = pa.schema(
        {
            "customer_id": pa.string(),
            "session_id": pa.string(),
            "title_id": pa.string(),
            "start_seconds": pa.decimal128(13, 3),
            "end_seconds": pa.decimal128(13, 3),
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
            thousandths(pieces["start_ms"]),
            thousandths(pieces["end_ms"]),
            fixed_width(timestamps(pieces["started_ms"])),
            fixed_width(timestamps(pieces["ended_ms"])),
        ]
        text = pa.BufferOutputStream()
        options = csv.WriteOptions(include_header=not self._has_header, quoting_style="none")
        csv.write_csv(pa.table(columns, names=self.SCHEMA.names), text, options)
        self._has_header = True
        self._file.write(self._compressor.compress(text.getvalue()))


def write_ndjson(folder: Path, pieces: Iterable[memoryview]) -> int:
    """Write pieces of text to one gzip file in `folder`; returns its size in bytes."""
    compressor = isal_zlib.compressobj(GZIP_LEVEL, wbits=_GZIP_HEADER)
    with (folder / "part-00000.json.gz").open("wb") as file:
        for piece in pieces:
            file.write(compressor.compress(piece))
        file.write(compressor.flush())
        return file.tell()


def write_parquet(folder: Path, table: pa.Table) -> int:
    """Write a table to one Parquet file in `folder`; returns its size in bytes."""
    path = folder / "part-00000.parquet"
    # Without the Arrow schema the texts are read as texts everywhere, not as dictionaries.
    pq.write_table(table, path, compression="zstd", store_schema=False)
    return path.stat().st_size
