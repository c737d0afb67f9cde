"""The same events as other players send them: each dialect is read back by the preset of its name.

A dialect is a line with a marker for each value. What lies between two values of an event is put
together once a view; so a line costs about what a plain one does.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from . import UserError
from .events import EVENT_TYPES, SECOND_MS, SEEK, UNKNOWN_TYPES
from .players import PlayerOptions
from .rows import RowWriter, distinct_views
from .text import fixed_width, table_of, thousandths, timestamps

_MARKER = re.compile(r"<(\w+)>")
_WHOLE_TABLE = 1 << 30


@dataclass(frozen=True)
class Dialect:
    """How a source says an event."""

    line: str
    """JSON with `<name>` for a value: a field of `VideoTelemetry`, a key of `by_type`, or one of
    time, sql_time, epoch_ms, position, position_ms, old_time, rate, bandwidth_kbps"""
    by_type: Mapping[str, Mapping[str, str]]
    """texts by type of event, `*` for the others. What `name` lacks, the source cannot say"""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """for a field's values, the source's own"""
    cannot_tell: tuple[str, ...] = ()
    """columns that the plain rows have, and the preset cannot read back"""
    read_back_as: Mapping[str, str] = field(default_factory=dict)
    """types that are read back as another one"""
    tells_besides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """what it says that plain rows do not, as rules of `telemetry_columns` for these"""
    viewer: str = "customer_id"
    """what the preset takes for the viewer"""
    has_rates: bool = False


COUNTERS = (
    "watch_duration_seconds", "buffering_events", "buffering_duration_seconds", "error_count",
)  # fmt: skip
DEVICE = ("device_type", "device_id", "device_os", "app_version", "quality")
PLACE = ("country", "state", "city", "isp", "connection_type")

DIALECTS = {
    "open_edx": Dialect(
        line=(
            '{"username":"<customer_id>","event_type":"<name>","event_source":"browser",'
            '"session":"<session_id>","context":{"user_id":"<customer_id>","org_id":"Playhead",'
            '"course_id":"course-v1:Playhead+P1+R1","path":"/event"},"time":"<time>",'
            r'"event":"{\"id\": \"<title_id>\", <old_time>\"<position_name>\": <position>, '
            r'\"code\": \"html5\"}"}'
        ),
        by_type={
            "name": {
                "start": "play_video", "resume": "play_video", "pause": "pause_video",
                "stop": "stop_video", "complete": "complete_video", "seek": "seek_video",
            },
            "position_name": {"*": "currentTime", "seek": "new_time"},
        },
        cannot_tell=(
            "event_id", "completion_percentage", "bandwidth_mbps", *COUNTERS, *DEVICE, *PLACE,
        ),
        read_back_as={"resume": "start"},
    ),
    "snowplow_media": Dialect(
        line=(
            '{"event_id":"<event_id>","event_name":"<name>","app_id":"playhead",'
            '"domain_userid":"<customer_id>","derived_tstamp":"<sql_time>","geo_country":"<country>",'
            '"geo_region_name":"<state>","geo_city":"<city>","ip_isp":"<isp>",'
            '"os_family":"<device_os>","contexts_nl_basjes_yauaa_context_1_0_0":'
            '[{"deviceClass":"<device_type>"}],'
            '"contexts_com_snowplowanalytics_snowplow_media_player_2_0_0":[{"currentTime":<position>,'
            '"paused":<paused>,"playbackRate":<rate>,"label":"<title_id>","quality":"<quality>"}],'
            '"contexts_com_snowplowanalytics_snowplow_media_session_1_0_0":'
            '[{"mediaSessionId":"<session_id>"}]}'
        ),
        by_type={
            "name": {
                "start": "play_event", "resume": "play_event", "pause": "pause_event",
                "stop": "pause_event", "complete": "end_event", "heartbeat": "ping_event",
                "seek": "seek_end_event", "buffer_start": "buffer_start_event",
                "buffer_end": "buffer_end_event", "ad_start": "ad_break_start_event",
                "ad_end": "ad_break_end_event",
            },
            "paused": {"*": "false", "pause": "true", "stop": "true", "complete": "true"},
        },
        values={
            "device_type": {"mobile": "Phone", "tablet": "Tablet", "web": "Desktop", "tv": "TV"}
        },
        cannot_tell=(
            "completion_percentage", "bandwidth_mbps", *COUNTERS, "device_id", "app_version",
            "connection_type", "seek_from_seconds",
        ),
        read_back_as={"resume": "start", "stop": "pause"},
        tells_besides={"is_playing": {"constant": True, "only_for": ["heartbeat"]}},
        has_rates=True,
    ),
    "segment_video": Dialect(
        line=(
            '{"type":"track","messageId":"<event_id>","userId":"<customer_id>","event":"<name>",'
            '"timestamp":"<time>","properties":{"session_id":"<session_id>",'
            '"asset_id":"<title_id>","position":<position>,"quality":"<quality>"},'
            '"context":{"device":{"id":"<device_id>","type":"<device_type>"},'
            '"os":{"name":"<device_os>"},"app":{"version":"<app_version>"},'
            '"location":{"country":"<country>","region":"<state>","city":"<city>"}}}'
        ),
        by_type={
            "name": {
                "start": "Video Content Started", "resume": "Video Playback Resumed",
                "pause": "Video Playback Paused", "stop": "Video Playback Exited",
                "complete": "Video Content Completed", "heartbeat": "Video Content Playing",
                "seek": "Video Playback Seek Completed",
                "buffer_start": "Video Playback Buffer Started",
                "buffer_end": "Video Playback Buffer Completed",
            }
        },
        values={"device_type": {"mobile": "android", "tablet": "ipados", "tv": "tvos"}},
        cannot_tell=(
            "completion_percentage", "bandwidth_mbps", *COUNTERS, "isp", "connection_type",
            "seek_from_seconds",
        ),
    ),
    "cmcd_v2": Dialect(
        line=(
            '{"v":2,"sid":"<session_id>","cid":"<title_id>","e":"<kind>","sta":"<name>",'
            '"pt":<position_ms>,"ts":<epoch_ms>,"pr":<rate>,"mtp":[<bandwidth_kbps>]}'
        ),
        by_type={
            "kind": {"*": "ps", "heartbeat": "t", "ad_start": "abs", "ad_end": "abe"},
            "name": {
                "start": "p", "resume": "p", "pause": "a", "stop": "q", "complete": "e",
                "heartbeat": "p", "buffer_start": "r", "buffer_end": "p", "ad_start": "p",
                "ad_end": "p",
            },
        },
        cannot_tell=("event_id", "completion_percentage", *COUNTERS, *DEVICE, *PLACE),
        read_back_as={"resume": "start", "buffer_end": "start"},
        viewer="session_id",
        has_rates=True,
    ),
}  # fmt: skip


def dialect_named(name: str, player: PlayerOptions) -> Dialect:
    """The dialect of that name; raises UserError where there is none, or it lacks words."""
    if name not in DIALECTS:
        raise UserError(f"--dialect is {name!r}: give one of {', '.join(DIALECTS)}")
    dialect = DIALECTS[name]
    needed = {
        "heartbeats": ("heartbeat", player.heartbeat_seconds > 0),
        "seeks": ("seek", player.seeks != "none"),
        "buffers": ("buffer_start", player.buffers),
        "ads": ("ad_start", player.ads),
    }
    missing = [
        option
        for option, (event_type, is_asked) in needed.items()
        if is_asked and event_type not in dialect.by_type["name"]
    ]
    if player.reports_rate and not dialect.has_rates:
        missing.append("rates")
    if missing:
        raise UserError(f"--dialect {name} has no words for --{missing[0]}: leave it out")
    return dialect


class DialectWriter(RowWriter):
    """Turns events into rows as another source sends them."""

    def __init__(self, dialect: Dialect, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._dialect = dialect
        self._tables = {
            marker: table_of(
                texts.get(name, texts.get("*", name)) for name in EVENT_TYPES + UNKNOWN_TYPES
            )
            for marker, texts in dialect.by_type.items()
        }
        self._pieces = _pieces(dialect.line + "\n", self._tables)

    def table(self, events: np.ndarray) -> pa.Table:
        """Events (EVENT) as a table with structs and lists; where a line would be cut, all null."""
        view_row, views = distinct_views(events)
        row = pa.array(view_row)
        common = [each.take(row) for each in self._common(self._view_texts(views))]
        lines = b"".join(self._join(events, common).cast(pa.binary()).to_pylist())
        options = json.ReadOptions(use_threads=False, block_size=_WHOLE_TABLE)
        table = json.read_json(io.BytesIO(lines), options)
        return table.take(pa.array(np.arange(len(events)), mask=events["cut"] > 0))

    def _common(self, texts: Mapping[str, pa.Array]) -> list[pa.Array]:
        values = {name: self._own(name, array) for name, array in texts.items()}
        return [
            pc.binary_join_element_wise(*(values.get(part, part) for part in piece), "")
            for piece in self._pieces
            if isinstance(piece, tuple)
        ]

    def _own(self, name: str, array: pa.Array) -> pa.Array:
        """A field's values as the dialect has them."""
        for value, own in self._dialect.values.get(name, {}).items():
            array = pc.if_else(pc.equal(array, value), own, array)
        return array

    def _join(self, events: np.ndarray, common: Sequence[pa.Array]) -> pa.Array:
        shared = iter(common)
        parts: list[pa.Array | str] = []
        for piece in self._pieces:
            if isinstance(piece, tuple):
                parts.append(next(shared))
            else:
                marker = _MARKER.fullmatch(piece)
                parts.append(self._value(marker[1], events) if marker else piece)
        return pc.binary_join_element_wise(*parts, "")

    def _value(self, marker: str, events: np.ndarray) -> pa.Array:
        """A value of each event, as text."""
        match marker:
            case "event_id":
                return self._ids.events(events)
            case "time":
                return fixed_width(timestamps(events["event_ms"]))
            case "sql_time":
                times = timestamps(events["event_ms"])
                times[:, 10] = ord(" ")
                return fixed_width(np.ascontiguousarray(times[:, :-1]))
            case "epoch_ms":
                return _digits(events["event_ms"])
            case "position" | "position_ms":
                return self._position_text(events, marker)
            case "old_time":
                return self._old_time(events)
            case "rate":
                return self._rate(events)
            case "bandwidth_kbps":
                return _digits(events["bandwidth_tenths"].astype(np.int64) * 100)
        return self._tables[marker].take(pa.array(events["kind"]))

    def _position_text(self, events: np.ndarray, marker: str) -> pa.Array:
        position_ms = events["position_ms"]
        position_ms = np.where(events["negative"], -position_ms - SECOND_MS, position_ms)
        numbers = position_ms if marker == "position_ms" else thousandths(position_ms)
        has_position, _ = self._positions_known(events)
        return pc.if_else(pa.array(has_position), _digits(numbers), "null")

    def _rate(self, events: np.ndarray) -> pa.Array:
        """A player that tells its rate tells it always; one that changes it silently never."""
        if self._player.reports_rate:
            return _digits(events["rate_percent"] / 100)
        told = "1" if self._player.rates == "none" else "null"
        return pa.array([told]).take(pa.array(np.zeros(len(events), np.int8)))

    def _old_time(self, events: np.ndarray) -> pa.Array:
        """Where a seek left, within JSON in text; nothing of other events."""
        if not self._player.reports_seek_from:
            return pa.array([""]).take(pa.array(np.zeros(len(events), np.int8)))
        left = _digits(thousandths(events["seek_from_ms"]))
        told = pc.binary_join_element_wise(r"\"old_time\": ", left, ", ", "")
        return pc.if_else(pa.array(events["kind"] == SEEK), told, "")


def _pieces(line: str, tables: Mapping[str, pa.Array]) -> list[str | tuple[str, ...]]:
    """A line taken apart: markers of an event's values, texts, and what a view's rows share, as
    texts and names of fields."""
    of_events = {
        "event_id", "time", "sql_time", "epoch_ms", "position", "position_ms", "old_time", "rate",
        "bandwidth_kbps", *tables,
    }  # fmt: skip
    pieces: list[str | tuple[str, ...]] = []
    for place, piece in enumerate(re.split(rf"(<(?:{'|'.join(of_events)})>)", line)):
        of_view = _MARKER.split(piece)
        pieces.append(tuple(of_view) if not place % 2 and len(of_view) > 1 else piece)
    return pieces


def _digits(numbers: np.ndarray | pa.Array) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())
