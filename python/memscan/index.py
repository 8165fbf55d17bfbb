"""The index of a corpus: built once, opened in milliseconds, asked from any thread or process.

The class is thin. It checks arguments, calls the compiled module, and gives the answers names.
"""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan import _native
from memscan.batches import in_batches
from memscan.building import build_index
from memscan.errors import IncompatibleIndexError
from memscan.index_info import IndexInfo
from memscan.options import BuildOptions, ScanOptions, thread_count, whole_number
from memscan.progress import Progress, ignore
from memscan.records import Generation
from memscan.results import (
    GENERATIONS_SCHEMA,
    SPANS_SCHEMA,
    Found,
    Match,
    ScanResult,
    match_of,
    occurrence_of,
)
from memscan.tables import scan_records
from memscan.texts import as_generations, refuse_surrogates, refuse_surrogates_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from memscan.building import Paths, Texts
    from memscan.records import Rejection

if _native.is_debug_build():
    warnings.warn(
        "memscan was built without optimisation, and is slow", RuntimeWarning, stacklevel=2
    )

FOUND_EXAMINED = 16
FOUND_CONTEXT_CHARS = 200


class Index:
    """The index of a corpus. Immutable; made by ``Index.build`` or ``Index.open``.

    One object may be used by many threads at once. Pickled, it is its path and its id, and opens
    again where it is unpickled.
    """

    __slots__ = ("_absolute_path", "_info", "_native", "_path")

    def __init__(self, native: _native.Index, path: Path) -> None:
        """Wrap an open index of the compiled module; meant for ``open``."""
        self._native = native
        self._path = path
        self._absolute_path = path.absolute()
        self._info = IndexInfo.of_manifest(native.manifest())

    @classmethod
    def build(  # noqa: PLR0913 - the options are keyword-only
        cls,
        corpus: Paths | Texts,
        output: str | os.PathLike[str],
        *,
        text_field: str | None = None,
        id_field: str | None = None,
        filter_k: int = 5,
        filter_bits: int = 12,
        shard_units: int = 2**31 - 2,
        overwrite: bool = False,
        threads: int | None = None,
        progress: Progress = ignore,
        on_detect: Callable[[str], None] | None = None,
    ) -> Index:
        """Build the index of a corpus, and open it.

        Args:
            corpus: Files or documents. A ``str`` or path, or a list or tuple of them, names files,
                folders and globs. Any other iterable gives documents: ``Document`` objects,
                ``(id, text)`` pairs, or texts, whose ids are then their places: ``0``, ``1``.
            output: The index folder to create.
            text_field: Which field of a record of a file is its text; found by itself if not given.
            id_field: Which is its id.
            filter_k: Length of the runs of units that the filter knows.
            filter_bits: Size of the filter, in bits for each run.
            shard_units: How many units one shard holds at most.
            overwrite: Whether to replace an index that exists.
            threads: How many threads to use; ``None`` for one a core.
            progress: Called as the build goes on.
            on_detect: Called with a line on each file, saying what was found out about it.

        Raises:
            TypeError: If ``corpus`` gives something else.
            InputError: If the corpus cannot be read, holds no unit, or two documents have one id.
            OutputError: If ``output`` exists, or cannot be written.
        """
        options = BuildOptions(
            filter_k=filter_k,
            filter_bits=filter_bits,
            shard_units=shard_units,
            overwrite=overwrite,
            threads=threads,
        )
        build_index(
            corpus,
            output,
            options=options,
            text_field=text_field,
            id_field=id_field,
            progress=progress,
            on_detect=on_detect,
        )
        return cls.open(output)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Index:
        """Open an index folder; a matter of milliseconds, whatever its size.

        Raises:
            NotAnIndexError: If nothing is at ``path``, something else, or an unfinished index.
            IncompatibleIndexError: If this version of memscan does not read it.
            CorruptIndexError: If a file is missing or has the wrong size. Only ``verify`` looks at
                all bytes.
        """
        return cls(_native.Index.open(os.fspath(path)), Path(path))

    @property
    def path(self) -> Path:
        """The index folder, as it was given."""
        return self._path

    @property
    def info(self) -> IndexInfo:
        """What the index holds, from its manifest."""
        return self._info

    def documents(self) -> pa.Table:
        """Return one row per document, in the order of the corpus.

        Returns:
            Columns ``document_id``, ``n_units``, ``n_chars``, ``n_bytes`` and ``metadata``, a JSON
            object.
        """
        return pa.Table.from_batches([self._native.documents()])

    def verify(self, *, threads: int | None = None) -> None:
        """Check every byte of every file, and that the suffix arrays are what they should be.

        Raises:
            CorruptIndexError: If something is not as it was built; the message names it.
        """
        self._native.verify(threads=thread_count(threads))

    def scan(  # noqa: PLR0913 - the options are keyword-only
        self,
        texts: Iterable[str],
        *,
        prompts: Iterable[str | None] | None = None,
        ids: Iterable[str] | None = None,
        models: Iterable[str | None] | None = None,
        min_length: int = 10,
        occurrences: int = 1,
        occurrences_examined: int = 16,
        context_chars: int = 200,
        threads: int | None = None,
    ) -> ScanResult:
        """Find what texts reproduce of the corpus: every maximal match of ``min_length`` units.

        The texts may come from a generator; they are worked on in batches. The result is held in
        memory. For files, ``scan_files`` writes it to a folder instead.

        Args:
            texts: What a model wrote.
            prompts: What it was asked, one for each text; finds what is an echo of the prompt.
            ids: One for each text; their places, ``0``, ``1`` and so on, if not given.
            models: Which model wrote each text.
            min_length: Shortest match to report, in units.
            occurrences: How many places in the corpus to report of each match.
            occurrences_examined: Among how many places the best are chosen.
            context_chars: How many characters to show on each side of a match.
            threads: How many threads to use; ``None`` for one a core.

        Raises:
            TypeError: If a text is no ``str``, or an option no whole number.
            InputError: If a text holds a lone surrogate, an option is out of its range, or there
                are more or fewer prompts, ids or models than texts.
        """
        options = ScanOptions(
            min_length=min_length,
            occurrences=occurrences,
            occurrences_examined=occurrences_examined,
            context_chars=context_chars,
            threads=threads,
        )
        generations = as_generations(texts, prompts=prompts, ids=ids, models=models)
        spans, measures, place = [], [], 0
        for batch in in_batches(generations, lambda generation: len(generation.text)):
            batch_spans, batch_measures = self.scan_records(batch, options, first_place=place)
            spans.append(batch_spans)
            measures.append(batch_measures)
            place += len(batch)
        return ScanResult(
            spans=pa.Table.from_batches(spans, SPANS_SCHEMA),
            generations=pa.Table.from_batches(measures, GENERATIONS_SCHEMA),
        )

    def scan_records(
        self,
        records: Sequence[Generation | Rejection],
        options: ScanOptions,
        *,
        first_place: int = 0,
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Scan one batch of records, and return its rows of spans and of generations.

        The records that a reader rejected get their rows among the others.

        Args:
            records: The batch.
            options: How closely to look, and how much to report.
            first_place: Where the batch begins among all records, to name a text that is wrong.

        Raises:
            InputError: If a text holds a lone surrogate.
        """
        try:
            return scan_records(self._native, records, options)
        except UnicodeEncodeError:
            for place, record in enumerate(records, first_place):
                if isinstance(record, Generation):
                    refuse_surrogates_of(place, record)
            raise

    def find(self, text: str, *, limit: int = 10) -> Found:
        """Find where a whole text stands in the corpus, as a sequence of units.

        Args:
            text: A passage, such as a sentence.
            limit: How many places to return at most.

        Raises:
            InputError: If the text has no unit, or holds a lone surrogate.
        """
        limit = whole_number("limit", limit, least=1)
        with _naming_surrogates(text):
            count, document_count, is_capped, rows = self._native.find(
                text, limit=limit, examined=max(limit, FOUND_EXAMINED), context=FOUND_CONTEXT_CHARS
            )
        return Found(
            count=count,
            document_count=document_count,
            count_is_capped=is_capped,
            occurrences=tuple(occurrence_of(row) for row in rows.to_pylist()),
        )

    def count(self, text: str) -> int:
        """Return how often a whole text stands in the corpus, as a sequence of units.

        Raises:
            InputError: If the text has no unit, or holds a lone surrogate.
        """
        with _naming_surrogates(text):
            return self._native.count(text)

    def longest_match(self, text: str) -> Match | None:
        """Return the longest part of a text that stands in the corpus, the first if several do.

        Returns:
            The match and its best place; ``None`` if not even one unit of the text occurs.
        """
        with _naming_surrogates(text):
            rows = self._native.longest_match(text, context=FOUND_CONTEXT_CHARS)
        return next((match_of(row) for row in rows.to_pylist()), None)

    def matching_statistics(self, text: str) -> NDArray[np.uint32]:
        """Return for each unit of a text the length of the longest match that starts there.

        Returns:
            Lengths in units; shape ``(n,)`` for ``n`` units, placed as ``unit_spans`` says.
        """
        with _naming_surrogates(text):
            return self._native.matching_statistics(text)

    def unit_spans(self, text: str) -> NDArray[np.int64]:
        """Return where each unit of a text starts and ends, in code points; shape ``(n, 2)``."""
        with _naming_surrogates(text):
            return self._native.unit_spans(text)

    def __repr__(self) -> str:
        """Return the path and the size."""
        return (
            f"<Index {str(self._path)!r}: {self._info.documents:,} documents, "
            f"{self._info.units:,} {self._info.unit} units>"
        )

    def __reduce__(self) -> tuple[Callable[[Path, str], Index], tuple[Path, str]]:
        """Pickle the path and the id, not the contents."""
        return _reopen, (self._absolute_path, self._info.id)


def _reopen(path: Path, expected_id: str) -> Index:
    index = Index.open(path)
    if index.info.id != expected_id:
        raise IncompatibleIndexError(
            f"{path} has id {index.info.id}, expected {expected_id}: it was built anew since",
            hint="pickle the index again",
        )
    return index


@contextmanager
def _naming_surrogates(text: str) -> Generator[None]:
    try:
        yield
    except UnicodeEncodeError:
        refuse_surrogates("the text", text)
        raise
