"""How far a command is: a bar on a terminal, a line every 30 seconds elsewhere."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from memscan.cli import console
from memscan.cli.wording import duration, percent, size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SECONDS_BETWEEN_LINES = 30.0


class Reporter(Protocol):
    """What a command hands to the API: it reports progress, and prints notes meanwhile."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note of how far a stage is, as ``memscan.progress.Progress`` says."""

    def note(self, line: str) -> None:
        """Print a line to stderr, above the bar if there is one. May be called by any thread."""


@contextmanager
def reporting() -> Generator[Reporter]:
    """Report progress to stderr while the context lasts."""
    if not sys.stderr.isatty():
        yield LineReporter()
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield BarReporter(bar)


class LineReporter:
    """Prints a line now and then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock."""
        self._clock = clock
        self._stage = ""
        self._first_done = 0
        self._started = self._printed = clock()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Print a line if the last one was long ago."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._started, self._first_done = stage, now, done
        if now - self._printed >= SECONDS_BETWEEN_LINES:
            self._printed = now
            console.say(_line(stage, done, total, done - self._first_done, now - self._started))

    def note(self, line: str) -> None:
        """Print the line."""
        console.say(line)


class BarReporter:
    """Moves a bar."""

    def __init__(self, bar: "Progress") -> None:
        """Take a bar that is being shown."""
        self._bar = bar
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Move the bar of this stage; a new stage replaces the bar of the one before."""
        if self._task is None or stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._stage, self._task = stage, self._bar.add_task(stage, total=total)
        self._bar.update(self._task, completed=done, total=total)

    def note(self, line: str) -> None:
        """Print the line above the bar."""
        self._bar.console.print(
            console.visible(line), markup=False, highlight=False, soft_wrap=True
        )


def _line(stage: str, done: int, total: int | None, since: int, seconds: float) -> str:
    """Return how far a stage is; the rate is that of what was done ``since`` it was first seen."""
    if not since or seconds <= 0:
        return stage
    rate = since / seconds
    if total is None:
        return f"{stage}: {size(done)}, {size(rate)}/s"
    left = duration(max(0, total - done) / rate)
    return (
        f"{stage}: {size(done)} of {size(total)} ({percent(done / total)}), {size(rate)}/s, "
        f"{left} left"
    )
