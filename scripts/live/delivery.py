"""From the topic into the lake: a stand-in for what Amazon Data Firehose does there.

It keeps Firehose's habits that a reader of the lake meets: buffering by size and by time, whichever
is reached first; gzip NDJSON; the arrival hour of an object's oldest record as its folder;
Firehose's object names; an error prefix; delivery at least once. It does nothing else of it: no
transformation, no conversion, no dynamic partitioning, and one process reads all partitions.
"""

import gzip
import json
import threading
import time
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage
from generator import UserError

from .stores import Store

STREAM_NAME, STREAM_VERSION = "playhead", 1
PREFIX, ERROR_PREFIX = "telemetry/", "errors/processing-failed/"
MEBIBYTE = 1 << 20
# Firehose takes records from a topic up to this size.
LONGEST_RECORD = 10 * MEBIBYTE
RETRY_SECONDS = 1.0
CONSUMER_SETTINGS = {
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    # How long the partitions of one that died are nobody's.
    "session.timeout.ms": 10_000,
    "log_level": 2,
}


@dataclass(frozen=True)
class Buffering:
    """How much is kept back before an object is written, before compression, and for how long."""

    mebibytes: float = 5.0
    seconds: float = 300.0

    def __post_init__(self) -> None:
        if not 0 < self.mebibytes <= 128:
            raise UserError(f"--buffer-mib is {self.mebibytes:g}: Firehose takes 1 to 128")
        if not 0 <= self.seconds <= 900:
            raise UserError(f"--buffer-seconds is {self.seconds:g}: Firehose takes 0 to 900")


@dataclass
class Buffer:
    """Records that are read and not yet in the lake, and how far they reach."""

    lines: list[bytes] = field(default_factory=list)
    failed: list[bytes] = field(default_factory=list)
    byte_count: int = 0
    oldest_ms: int | None = None
    began: float = 0.0
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)

    def take(self, message: KafkaMessage) -> None:
        """Add a record; what can be no line of the lake is kept for the error prefix."""
        value, arrival_ms = message.value(), message.timestamp()[1]
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        assert topic is not None and partition is not None and offset is not None, "it is consumed"
        if not self.offsets:
            self.began = time.monotonic()
        self.offsets[topic, partition] = offset + 1
        self.oldest_ms = arrival_ms if self.oldest_ms is None else min(self.oldest_ms, arrival_ms)
        if value is None:
            self.failed.append(_error(b"", arrival_ms, "the record has no value"))
        elif len(value) > LONGEST_RECORD:
            self.failed.append(_error(value, arrival_ms, "the record is longer than 10 MiB"))
        else:
            self.lines.append(value if value.endswith(b"\n") else value + b"\n")
            self.byte_count += len(value)


class Delivery:
    """One consumer of the group. `delivered`, `objects` and `bytes` count what is in the lake.

    `arrivals`: of each object, when its oldest record arrived, in epoch milliseconds.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        topic: str,
        store: Store,
        buffering: Buffering = Buffering(),
    ) -> None:
        self.delivered = self.objects = self.bytes = 0
        self.arrivals: list[int] = []
        self.trouble: str | None = None
        self._store, self._buffering = store, buffering
        self._buffer = Buffer()
        group = {"group.id": f"{STREAM_NAME}-delivery"}
        self._consumer = Consumer(CONSUMER_SETTINGS | group | dict(settings))
        # Another consumer goes on from what is committed: so what was read is delivered before.
        self._consumer.subscribe([topic], on_revoke=self._revoked, on_lost=self._lost)

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop, and then what is left.

        Where the lake cannot be written, it is tried again until it can; `trouble` says why. So
        nothing is passed over. Raises KafkaException where the broker refuses.
        """
        try:
            while not stop.is_set():
                if self._is_due():
                    if not self._try_deliver():
                        stop.wait(RETRY_SECONDS)
                    continue
                for message in self._consumer.consume(1000, timeout=0.2):
                    if message.error():
                        raise KafkaException(message.error())
                    self._buffer.take(message)
            self._try_deliver()
        finally:
            self._consumer.close()

    def deliver(self) -> None:
        """Write what is buffered, and only then commit how far it reaches.

        A process that dies in between leaves a whole object, and its records are delivered again.
        Raises OSError where the object cannot be written.
        """
        buffer = self._buffer
        if not buffer.offsets:
            return
        assert buffer.oldest_ms is not None, "it holds a record"
        if buffer.lines:
            body = gzip.compress(b"".join(buffer.lines), compresslevel=6)
            self._store.put(object_key(PREFIX, buffer.oldest_ms), body)
            self.objects += 1
            self.bytes += len(body)
            self.arrivals.append(buffer.oldest_ms)
        if buffer.failed:
            body = gzip.compress(b"".join(buffer.failed), compresslevel=6)
            self._store.put(object_key(ERROR_PREFIX, buffer.oldest_ms), body)
        self._commit(buffer)
        self.delivered += len(buffer.lines)
        self._buffer = Buffer()

    def _commit(self, buffer: Buffer) -> None:
        offsets = [TopicPartition(*place, offset) for place, offset in buffer.offsets.items()]
        self._consumer.commit(offsets=offsets, asynchronous=False)

    def _is_due(self) -> bool:
        buffer, limit = self._buffer, self._buffering
        return bool(buffer.offsets) and (
            buffer.byte_count >= limit.mebibytes * MEBIBYTE
            or time.monotonic() - buffer.began >= limit.seconds
        )

    def _try_deliver(self) -> bool:
        try:
            self.deliver()
        except OSError as error:
            self.trouble = str(error)
            return False
        self.trouble = None
        return True

    def _revoked(self, _: Consumer, __: list[TopicPartition]) -> None:
        if not self._try_deliver():
            self._buffer = Buffer()

    def _lost(self, _: Consumer, __: list[TopicPartition]) -> None:
        self._buffer = Buffer()


def object_key(prefix: str, oldest_ms: int) -> str:
    """Where an object goes: the folder of an arrival hour (UTC), and Firehose's name for it.

    A name is stream-version-YYYY-MM-dd-HH-MM-SS-uuid, and then what the stream's file extension
    is set to (https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html).
    """
    oldest = datetime.fromtimestamp(oldest_ms / 1000, UTC)
    name = f"{STREAM_NAME}-{STREAM_VERSION}-{oldest:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}.json.gz"
    return f"{prefix}year={oldest:%Y}/month={oldest:%m}/day={oldest:%d}/hour={oldest:%H}/{name}"


def _error(value: bytes, arrival_ms: int, reason: str) -> bytes:
    """A record under the error prefix: what was wrong, and the record itself, as Firehose does."""
    told = {
        "attemptsMade": 1,
        "arrivalTimestamp": arrival_ms,
        "errorCode": "Playhead.InvalidRecord",
        "errorMessage": reason,
        "rawData": b64encode(value).decode(),
    }
    return json.dumps(told).encode() + b"\n"
