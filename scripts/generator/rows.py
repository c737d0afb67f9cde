"""Turns events into the 24 fields of `VideoTelemetry`, and those that some players have besides.

A line is joined from few and long pieces: what a view has in common is put together once a file,
numbers come from tables, and what has a fixed width is written into a matrix of bytes.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import population as people
from .catalogue import NO_POSITIONS, SINCE_BEGIN, Catalogue
from .events import EVENT_TYPES, SECOND_MS, SEEK, UNKNOWN_TYPES
from .players import PlayerOptions
from .population import Population
from .text import (
    fixed_width,
    hex_digits,
    ip_addresses,
    mix,
    table_of,
    thousandths,
    timestamps,
    uuids,
)

REFERENCE_CUSTOMER = "reference-viewer"
REFERENCE_SESSION = "reference-session"
REFERENCE_SESSION_NUMBER = 0

FIELDS = (
    "event_id", "customer_id", "title_id", "session_id", "event_type", "event_timestamp",
    "watch_duration_seconds", "position_seconds", "completion_percentage", "device_type",
    "device_id", "device_os", "app_version", "quality", "bandwidth_mbps", "buffering_events",
    "buffering_duration_seconds", "error_count", "ip_address", "country", "state", "city", "isp",
    "connection_type",
)  # fmt: skip
IDENTITY_FIELDS = ("customer_id", "title_id", "session_id")
DEVICE_FIELDS = ("device_type", "device_id", "device_os", "app_version", "quality")
GEOGRAPHY_FIELDS = ("ip_address", "country", "state", "city", "isp", "connection_type")
STALL_COUNTERS = ("buffering_events", "buffering_duration_seconds")

# Some ten megabytes of text: they stay near the processor from joining to compressing.
LINES_A_CHUNK = 16_384
_CUT_STEPS = 1 << 16


def fields_of(player: PlayerOptions) -> tuple[str, ...]:
    """The fields of the rows that such players send, in their order."""
    fields = [name for name in FIELDS if not (player.buffers and name in STALL_COUNTERS)]
    more = fields.index("error_count") + 1
    if player.reports_rate:
        fields.insert(more, "playback_rate")
    if player.reports_seek_from:
        fields.insert(more, "seek_from_seconds")
    return tuple(fields)


class Identifiers:
    """Turns rows and numbers of the simulation into the identifiers of one lake.

    Lakes of another seed or prefix share none, but for the reference viewer's.
    """

    def __init__(
        self, catalogue: Catalogue, population: Population, seed: int, customer_prefix: str
    ) -> None:
        keys = np.random.SeedSequence([seed, *customer_prefix.encode()]).generate_state(4, "u8")
        self._event_keys, self._session_key, self._device_key = keys[:2], keys[2], keys[3]
        numbers = pc.cast(pa.array(np.arange(population.reference)), pa.string())
        names = pc.binary_join_element_wise(customer_prefix, pc.utf8_lpad(numbers, 7, "0"), "")
        self._customers = pa.concat_arrays([names, pa.array([REFERENCE_CUSTOMER])])
        self._titles = pa.array(catalogue.title_ids)

    def customers(self, rows: np.ndarray) -> pa.Array:
        """Rows of the population to `customer_id`s."""
        return self._customers.take(pa.array(rows))

    def titles(self, rows: np.ndarray) -> pa.Array:
        """Rows of the catalogue to `title_id`s."""
        return self._titles.take(pa.array(rows))

    def sessions(self, numbers: np.ndarray) -> pa.Array:
        """Numbers of sessions to `session_id`s, such as s0123456789abcdef."""
        digits = hex_digits(mix(numbers.astype(np.uint64) + self._session_key))
        is_reference = pa.array(numbers == REFERENCE_SESSION_NUMBER)
        return pc.if_else(is_reference, REFERENCE_SESSION, fixed_width(digits, "s"))

    def device_words(self, customers: np.ndarray, devices: np.ndarray) -> np.ndarray:
        """A scattered uint64 for each device of each customer."""
        numbers = customers.astype(np.uint64) * np.uint64(people.DEVICES_EACH)
        return mix(numbers + devices.astype(np.uint64) + self._device_key)

    def events(self, events: np.ndarray, before: str = "", after: str = "") -> pa.Array:
        """The `event_id`s of events (EVENT), each between two constant texts.

        The reference viewer's ordinals are negative, and the same in every lake.
        """
        ordinals, numbers = events["ordinal"], events["number"]
        words = mix(ordinals.astype(np.uint64)[:, None] + self._event_keys)
        fixed = np.flatnonzero(ordinals < 0)
        words[fixed, 0], words[fixed, 1] = 0, -ordinals[fixed]
        ids = fixed_width(uuids(words), before, after)
        if not numbers.any():
            return ids
        counted = pc.binary_join_element_wise(before, _digits(numbers), after, "")
        return pc.if_else(pa.array(numbers > 0), counted, ids)


class RowWriter:
    """Turns events into the fields of their rows, as lines or as a table.

    Nothing changes in it after it is made, so several threads may share it.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        population: Population,
        ids: Identifiers,
        player: PlayerOptions,
    ) -> None:
        self._catalogue = catalogue
        self._has_live = bool(catalogue.is_live.any())
        self._player = player
        self._fields = fields_of(player)
        self._population = population
        self._ids = ids
        self._types = pa.array(EVENT_TYPES + UNKNOWN_TYPES)
        self._lowest_second = -int(catalogue.duration_ms.max()) // SECOND_MS - 1
        fractions = [f".{i:03d}" for i in range(SECOND_MS)]
        self._type_fields = table_of(
            (f'"event_type":"{name}"' for name in EVENT_TYPES + UNKNOWN_TYPES), ","
        )
        self._seconds = table_of(map(str, range(self._lowest_second, -self._lowest_second)))
        self._position_fractions = table_of(fractions, ',"completion_percentage":')
        self._percentages = table_of((f"{i // 100}.{i % 100:02d}" for i in range(10_001)), ",")
        bandwidths = (f"{i // 10}.{i % 10}" for i in range(people.MAX_BANDWIDTH_TENTHS + 1))
        counts = ',"error_count":' if player.buffers else ',"buffering_events":'
        self._bandwidths = table_of(bandwidths, counts)
        self._buffering_fractions = table_of(fractions, ',"error_count":')

    def table(self, events: np.ndarray) -> pa.Table:
        """Events (EVENT) as a table of natural types; where a line would be cut, all is null."""
        view_row, views = distinct_views(events)
        position_ms = events["position_ms"]
        position_ms = np.where(events["negative"], -position_ms - SECOND_MS, position_ms)
        has_position, has_share = self._positions_known(events)
        arrays = {
            "event_id": self._ids.events(events),
            "event_type": self._types.take(pa.array(events["kind"])),
            "event_timestamp": pa.array(events["event_ms"]).cast(pa.timestamp("ms", "UTC")),
            "watch_duration_seconds": pa.array(events["watch_ms"] // SECOND_MS),
            "position_seconds": pa.array(position_ms / SECOND_MS, mask=~has_position),
            "completion_percentage": pa.array(
                self._completion_hundredths(events) / 100, mask=~has_share
            ),
            "bandwidth_mbps": pa.array(events["bandwidth_tenths"] / 10),
            "buffering_events": pa.array(events["buffering_events"].astype(np.int32)),
            "buffering_duration_seconds": pa.array(events["buffering_ms"] / SECOND_MS),
            "error_count": pa.array(events["errors"].astype(np.int32)),
            "seek_from_seconds": pa.array(
                events["seek_from_ms"] / SECOND_MS, mask=events["kind"] != SEEK
            ),
            "playback_rate": pa.array(events["rate_percent"] / 100),
        }
        for name, texts in self._view_texts(views).items():
            # Encoded first: Parquet pages of a dictionary with repeats hold stray bytes.
            arrays[name] = texts.dictionary_encode().take(pa.array(view_row))
        cut = events["cut"] > 0
        if cut.any():
            rows = pa.array(np.arange(len(events)), mask=cut)
            arrays = {name: array.take(rows) for name, array in arrays.items()}
        return pa.table({name: arrays[name] for name in self._fields})

    def lines(self, events: np.ndarray, begins: np.ndarray) -> Iterator[Iterator[memoryview]]:
        """Events (EVENT) as NDJSON, a file from each of `begins` on: the bytes of its lines."""
        view_row, views = distinct_views(events)
        common = self._common(self._view_texts(views))

        def pieces(first: int, end: int) -> Iterator[memoryview]:
            for begin in range(first, end, LINES_A_CHUNK):
                rows = slice(begin, min(begin + LINES_A_CHUNK, end))
                row = pa.array(view_row[rows])
                lines = self._join(events[rows], [each.take(row) for each in common])
                yield from _cut_lines(lines, events["cut"][rows])

        return map(pieces, begins, [*begins[1:], len(events)])

    def _common(self, texts: Mapping[str, pa.Array]) -> list[pa.Array]:
        """The pieces of a line that the events of a view share."""
        return [
            _fields_text(texts, IDENTITY_FIELDS, ","),
            _fields_text(texts, DEVICE_FIELDS, ',"bandwidth_mbps":'),
            _fields_text(texts, GEOGRAPHY_FIELDS, "}\n"),
        ]

    def _join(self, events: np.ndarray, common: Sequence[pa.Array]) -> pa.Array:
        identity, device, geography = common
        times = timestamps(events["event_ms"])
        return pc.binary_join_element_wise(
            self._ids.events(events, '{"event_id":"', '",'),
            identity,
            self._type_fields.take(pa.array(events["kind"])),
            fixed_width(times, '"event_timestamp":"', '","watch_duration_seconds":'),
            _digits(events["watch_ms"] // SECOND_MS),
            ',"position_seconds":',
            *(self._live_position if self._has_live else self._position)(events),
            device,
            self._bandwidths.take(pa.array(events["bandwidth_tenths"])),
            *([] if self._player.buffers else self._stall_counters(events)),
            _digits(events["errors"]),
            ",",
            *self._more_fields(events),
            geography,
            "",
        )

    def _position(self, events: np.ndarray) -> list[pa.Array]:
        """The position, and how much of the title this is, each with the comma after it."""
        second, fraction = np.divmod(events["position_ms"], SECOND_MS)
        second = np.where(events["negative"], -second - 1, second)
        return [
            self._seconds.take(pa.array(second - self._lowest_second)),
            self._position_fractions.take(pa.array(fraction)),
            self._percentages.take(pa.array(self._completion_hundredths(events))),
        ]

    def _live_position(self, events: np.ndarray) -> list[pa.Array | str]:
        """The same, where some titles are live: their positions have no bound, or are null."""
        position_ms = events["position_ms"]
        position_ms = np.where(events["negative"], -position_ms - SECOND_MS, position_ms)
        has_position, has_share = self._positions_known(events)
        hundredths = np.where(has_share, self._completion_hundredths(events), 0)
        return [
            pc.if_else(pa.array(has_position), _digits(thousandths(position_ms)), "null"),
            ',"completion_percentage":',
            pc.if_else(pa.array(has_share), self._percentages.take(pa.array(hundredths)), "null,"),
        ]

    def _stall_counters(self, events: np.ndarray) -> list[pa.Array | str]:
        second, fraction = np.divmod(events["buffering_ms"], SECOND_MS)
        return [
            _digits(events["buffering_events"]),
            ',"buffering_duration_seconds":',
            _digits(second),
            self._buffering_fractions.take(pa.array(fraction)),
        ]

    def _more_fields(self, events: np.ndarray) -> Iterator[pa.Array | str]:
        """What `VideoTelemetry` does not have."""
        if self._player.reports_seek_from:
            is_seek = pa.array(events["kind"] == SEEK)
            yield '"seek_from_seconds":'
            yield pc.if_else(is_seek, _digits(thousandths(events["seek_from_ms"])), "null")
            yield ","
        if self._player.reports_rate:
            yield '"playback_rate":'
            yield _digits(events["rate_percent"] / 100)
            yield ","

    def _positions_known(self, events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether an event has a position, and whether this is a share of a known duration."""
        timeline = self._catalogue.timeline[events["title"]]
        return timeline != NO_POSITIONS, timeline == SINCE_BEGIN

    def _completion_hundredths(self, events: np.ndarray) -> np.ndarray:
        duration_ms = self._catalogue.duration_ms[events["title"]]
        return (events["position_ms"] * np.int64(10_000) + duration_ms // 2) // duration_ms

    def _view_texts(self, views: np.ndarray) -> dict[str, pa.Array]:
        """What the events of a view have in common, by field; takes one event a view."""
        population = self._population
        customer, device, connection = views["customer"], views["device"], views["connection"]
        device_type = population.device_type[customer, device]
        words = self._ids.device_words(customer, device)
        countries, states, cities = zip(*people.PLACES, strict=True)
        place = population.place[customer]
        return {
            "customer_id": self._ids.customers(customer),
            "title_id": self._ids.titles(views["title"]),
            "session_id": self._ids.sessions(views["session"]),
            "device_type": _take(people.DEVICE_TYPES, device_type),
            "device_id": fixed_width(hex_digits(words)[:, :12], "d"),
            "device_os": _take(people.SYSTEMS, population.device_system[customer, device]),
            "app_version": _take(people.APP_VERSIONS, views["app_version"]),
            "quality": _take(people.QUALITIES, views["quality"]),
            "ip_address": ip_addresses(mix(words + connection.astype(np.uint64))),
            "country": _take(countries, place),
            "state": _take(states, place),
            "city": _take(cities, place),
            "isp": _take(people.PROVIDER_NAMES, population.provider(customer, connection)),
            "connection_type": _take(people.CONNECTIONS, connection),
        }


def distinct_views(events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each event the number of its session × title, and one event of each of these."""
    key = events["session"] * np.int64(1 << 16) + events["title"]
    view_row = pa.array(key).dictionary_encode().indices.to_numpy()
    first = np.empty(view_row.max() + 1, np.int64)
    first[view_row[::-1]] = np.arange(len(events))[::-1]
    return view_row, events.take(first)


def _fields_text(texts: Mapping[str, pa.Array], names: Sequence[str], after: str) -> pa.Array:
    """Some fields as JSON, without braces: one string a row, followed by a constant text."""
    parts: list[pa.Array | str] = []
    for name in names:
        parts += [f'{"," if parts else ""}"{name}":"', texts[name], '"']
    return pc.binary_join_element_wise(*parts, after, "")


def _cut_lines(lines: pa.Array, cut: np.ndarray) -> Iterator[memoryview]:
    """The bytes of consecutive lines, those with a `cut` shortened."""
    _, offset_bytes, data = lines.buffers()
    offsets = np.frombuffer(offset_bytes, np.int32)
    text, whole_until = memoryview(data), 0
    for row in np.flatnonzero(cut):
        # At least one byte remains, and the closing brace never does.
        spare = int(offsets[row + 1] - offsets[row]) - len("{}\n")
        yield text[whole_until : offsets[row] + 1 + spare * int(cut[row]) // _CUT_STEPS]
        yield memoryview(b"\n")
        whole_until = offsets[row + 1]
    yield text[whole_until : offsets[len(lines)]]


def _take(values: Sequence[str], rows: np.ndarray) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(rows))


def _digits(numbers: np.ndarray | pa.Array) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())
