"""Sends what simulated viewers report into a Kafka topic, on the clock or faster by a factor."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, Producer
from generator import UserError

from .stream import Message, Stream

TICK_SECONDS = 0.2
# A session's events stay in their order, and a message is there once, whatever is sent again.
PRODUCER_SETTINGS = {
    "enable.idempotence": True,
    "linger.ms": 50,
    "compression.type": "lz4",
    # What fails is raised; librdkafka would also print each try.
    "log_level": 2,
}
SEND_WITHIN_SECONDS = 60.0


class Clock:
    """Time of the simulation: it goes on from a moment, at so many times the speed of time."""

    def __init__(self, from_ms: int, speed: float = 1.0) -> None:
        if not 0 < speed <= 3600:
            raise UserError(f"--speed is {speed:g}: give a number above 0, up to 3600")
        self._from_ms, self._speed, self._began = from_ms, speed, time.monotonic()

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        return self._from_ms + int((time.monotonic() - self._began) * 1000 * self._speed)

    def seconds_since(self, moment_ms: int) -> float | None:
        """How long ago this moment was, in seconds that really passed; None: before the begin."""
        if moment_ms < self._from_ms:
            return None
        return round((self.now_ms() - moment_ms) / 1000 / self._speed, 1)


class Sender:
    """Puts messages into a topic, keyed by session. `sent` counts those that the broker has."""

    def __init__(self, settings: Mapping[str, Any], topic: str) -> None:
        self.sent = 0
        self._failure: KafkaError | None = None
        self._topic = topic
        self._producer = Producer(PRODUCER_SETTINGS | dict(settings))

    def send(self, messages: Iterable[Message]) -> None:
        """Hand over messages; raises OSError where the broker has refused one."""
        for message in messages:
            while True:
                try:
                    self._producer.produce(
                        self._topic,
                        message.line,
                        message.session_id,
                        timestamp=message.arrival_ms,
                        on_delivery=self._delivered,
                    )
                    break
                except BufferError:
                    self._poll(0.5)
        self._poll(0)

    def flush(self) -> None:
        """Wait until the broker has them all; raises OSError where it does not within a minute."""
        left = self._producer.flush(SEND_WITHIN_SECONDS)
        self._poll(0)
        if left:
            raise OSError(f"the broker has not taken {left} messages: is it running?")

    def _delivered(self, error: KafkaError | None, _: object) -> None:
        if error is None:
            self.sent += 1
        else:
            self._failure = error

    def _poll(self, seconds: float) -> None:
        self._producer.poll(seconds)
        if self._failure is not None:
            raise OSError(f"topic {self._topic}: {self._failure.str()}")


def produce(
    stream: Stream, sender: Sender, clock: Clock, sent_until_ms: int, stop: threading.Event
) -> None:
    """Send what has arrived since `sent_until_ms`, and then on the clock until told to stop."""
    while True:
        now_ms = clock.now_ms()
        events, _ = stream.between(sent_until_ms, now_ms)
        sender.send(stream.messages(events))
        sent_until_ms = now_ms
        if stop.wait(TICK_SECONDS):
            break
    sender.flush()
