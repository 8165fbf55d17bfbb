"""The records that are still to be scanned, and how far the input was read.

# Idea

A run that is resumed reads its input again from the start: standard input and compressed files have
no place to return to, and a file that was changed would go unnoticed. Reading is cheap against
scanning. What was scanned before is passed over, and the stored bytes that it came from are
compared by their hash, which is worked out while reading anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.readers.messages import shown
from memscan.writers.checkpoints import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memscan.progress import Progress
    from memscan.readers import GenerationSource
    from memscan.records import Generation, Rejection
    from memscan.shares import Share

_RECORDS_BETWEEN_REPORTS = 8192


class RecordsLeft:
    """The records of one share that were not scanned before; to be iterated once.

    Attributes:
        count: How many records were read, those of other shares and those passed over included.
    """

    def __init__(
        self, source: GenerationSource, share: Share | None, done: Checkpoint, progress: Progress
    ) -> None:
        """Read nothing yet.

        Args:
            source: All records.
            share: Which of them are wanted; ``None`` for all.
            done: How far a run that is resumed had come.
            progress: Called while records are passed over.
        """
        self._source = source
        self._share = share
        self._done = done
        self._progress = progress
        self.count = 0
        self._is_end = False

    def __iter__(self) -> Iterator[Generation | Rejection]:
        """Yield the records that are left.

        Raises:
            OSError: A file cannot be opened or read.
            InputError: A file is unreadable, or is not what it was.
        """
        records = iter(self._source)
        self._pass_over(records)
        for record in records:
            self.count += 1
            if self._share is None or self._share.holds(self.count - 1):
                yield record
        self._is_end = True

    def checkpoint(self) -> Checkpoint:
        """Return how far the input was read; of the part and the time nothing is known here."""
        place = self._source.place
        return Checkpoint(
            records=self.count,
            file=place.file,
            bytes=place.bytes,
            sha256=place.sha256,
            is_end=self._is_end,
        )

    def _pass_over(self, records: Iterator[Generation | Rejection]) -> None:
        """Pass over what was scanned before, and make sure that it is the same."""
        done = self._done
        while self.count < done.records and next(records, None) is not None:
            self.count += 1
            if self.count % _RECORDS_BETWEEN_REPORTS == 0:
                source = self._source
                self._progress("read again", source.bytes_read, source.total_bytes or None)
        if self.count < done.records:
            raise InputError(
                f"the input has {self.count:,} records, and {done.records:,} were read of it "
                "before",
                hint="give the files as they were, or remove the unfinished scan",
            )
        if done.is_end and next(records, None) is not None:
            raise self._changed(done.file)
        if done.records:
            self._compare(done)

    def _compare(self, done: Checkpoint) -> None:
        """Compare what was read with what had been.

        Raises:
            InputError: They differ.
        """
        place = self._source.place
        for number, sha256 in enumerate(done.files):
            if number >= place.file or self._source.inputs[number].sha256 != sha256:
                raise self._changed(number)
        if (place.file, place.bytes, place.sha256) != (done.file, done.bytes, done.sha256):
            raise self._changed(done.file)

    def _changed(self, number: int) -> InputError:
        path = self._source.inputs[number].path
        return InputError(
            f"{shown(path)} is not what it was when the scan began: its content differs",
            hint="give the file as it was, or remove the unfinished scan and scan anew",
        )
