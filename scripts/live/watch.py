"""Shows how it goes: what is sent, delivered and built, and how old the news is."""

import statistics
import time
from types import TracebackType

import psutil
from rich.console import Console
from rich.live import Live
from rich.table import Table

from .broker import Broker
from .builder import Builder
from .delivery import Delivery
from .producer import Clock, Sender

MEBIBYTE = 1 << 20


class Watch:
    """A table that is kept up to date on a terminal; elsewhere a line a build."""

    def __init__(
        self, sender: Sender, delivery: Delivery, builder: Builder, broker: Broker, clock: Clock
    ) -> None:
        self._sender, self._delivery, self._builder = sender, delivery, builder
        self._broker, self._clock = broker, clock
        self._began = time.monotonic()
        self._most = {"broker": 0, "dbt": 0, "this": 0}
        self._most_lag = 0
        self._shown = 0
        self._live = Live(console=Console(stderr=True), auto_refresh=False)

    def __enter__(self) -> "Watch":
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, state: str = "") -> None:
        """Measure, and show."""
        self._measure()
        if self._live.console.is_terminal:
            self._live.update(self._table(state), refresh=True)
        elif len(self._builder.built) > self._shown:
            self._shown = len(self._builder.built)
            print(self._build_line(), flush=True)

    def summary(self) -> str:
        """What was measured, in a few lines."""
        seconds = time.monotonic() - self._began
        sent, built = self._sender.sent, self._builder.built
        later = [build.oldest_seconds for build in built if build.oldest_seconds is not None]
        oldest = (
            f"freshness, arrival to published, of a build's oldest event: median "
            f"{statistics.median(later):.0f} s, worst {max(later):.0f} s of {len(later)} builds"
            if later
            else "freshness: no build of events that arrived since the start"
        )
        most = ", ".join(f"{name} {size / MEBIBYTE:,.0f} MiB" for name, size in self._most.items())
        return (
            f"{sent:,} events sent in {seconds:,.0f} s ({sent / seconds:,.0f} events/s), "
            f"{self._delivery.delivered:,} delivered in {self._delivery.objects:,} objects; "
            f"most behind: {self._most_lag:,} events\n"
            f"{len(built)} builds, the longest {max((b.seconds for b in built), default=0):.0f} s; "
            f"{oldest}\nmemory at most: {most}"
        )

    def _measure(self) -> None:
        self._most_lag = max(self._most_lag, self._lag)
        sizes = {"broker": _size(self._broker.pid), "this": _size(), "dbt": 0}
        for child in psutil.Process().children():
            if child.pid != self._broker.pid:
                sizes["dbt"] += _size(child.pid)
        self._most = {name: max(size, self._most[name]) for name, size in sizes.items()}

    @property
    def _lag(self) -> int:
        return max(self._sender.sent - self._delivery.delivered, 0)

    def _build_line(self) -> str:
        number, last = len(self._builder.built), self._builder.built[-1]
        oldest = last.oldest_seconds
        return (
            f"build {number}: {last.events:,} events, {last.seconds:.0f} s and "
            f"{last.publish_seconds:.0f} s to publish, "
            + ("with what came before" if oldest is None else f"oldest news {oldest:.0f} s")
        )

    def _table(self, state: str) -> Table:
        table = Table.grid(padding=(0, 2))
        rate = self._sender.sent / (time.monotonic() - self._began)
        clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self._clock.now_ms() / 1000))
        table.add_row("clock (UTC)", clock)
        table.add_row("sent", f"{self._sender.sent:,} events, {rate:,.0f}/s since the begin")
        table.add_row(
            "delivered", f"{self._delivery.delivered:,} in {self._delivery.objects:,} objects; "
            f"{self._lag:,} behind"
        )  # fmt: skip
        if self._delivery.trouble:
            table.add_row("", f"[red]the lake cannot be written: {self._delivery.trouble}")
        table.add_row("built", self._build_line() if self._builder.built else "nothing yet")
        if (began := self._builder.began) is not None:
            table.add_row("building", f"for {time.monotonic() - began:.0f} s")
        table.add_row("", state or "Ctrl-C stops it; make now shows it")
        return table


def _size(pid: int | None = None) -> int:
    """Resident memory of a process, in bytes; 0 where it has ended."""
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.NoSuchProcess:
        return 0
