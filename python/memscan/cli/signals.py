"""Interrupts: the first one stops the work, and lets it tidy up.

Both Ctrl-C and SIGTERM raise ``KeyboardInterrupt`` where the main thread stands; the compiled
module looks for them every 50 ms. Tidying up takes milliseconds, so an impatient second signal is
ignored; a third ends the process at once.
"""

import os
import signal
from types import FrameType, TracebackType
from typing import Self

EXIT_BASE = 128
MOST_SIGNALS = 2


class Signals:
    """Handles the signals while its context lasts.

    Attributes:
        received: The first signal that came; ``None`` if none did.
    """

    def __init__(self) -> None:
        """Handle nothing before the context is entered."""
        self.received: int | None = None
        self._number_received = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Begin to handle the signals that are not ignored, as they are under ``nohup``."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the handlers that were there."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() returned

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self._number_received += 1
        if self._number_received > MOST_SIGNALS:
            os._exit(EXIT_BASE + number)
        if self.received is None:
            self.received = number
            raise KeyboardInterrupt
