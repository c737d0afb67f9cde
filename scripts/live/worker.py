"""A thread whose failure is not lost."""

import threading
from collections.abc import Callable


class Worker:
    """Runs a task beside others; `stop` asks it to end, and `failure` is what it died of."""

    def __init__(self, task: Callable[[], object]) -> None:
        self.stop = threading.Event()
        self.failure: Exception | None = None
        self._task = task
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Ask it to end, and wait until it has."""
        self.stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raise what it died of, if it did."""
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            self._task()
        except Exception as error:
            self.failure = error
