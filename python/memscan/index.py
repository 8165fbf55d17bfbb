"""The index of a corpus: built once, opened in milliseconds, asked from any thread or process.

The class is thin. It checks arguments, calls the compiled module, and gives the answers names.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan import _native
from memscan.batches import in_batches
from memscan.building import build_from_ids, build_index
from memscan.common import NOTHING, Common
from memscan.errors import IncompatibleIndexError, InputError, NotAnIndexError
from memscan.index_info import IndexInfo
from memscan.lookups import Lookups
from memscan.options import (
    TOKEN,
    BuildOptions,
    OpenOptions,
    ScanOptions,
    ShardOptions,
    thread_count,
)
from memscan.progress import Progress, ignore
from memscan.query_tokens import Cut
from memscan.readers.messages import path_text
from memscan.records import Generation
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA, ScanResult
from memscan.revising import add_ids, add_to_index, compact_index, remove_from_index
from memscan.tables import Rows, scan_records
from memscan.texts import as_generations, as_token_generations, refuse_surrogates_of
from memscan.urls import was_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from memscan.corpus import Corpus, TokenIds
    from memscan.records import OnError, Rejection
    from memscan.tokenizing import Tokenizer

if _native.is_debug_build():
    warnings.warn(
        "memscan was built without optimisation, and is slow", RuntimeWarning, stacklevel=2
    )


class Index(Lookups):
    """The index of a corpus. Immutable; made by ``Index.build`` or ``Index.open``.

    One object may be used by many threads at once. Pickled, it is its path and its id, and opens
    again where it is unpickled.
    """

    __slots__ = ("_absolute_path", "_opened_with", "_path")

    def __init__(self, native: _native.Index, path: Path, opened_with: OpenOptions) -> None:
        """Wrap an open index of the compiled module; meant for ``open``."""
        super().__init__(native, IndexInfo.of_manifest(native.manifest()), path)
        self._path = path
        self._absolute_path = path.absolute()
        self._opened_with = opened_with

    @classmethod
    def build(  # noqa: PLR0913 - the options are keyword-only
        cls,
        corpus: Corpus,
        output: str | os.PathLike[str],
        *,
        unit: str = "word",
        tokenizer: str | os.PathLike[str] | Tokenizer | None = None,
        text_field: str | None = None,
        id_field: str | None = None,
        format: str | None = None,  # noqa: A002 - the option is called so
        on_error: OnError | None = None,
        store_text: bool = True,
        filter_k: int | None = None,
        filter_bits: int = 12,
        memory: int | None = None,
        shard_units: int | None = None,
        overwrite: bool = False,
        resume: bool = False,
        threads: int | None = None,
        progress: Progress = ignore,
        on_detect: Callable[[str], None] | None = None,
    ) -> Index:
        """Build the index of a corpus, and open it.

        Args:
            corpus: Files or documents. A ``str`` or path, or a list or tuple of them, names files,
                folders and globs. Any other iterable gives documents: ``Document`` objects,
                ``(id, text)`` pairs, or texts, whose ids are then their places: ``0``, ``1``. A
                mapping gives several corpora by their names, each in one of these ways; what is
                found is then counted for each too.
            output: The index folder to create.
            unit: What a text is a sequence of: ``word``, ``lexeme``, ``byte`` or ``token``.
            tokenizer: For ``token``: a ``tokenizer.json``, or a folder that holds a tokenizer.
            text_field: Which field of a record of a file is its text; found by itself if not given.
            id_field: Which is its id.
            format: What the files are, such as ``jsonl``; found in each if not given.
            on_error: What becomes of a record that is no document, or holds what is no Unicode:
                ``fail`` (if not given), ``skip`` or ``replace``.
            store_text: Whether to keep the texts. Without them no passage of the corpus is shown.
            filter_k: Length of the runs of units that the filter knows; by default what suits the
                unit.
            filter_bits: Size of the filter, in bits for each run.
            memory: How much memory the process may use, in bytes; by default half of what is free.
                A corpus may be larger: it is then cut into shards of whole documents.
            shard_units: How many units one shard holds at most; by default as many as fit.
            overwrite: Whether to replace an index that exists.
            resume: Whether to go on with a build that was killed, where it has finished shards. The
                corpus and the options must be the same; this is checked.
            threads: How many threads to use; ``None`` for one a core.
            progress: Called as the build goes on.
            on_detect: Called with a line on each file, saying what was found out about it.

        Raises:
            TypeError: If ``corpus`` gives something else.
            InputError: If the corpus cannot be read, holds no unit, two documents have one id, or
                ``memory`` is too little.
            OutputError: If ``output`` exists, or cannot be written.
        """
        options = BuildOptions(
            unit=unit,
            tokenizer=tokenizer,
            store_text=store_text,
            filter_k=filter_k,
            filter_bits=filter_bits,
            memory=memory,
            shard_units=shard_units,
            overwrite=overwrite,
            resume=resume,
            threads=threads,
        )
        build_index(
            corpus,
            output,
            options=options,
            text_field=text_field,
            id_field=id_field,
            format=format,
            on_error=on_error,
            progress=progress,
            on_detect=on_detect,
        )
        return cls.open(output)

    @classmethod
    def build_from_ids(  # noqa: PLR0913 - the options are keyword-only
        cls,
        documents: TokenIds,
        output: str | os.PathLike[str],
        *,
        ids: Iterable[str] | None = None,
        tokenizer: str | os.PathLike[str] | Tokenizer | None = None,
        filter_k: int | None = None,
        filter_bits: int = 12,
        memory: int | None = None,
        shard_units: int | None = None,
        overwrite: bool = False,
        resume: bool = False,
        threads: int | None = None,
        progress: Progress = ignore,
    ) -> Index:
        """Build an index of documents that are token ids already, and open it.

        The index has no text: what it finds is counted in tokens.

        Args:
            documents: One array of shape ``(n,)`` for each document, of any integer type or a list
                of whole numbers, each from 0 to 2^32 - 1; or ``(id, array)`` pairs. They are taken
                one after another, so they may be generated or mapped.
            output: The index folder to create.
            ids: The id of each array; their places, ``0``, ``1`` and so on, if not given.
            tokenizer: What made the ids, to be kept in the index, so that texts can be scanned.
            filter_k: See ``build``.
            filter_bits: See ``build``.
            memory: See ``build``.
            shard_units: See ``build``.
            overwrite: See ``build``.
            resume: See ``build``.
            threads: See ``build``.
            progress: See ``build``.

        Raises:
            TypeError: If an array holds something else than whole numbers.
            InputError: If a number is out of its range, an array has not one dimension, two
                documents have one id, or there are more or fewer ids than arrays.
            OutputError: If ``output`` exists, or cannot be written.
        """
        options = BuildOptions(
            unit=TOKEN,
            tokenizer=tokenizer,
            store_text=False,
            filter_k=filter_k,
            filter_bits=filter_bits,
            memory=memory,
            shard_units=shard_units,
            overwrite=overwrite,
            resume=resume,
            threads=threads,
        )
        build_from_ids(documents, output, ids=ids, options=options, progress=progress)
        return cls.open(output)

    @classmethod
    def add(  # noqa: PLR0913 - the options are keyword-only
        cls,
        path: str | os.PathLike[str],
        corpus: Corpus,
        *,
        text_field: str | None = None,
        id_field: str | None = None,
        format: str | None = None,  # noqa: A002 - the option is called so
        on_error: OnError | None = None,
        memory: int | None = None,
        shard_units: int | None = None,
        threads: int | None = None,
        progress: Progress = ignore,
        on_detect: Callable[[str], None] | None = None,
    ) -> Index:
        """Add documents to an index, as new shards, and open it.

        They are cut into units as the index was, also into tokens. Until all is done, the index is
        what it was. An index that is open does not change.

        Args:
            path: The index folder.
            corpus: Files or documents, as ``build`` takes them. A document of a file whose id the
                index has already is told apart by its number: ``id#2``.
            text_field: See ``build``.
            id_field: See ``build``.
            format: See ``build``.
            on_error: See ``build``.
            memory: See ``build``.
            shard_units: See ``build``.
            threads: See ``build``.
            progress: See ``build``.
            on_detect: See ``build``.

        Raises:
            TypeError: If ``corpus`` gives something else.
            InputError: If the corpus cannot be read or holds no unit, a document in memory has an
                id that the index has, or it holds tokens and keeps no tokenizer.
            OutputError: If another process changes the index, or it cannot be written.
        """
        add_to_index(
            path,
            corpus,
            options=ShardOptions(memory=memory, shard_units=shard_units, threads=threads),
            text_field=text_field,
            id_field=id_field,
            format=format,
            on_error=on_error,
            progress=progress,
            on_detect=on_detect,
        )
        return cls.open(path)

    @classmethod
    def add_ids(  # noqa: PLR0913 - the options are keyword-only
        cls,
        path: str | os.PathLike[str],
        documents: TokenIds,
        *,
        ids: Iterable[str] | None = None,
        memory: int | None = None,
        shard_units: int | None = None,
        threads: int | None = None,
        progress: Progress = ignore,
    ) -> Index:
        """Add documents that are token ids already to an index without texts, and open it.

        Args:
            path: The index folder.
            documents: See ``build_from_ids``.
            ids: See ``build_from_ids``.
            memory: See ``build``.
            shard_units: See ``build``.
            threads: See ``build``.
            progress: See ``build``.

        Raises:
            TypeError: If an array holds something else than whole numbers.
            InputError: As for ``build_from_ids``; or the index stores texts or holds no tokens.
            OutputError: If another process changes the index, or it cannot be written.
        """
        options = ShardOptions(memory=memory, shard_units=shard_units, threads=threads)
        add_ids(path, documents, ids=ids, options=options, progress=progress)
        return cls.open(path)

    @classmethod
    def remove(cls, path: str | os.PathLike[str], ids: Iterable[str]) -> Index:
        """Remove documents from an index, and open it: they are no longer found or counted.

        What they hold stays on disk until the index is compacted.

        Args:
            path: The index folder.
            ids: The ids of the documents.

        Raises:
            InputError: If the index has no document of an id, or no id is given; nothing is then
                removed.
            OutputError: If another process changes the index, or it cannot be written.
        """
        remove_from_index(path, ids)
        return cls.open(path)

    @classmethod
    def compact(
        cls,
        path: str | os.PathLike[str],
        *,
        memory: int | None = None,
        shard_units: int | None = None,
        threads: int | None = None,
        progress: Progress = ignore,
    ) -> Index:
        """Write an index anew, without what was removed and in as few shards as can be; open it.

        Args:
            path: The index folder.
            memory: See ``build``.
            shard_units: See ``build``.
            threads: See ``build``.
            progress: See ``build``.

        Raises:
            InputError: If the index has no text to be cut again; one of tokens needs none.
            OutputError: If another process changes the index, or it cannot be written.
        """
        options = ShardOptions(memory=memory, shard_units=shard_units, threads=threads)
        compact_index(path, options=options, progress=progress)
        return cls.open(path)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        mmap: bool = True,
        use_filter: bool = True,
        use_vectors: bool = True,
    ) -> Index:
        """Open an index folder; a matter of milliseconds, whatever its size, if it is mapped.

        Answers are the same at every setting.

        Args:
            path: The index folder.
            mmap: Whether to map its files. Read whole instead, they take as much memory as they
                have bytes, and may be truncated or their disk be lost afterwards.
            use_filter: Whether to ask the filter before the suffix array; without it, everything is
                searched, which is slow and for comparison.
            use_vectors: Whether to cut texts with the vector instructions of the processor; for
                comparison likewise.

        Raises:
            NotAnIndexError: If nothing is at ``path``, something else, or an unfinished index.
            IncompatibleIndexError: If this version of memscan does not read it.
            CorruptIndexError: If a file is missing or has the wrong size. Only ``verify`` looks at
                all bytes.
        """
        if was_url(path):
            raise NotAnIndexError(
                f"{path_text(os.fspath(path))} is a URL; an index is mapped, and so a folder here",
                hint="copy the folder to this machine, and name the copy",
            )
        options = OpenOptions(mmap=mmap, use_filter=use_filter, use_vectors=use_vectors)
        native = _native.Index.open(os.fspath(path), **asdict(options))
        return cls(native, Path(path), options)

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
            Columns ``document_id``, ``n_units``, ``n_chars``, ``n_bytes``, ``metadata``, a JSON
            object, and ``corpus``, null where that has no name.
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
        min_length: int | None = None,
        min_chars: int = 0,
        occurrences: int = 1,
        occurrences_examined: int = 16,
        context_chars: int = 200,
        seed: int = 0,
        template: str | None = None,
        baseline: Index | None = None,
        threads: int | None = None,
    ) -> ScanResult:
        """Find what texts reproduce of the corpus: every maximal match of ``min_length`` units.

        The texts may come from a generator; they are worked on in batches. The result is held in
        memory. For files, ``scan_files`` writes it to a folder instead.

        Args:
            texts: What a model wrote, taken as it is: reasoning (``<think>``) is not split off.
            prompts: What it was asked, one for each text; finds what is an echo of the prompt.
            ids: One for each text; their places, ``0``, ``1`` and so on, if not given.
            models: Which model wrote each text.
            min_length: Shortest match to report, in units; ``None`` for 10 words, 20 lexemes, 50
                bytes or 50 tokens.
            min_chars: Shortest match to report, in characters of the text; both limits hold.
            occurrences: How many places in the corpus to report of each match.
            occurrences_examined: Among how many places the best are chosen.
            context_chars: How many characters to show on each side of a match.
            seed: Of the choice of these places, where there are more.
            template: What all prompts share; what is an echo of it is discounted too.
            baseline: An index of common material, of the same units; likewise.
            threads: How many threads to use; ``None`` for one a core.

        Raises:
            TypeError: If a text is no ``str``, or an option no whole number.
            InputError: If a text holds a lone surrogate, an option is out of its range, there are
                more or fewer prompts, ids or models than texts, or the index holds tokens and no
                tokenizer.
            IncompatibleIndexError: If the baseline has other units.
        """
        options = ScanOptions(
            min_length=min_length,
            min_chars=min_chars,
            occurrences=occurrences,
            occurrences_examined=occurrences_examined,
            context_chars=context_chars,
            seed=seed,
            threads=threads,
        )
        common = Common(template=template, baseline=baseline)
        generations = as_generations(texts, prompts=prompts, ids=ids, models=models)
        tables, place = [], 0
        for batch in in_batches(generations, lambda generation: len(generation.text)):
            tables.append(self.scan_records(batch, options, common=common, first_place=place))
            place += len(batch)
        return _joined(tables)

    def scan_ids(  # noqa: PLR0913 - the options are keyword-only
        self,
        arrays: Iterable[object],
        *,
        prompts: Iterable[object] | None = None,
        ids: Iterable[str] | None = None,
        models: Iterable[str | None] | None = None,
        min_length: int | None = None,
        occurrences: int = 1,
        occurrences_examined: int = 16,
        seed: int = 0,
        baseline: Index | None = None,
        threads: int | None = None,
    ) -> ScanResult:
        """Find what sequences of token ids reproduce of a corpus of tokens; see ``scan``.

        Without a text, ``start`` and ``end`` count tokens, and characters, bytes, texts and
        fidelity are null. If the index stores texts, those of its documents are reported.

        Args:
            arrays: What a model wrote: arrays of any integer type, or lists of whole numbers.
            prompts: What it was asked, likewise; ``None`` where that is not known.
            ids: One for each array; their places, ``0``, ``1`` and so on, if not given.
            models: Which model wrote each.
            min_length: Shortest match to report, in tokens; ``None`` for 50.
            occurrences: How many places in the corpus to report of each match.
            occurrences_examined: Among how many places these are chosen.
            seed: Of the choice of those places, where there are more.
            baseline: An index of common tokens; what is an echo of it is discounted.
            threads: How many threads to use; ``None`` for one a core.

        Raises:
            TypeError: If an array holds anything but whole numbers.
            InputError: If the units of the index are no tokens, an id is negative or 2^32 or more,
                an array has more than one dimension, or lengths differ as in ``scan``.
        """
        if self._info.unit != TOKEN:
            raise InputError(
                f"{self._path} is an index of {self._info.unit}s; ids are looked up in one of "
                "tokens",
                hint="give texts to Index.scan, or build an index of tokens",
            )
        options = ScanOptions(
            min_length=min_length,
            occurrences=occurrences,
            occurrences_examined=occurrences_examined,
            seed=seed,
            threads=threads,
        )
        common = Common(baseline=baseline)
        generations = as_token_generations(arrays, prompts=prompts, ids=ids, models=models)
        tables, place = [], 0
        for batch in in_batches(generations, lambda one: one.tokens.size):
            cut = Cut(
                [(one.tokens, None) for one in batch],
                [None if one.prompt is None else (one.prompt, None) for one in batch],
            )
            records = [one.generation for one in batch]
            tables.append(
                self.scan_records(records, options, cut=cut, common=common, first_place=place)
            )
            place += len(batch)
        return _joined(tables)

    def cut(self, records: Sequence[Generation | Rejection], *, first_place: int = 0) -> Cut:
        """Return the tokens of some records, for ``scan_records``; none if tokens are not the unit.

        Args:
            records: The batch.
            first_place: Where the batch begins among all records, to name a text that is wrong.

        Raises:
            InputError: If a text holds a lone surrogate, or the index keeps no tokenizer.
        """
        if self._info.unit == TOKEN:
            _refuse_surrogates(records, first_place)
        return self._query_tokens.of_records(records)

    def scan_records(
        self,
        records: Sequence[Generation | Rejection],
        options: ScanOptions,
        *,
        cut: Cut | None = None,
        common: Common = NOTHING,
        first_place: int = 0,
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Scan one batch of records, and return its rows of spans and of generations.

        The records that a reader rejected get their rows among the others.

        Args:
            records: The batch.
            options: How closely to look, and how much to report.
            cut: What ``cut`` returned for them; done here if not given.
            common: What is common to all generations.
            first_place: Where the batch begins among all records, to name a text that is wrong.

        Raises:
            InputError: If a text holds a lone surrogate, or the index holds tokens and no
                tokenizer.
            IncompatibleIndexError: If the baseline has other units.
        """
        rows = self.scan_rows(records, options, cut=cut, common=common, first_place=first_place)
        return rows.spans, rows.generations

    def scan_rows(
        self,
        records: Sequence[Generation | Rejection],
        options: ScanOptions,
        *,
        cut: Cut | None = None,
        common: Common = NOTHING,
        first_place: int = 0,
    ) -> Rows:
        """Scan one batch as ``scan_records`` does, and also say whose each row of spans is."""
        if cut is None:
            cut = self.cut(records, first_place=first_place)
        min_length = options.min_length_in(self._info.unit)
        template = None
        if common.template is not None:
            template = self._query_tokens.of_query(common.template, name="the template")
        try:
            return scan_records(
                self._native,
                records,
                cut,
                options,
                min_length,
                template=template,
                baseline=None if common.baseline is None else common.baseline._native,  # noqa: SLF001
            )
        except UnicodeEncodeError:
            _refuse_surrogates(records, first_place)
            raise

    def __repr__(self) -> str:
        """Return the path and the size."""
        return (
            f"<Index {str(self._path)!r}: {self._info.documents:,} documents, "
            f"{self._info.units:,} {self._info.unit} units>"
        )

    def __reduce__(self) -> tuple[Callable[..., Index], tuple[Path, str, OpenOptions]]:
        """Pickle the path and the id, not the contents."""
        return _reopen, (self._absolute_path, self._info.id, self._opened_with)


def _reopen(path: Path, expected_id: str, options: OpenOptions) -> Index:
    index = Index.open(path, **asdict(options))
    if index.info.id != expected_id:
        raise IncompatibleIndexError(
            f"{path} has id {index.info.id}, expected {expected_id}: it was changed since",
            hint="pickle the index again",
        )
    return index


def _refuse_surrogates(records: Sequence[Generation | Rejection], first_place: int) -> None:
    for place, record in enumerate(records, first_place):
        if isinstance(record, Generation):
            refuse_surrogates_of(place, record)


def _joined(tables: Sequence[tuple[pa.RecordBatch, pa.RecordBatch]]) -> ScanResult:
    return ScanResult(
        spans=pa.Table.from_batches([spans for spans, _ in tables], SPANS_SCHEMA),
        generations=pa.Table.from_batches([measures for _, measures in tables], GENERATIONS_SCHEMA),
    )
