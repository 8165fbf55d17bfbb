"""A run from where it stands to its end: batches are scanned, kept, counted, and written to tables.

What a run that is resumed had kept takes the same way into the counts and tables as what is scanned
now, so that the results do not depend on whether, or where, it was interrupted.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from memscan.batches import in_batches, read_ahead
from memscan.errors import InputError, MemscanError, OutputError
from memscan.job import Job, about_file, refuse_differences
from memscan.readers.messages import shown
from memscan.reading_on import RecordsLeft
from memscan.records import Rejection
from memscan.run_summary import RunSummary
from memscan.scanned import Scanned
from memscan.tally import Tally
from memscan.writers import ResultsWriter
from memscan.writers.checkpoints import Checkpoint
from memscan.writers.results_folder import REJECTED_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from memscan.common import Common
    from memscan.index import Index
    from memscan.options import ScanOptions
    from memscan.progress import Progress
    from memscan.query_tokens import Cut
    from memscan.readers import GenerationSource
    from memscan.readers.paths import InputPath
    from memscan.records import Generation, InputFile
    from memscan.rejection_limit import RejectionLimit
    from memscan.shares import Share
    from memscan.writers import WorkingFolder
    from memscan.writers.parts import Part

_REASONS_TOLD = 3
_FILES_TOLD = 3


@dataclass(slots=True)
class Collected:
    """The counts and the tables that batches go to."""

    writer: ResultsWriter
    tally: Tally = field(default_factory=Tally)

    def add(self, scanned: Scanned) -> None:
        """Count a batch, and append its rows."""
        self.tally.add(scanned)
        rejections = scanned.rejections.values()
        self.writer.add(scanned.spans, scanned.generations, scanned.metadata, rejections)

    def finish(self, run: Mapping[str, object]) -> Mapping[str, object]:
        """Write what is left; return ``run.json``: what is known of the run, and the counts."""
        content = {
            **run,
            "counts": asdict(self.tally.counts()),
            "corpora": {name: asdict(one) for name, one in self.tally.corpora.items()},
            "finished": datetime.now(UTC).isoformat(),
        }
        self.writer.finish(content)
        return content


@dataclass(slots=True, kw_only=True)
class Run:
    """A run, and how far it is.

    Attributes:
        index: The corpus.
        options: How closely to look, and how much to report.
        common: What is common to all generations.
        source: All records.
        share: Which of them are scanned; ``None`` for all that the source reads.
        limit: How many may be rejected.
        folder: Where the results are made.
        progress: Called after every batch.
        check_inputs: Called with the files when they were read; if it raises, nothing is published.
    """

    index: Index
    options: ScanOptions
    common: Common
    source: GenerationSource
    share: Share | None
    limit: RejectionLimit
    folder: WorkingFolder
    progress: Progress
    check_inputs: Callable[[Sequence[InputFile]], None] | None = None
    _done: Checkpoint = field(default_factory=Checkpoint)
    _start_seconds: float = field(default_factory=time.monotonic)
    _seconds_before: float = 0.0

    def to_its_end(self, job: Job, note: Callable[[str], None]) -> RunSummary:
        """Scan what is left, and publish the results.

        Args:
            job: What the run is; compared with what was begun in the folder.
            note: Called with a line on what is resumed.

        Raises:
            InputError: The input cannot be read or is not what it was, or too much is rejected.
            OutputError: The results cannot be written.
        """
        job = {**job, "started": datetime.now(UTC).isoformat()}
        if self.folder.is_resumable:
            refuse_differences(self.folder.path, self.folder.job, job)
            job["started"] = self.folder.job.get("started")
        before = self.folder.checkpoint
        self._done, self._seconds_before = replace(before, batches=0), before.seconds
        part = self.folder.begin(job)
        try:
            with ResultsWriter(self.folder.path, self.folder.output) as writer:
                collected = Collected(writer)
                for scanned in self.folder.read():
                    collected.add(scanned)
                    self.progress("resume", 0, None)
                if before.records:
                    note(f"resumed: {before.records:,} records were read before")
                self._scan(part, collected)
                if self.check_inputs is not None:
                    self.check_inputs(self.source.inputs)
                tally = collected.tally
                self._refuse_too_many(part, tally)
                run = collected.finish(self._about(job, tally))
            if job["share"] is not None:
                self._commit(part)
            self.folder.publish(keep_parts=job["share"] is not None)
        except BaseException as error:
            self._keep(part, error)
            raise
        return RunSummary.of(self.folder.output, run, tuple(tally.rejections))

    def _scan(self, part: Part, collected: Collected) -> None:
        """Scan what is left; keep it, count it, and append its rows."""
        left = RecordsLeft(self.source, self.share, self._done, self.progress)
        with read_ahead(_cut(self.index, left)) as batches:
            for records, cut, checkpoint in batches:
                rows = self.index.scan_rows(records, self.options, cut=cut, common=self.common)
                scanned = Scanned.of(records, rows)
                part.add(scanned)
                self._done = replace(checkpoint, batches=part.batches)
                collected.add(scanned)
                if part.is_due():
                    self._commit(part)
                self.progress("scan", self.source.bytes_read, self.source.total_bytes or None)
                self._refuse_what_is_lost(part, collected.tally)
        if not left.count and all(file.sha256 for file in self.source.inputs):
            raise InputError(f"no record in {_told(file.path for file in self.source.inputs)}")

    def _commit(self, part: Part) -> None:
        files = tuple(file.sha256 for file in self.source.inputs[: self._done.file])
        part.commit(replace(self._done, files=files, seconds=self._seconds()))

    def _seconds(self) -> float:
        return self._seconds_before + time.monotonic() - self._start_seconds

    def _keep(self, part: Part, error: BaseException) -> None:
        """Commit what is done, if the run was long enough to be worth it, and say so."""
        if not self.folder.is_resumable or not self.folder.path.exists():
            return
        if part.batches:
            with suppress(OutputError):
                self._commit(part)
        kept = f"{self._done.records:,} records are done and kept in {self.folder.path}"
        if isinstance(error, MemscanError):
            error.hint = "; ".join(filter(None, [error.hint, f"{kept}: --resume goes on"]))
        else:
            error.add_note(f"{kept}; the same command with --resume goes on")

    def _refuse_too_many(self, part: Part, tally: Tally) -> None:
        if self.limit.is_passed(tally.bad, tally.generations):
            raise self._too_many(part, tally)

    def _refuse_what_is_lost(self, part: Part, tally: Tally) -> None:
        share_read = self.source.bytes_read / (self.source.total_bytes or math.inf)
        if self.limit.is_lost(tally.bad, tally.generations, share_read=share_read):
            raise self._too_many(part, tally)

    def _too_many(self, part: Part, tally: Tally) -> InputError:
        """Keep what is done, and return the error that ends the run."""
        self._commit(part)
        reasons = "; ".join(rejection.reason for rejection in tally.rejections[:_REASONS_TOLD])
        return InputError(
            f"{tally.bad:,} of {tally.generations:,} records were rejected, more than "
            f"--max-rejected {self.limit}; the first: {reasons}",
            hint=f"look into {self.folder.path / REJECTED_FILE}, then raise --max-rejected",
        )

    def _about(self, job: Job, tally: Tally) -> dict[str, object]:
        """Return what ``run.json`` says besides the counts."""
        given = {
            "prompts": tally.has_prompts,
            "template": self.common.template is not None,
            "baseline": self.common.baseline is not None,
        }
        return {
            **job,
            "inputs": [about_file(file) for file in self.source.inputs],
            "prompts": _about_prompts(self.source),
            "max_rejected": str(self.limit),
            "discounts": [name for name, is_given in given.items() if is_given],
            "seconds": round(self._seconds(), 3),
        }


def _about_prompts(source: GenerationSource) -> dict[str, object] | None:
    if source.prompts is None:
        return None
    return about_file(source.prompts.file) | asdict(source.prompts.counts())


class _Batch(NamedTuple):
    """Some records, their tokens, and how far the input was read when it had them."""

    records: list[Generation | Rejection]
    cut: Cut
    checkpoint: Checkpoint


def _cut(index: Index, left: RecordsLeft) -> Generator[_Batch]:
    """Yield the records in batches, their texts cut where they are read."""
    for records in in_batches(left, _size):
        yield _Batch(records, index.cut(records), left.checkpoint())


def _size(record: Generation | Rejection) -> int:
    if isinstance(record, Rejection):
        return 0
    return len(record.text) + len(record.prompt or "")


def _told(paths: Iterable[InputPath]) -> str:
    first = [shown(path) for path in islice(paths, _FILES_TOLD + 1)]
    return ", ".join([*first[:_FILES_TOLD], *(["..."] if len(first) > _FILES_TOLD else [])])
