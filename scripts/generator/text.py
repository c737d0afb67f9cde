"""Makes many strings at once: identifiers, times and addresses, as matrices of bytes."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .events import DAY_MS, SECOND_MS

_HEX_OF_16_BITS = np.frombuffer("".join(f"{i:04x}" for i in range(1 << 16)).encode(), np.uint32)
_TIMES_OF_DAY = np.frombuffer(
    "".join(
        f"{i // 3600:02d}:{i // 60 % 60:02d}:{i % 60:02d}" for i in range(DAY_MS // SECOND_MS)
    ).encode(),
    np.uint64,
)
_MILLISECONDS = np.frombuffer("".join(f".{i:03d}" for i in range(SECOND_MS)).encode(), np.uint32)


def mix(numbers: np.ndarray) -> np.ndarray:
    """Scatter 64-bit numbers, one to one: the output function of splitmix64 (Steele et al., 2014).

    Takes and gives uint64, of any shape.
    """
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def hex_digits(words: np.ndarray) -> np.ndarray:
    """uint64 words, (n,) or (n, k), to their hexadecimal digits, (n, 16 k) bytes."""
    count = len(words)
    return _bytes_of(_HEX_OF_16_BITS[words.view(np.uint16).reshape(count, -1)], count)


def uuids(words: np.ndarray) -> np.ndarray:
    """Pairs of uint64 words, (n, 2), to UUIDs of version 4, (n, 36) bytes."""
    digits = hex_digits(words)
    ids = np.full((len(words), 36), ord("-"), np.uint8)
    for at, (begin, end) in zip(
        (0, 9, 14, 19, 24), ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)), strict=True
    ):
        ids[:, at : at + end - begin] = digits[:, begin:end]
    ids[:, 14], ids[:, 19] = ord("4"), ord("8")
    return ids


def timestamps(epoch_ms: np.ndarray) -> np.ndarray:
    """Epoch milliseconds to ISO 8601 such as 2025-03-03T18:22:31.123Z, (n, 24) bytes."""
    count = len(epoch_ms)
    day, of_day_ms = np.divmod(epoch_ms, DAY_MS)
    second, millisecond = np.divmod(of_day_ms, SECOND_MS)
    first_day = day.min()
    days = np.arange(first_day, day.max() + 1).astype("datetime64[D]")
    dates = np.datetime_as_string(days).astype("S10")
    out = np.empty((count, 24), np.uint8)
    out[:, :10] = _bytes_of(dates[day - first_day], count)
    out[:, 10] = ord("T")
    out[:, 11:19] = _bytes_of(_TIMES_OF_DAY[second], count)
    out[:, 19:23] = _bytes_of(_MILLISECONDS[millisecond], count)
    out[:, 23] = ord("Z")
    return out


def ip_addresses(words: np.ndarray) -> pa.Array:
    """uint64 words to addresses in 100.64.0.0/10, which providers share: they are nobody's."""
    octets = words.view(np.uint8).reshape(-1, 8)[:, :3].copy()
    octets[:, 0] = 64 + octets[:, 0] % 64
    names = table_of(map(str, range(256)))
    parts = [names.take(pa.array(column)) for column in octets.T]
    return pc.binary_join_element_wise("100", *parts, ".")


def fixed_width(matrix: np.ndarray, before: str = "", after: str = "") -> pa.Array:
    """Rows of ASCII bytes, (n, width), to n strings, each between two constant texts."""
    count, width = matrix.shape
    template = before.encode() + bytes(width) + after.encode()
    rows = np.empty((count, len(template)), np.uint8)
    rows[:] = np.frombuffer(template, np.uint8)
    rows[:, len(before) : len(before) + width] = matrix
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(len(template))
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(rows))


def thousandths(milliseconds: np.ndarray) -> pa.Array:
    """Milliseconds to exact seconds, decimal(13, 3): its 128 bits hold the same number."""
    words = np.empty((len(milliseconds), 2), np.int64)
    words[:, 0] = milliseconds
    words[:, 1] = words[:, 0] >> 63
    decimal = pa.decimal128(13, 3)
    return pa.Array.from_buffers(decimal, len(words), [None, pa.py_buffer(words)])


def table_of(texts: Iterable[str], after: str = "") -> pa.Array:
    """A table to take strings from, each followed by a constant text."""
    return pa.array([f"{words}{after}" for words in texts], pa.string())


def _bytes_of(values: np.ndarray, count: int) -> np.ndarray:
    return values.view(np.uint8).reshape(count, -1)
