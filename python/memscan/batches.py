"""How records travel: in batches of bounded size, read ahead of their use.

One thread reads and parses while the caller's thread works on the batch before. The queue between
them holds few batches, so memory stays bounded however slow the caller is. Errors of the reader
arrive where its next batch would have; when the caller stops first, so does the reader.
"""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

Item = TypeVar("Item")

BATCH_CHARACTERS = 8 * 2**20
BATCH_RECORDS = 8192
BATCHES_AHEAD = 2
STOP_SECONDS = 0.1


def in_batches(
    items: Iterable[Item],
    size: Callable[[Item], int],
    *,
    largest_size: int = BATCH_CHARACTERS,
    most_items: int = BATCH_RECORDS,
) -> Generator[list[Item]]:
    """Yield the items in lists; each ends with the item that fills it.

    Args:
        items: What to group.
        size: The size of one item, such as its length in characters.
        largest_size: A list whose items have this size together is full.
        most_items: So is a list of this many.
    """
    batch: list[Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size(item)
        if total >= largest_size or len(batch) >= most_items:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


@contextmanager
def read_ahead(
    items: Generator[Item], *, most_ahead: int = BATCHES_AHEAD
) -> Generator[Iterator[Item]]:
    """Iterate over ``items`` in a thread of its own, at most ``most_ahead`` beyond the caller.

    Leaving the context stops the thread. One that is blocked in a read, as from a terminal, is
    left behind: it is a daemon and ends with the process.
    """
    reader = _Reader(items, most_ahead)
    thread = threading.Thread(target=reader.run, name="memscan-reader", daemon=True)
    thread.start()
    try:
        yield reader.received()
    finally:
        reader.stopped.set()
        thread.join(timeout=2 * STOP_SECONDS)


@dataclass(frozen=True, slots=True)
class _End:
    """What follows the last item: the error that cut the items short, if one did."""

    error: BaseException | None


class _Reader(Generic[Item]):
    """The thread's side of ``read_ahead``, and the queue between the two."""

    def __init__(self, items: Generator[Item], most_ahead: int) -> None:
        self.stopped = threading.Event()
        self._items = items
        self._queue: queue.Queue[Item | _End] = queue.Queue(most_ahead)

    def run(self) -> None:
        """Send every item, then the end; in the reader's thread."""
        error: BaseException | None = None
        try:
            for item in self._items:
                if not self._send(item):
                    self._items.close()
                    return
        except BaseException as raised:  # noqa: BLE001 - it is raised again in the caller's thread
            error = raised
        self._send(_End(error))

    def received(self) -> Iterator[Item]:
        """Yield the items, and raise what cut them short; in the caller's thread."""
        while not isinstance(item := self._queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def _send(self, item: Item | _End) -> bool:
        while not self.stopped.is_set():
            try:
                self._queue.put(item, timeout=STOP_SECONDS)
            except queue.Full:
                continue
            return True
        return False
