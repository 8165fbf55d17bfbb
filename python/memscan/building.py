"""From a corpus to an index: documents stream into the compiled builder, batch by batch."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import orjson

from memscan import _native
from memscan.batches import in_batches, read_ahead
from memscan.corpus import IdsDocument, id_documents, open_corpus
from memscan.errors import InputError
from memscan.memory import (
    TEXT_BYTES_A_CHARACTER,
    TOKENIZED_BYTES_A_CHARACTER,
    Budget,
    budget,
    peak_bytes,
)
from memscan.named_corpora import NamedCorpora
from memscan.options import TOKEN, BuildOptions, ShardOptions
from memscan.progress import Progress, ignore
from memscan.query_tokens import native_tokens
from memscan.readers import DocumentSource
from memscan.records import Document
from memscan.texts import refuse_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from memscan.corpus import Corpus, TokenIds
    from memscan.records import InputFile, OnError
    from memscan.tokenizing import Tokenizer
    from memscan.tokens import NativeTokens

Item = TypeVar("Item", Document, IdsDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSummary:
    """What is worth saying of a build, or of what was added to an index.

    Attributes:
        output: The index folder.
        unit: What was counted: ``word``, ``lexeme``, ``byte`` or ``token``.
        documents: How many documents were read.
        units: How many units, all documents together.
        distinct_units: How many different ones, counted once a shard.
        text_bytes: The size of the texts in UTF-8.
        store_text: Whether the texts are kept.
        shards: How many shards were made.
        inputs: The files that were read; empty if the documents came from elsewhere.
        seconds: How long it took.
        peak_bytes: The most memory the process had so far; ``None`` if the system does not tell.
    """

    output: Path
    unit: str
    documents: int
    units: int
    distinct_units: int
    text_bytes: int
    store_text: bool
    shards: int
    inputs: tuple[InputFile, ...]
    seconds: float
    peak_bytes: int | None


def build_index(  # noqa: PLR0913 - the options are keyword-only
    corpus: Corpus,
    output: str | os.PathLike[str],
    *,
    options: BuildOptions | None = None,
    text_field: str | None = None,
    id_field: str | None = None,
    format: str | None = None,  # noqa: A002 - the option is called so
    on_error: OnError | None = None,
    progress: Progress = ignore,
    on_detect: Callable[[str], None] | None = None,
) -> BuildSummary:
    """Build an index of a corpus; see ``Index.build``, which also opens it."""
    start_seconds = time.monotonic()
    options = options or BuildOptions()
    if options.unit == TOKEN and options.tokenizer is None:
        raise InputError(
            "the unit is token, and no tokenizer is given",
            hint="give tokenizer=, or token ids to Index.build_from_ids",
        )
    documents = open_corpus(
        corpus,
        text_field=text_field,
        id_field=id_field,
        format=format,
        on_error=on_error,
        on_detect=on_detect,
    )
    tokenizer = _tokenizer(options)
    share = share_of_memory(options, tokenizer)
    filling = Filling(
        output=Path(output),
        builder=_builder(output, options, tokenizer, share),
        unit=options.unit,
        store_text=options.store_text,
        batch_size=share.batch_characters,
        tokenizer=tokenizer,
        progress=progress,
        start_seconds=start_seconds,
    )
    return filling.of_documents(documents)


def build_from_ids(
    documents: TokenIds,
    output: str | os.PathLike[str],
    *,
    ids: Iterable[str] | None = None,
    options: BuildOptions,
    progress: Progress = ignore,
) -> BuildSummary:
    """Build an index of token ids; see ``Index.build_from_ids``, which also opens it."""
    start_seconds = time.monotonic()
    arrays = id_documents(documents, ids)
    tokenizer = _tokenizer(options)
    share = share_of_memory(options, None)
    filling = Filling(
        output=Path(output),
        builder=_builder(output, options, tokenizer, share),
        unit=TOKEN,
        store_text=False,
        batch_size=share.batch_characters,
        tokenizer=None,
        progress=progress,
        start_seconds=start_seconds,
    )
    return filling.of_arrays(arrays)


class _Columns(NamedTuple):
    """A batch of documents as the compiled builder takes it."""

    ids: list[str]
    texts: list[str]
    metadata: list[str]
    tokens: list[NativeTokens] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A builder, and what is to be known while documents stream into it.

    Attributes:
        output: The index folder.
        builder: The builder; it is finished or abandoned.
        unit: What a unit is.
        store_text: Whether the texts are kept.
        batch_size: How many characters, or tokens without a text, are handed over at a time.
        tokenizer: What cuts the texts, if they are cut here.
        progress: Called as the build goes on.
        start_seconds: When it began.
    """

    output: Path
    builder: _native.IndexBuilder
    unit: str
    store_text: bool
    batch_size: int
    tokenizer: Tokenizer | None
    progress: Progress
    start_seconds: float

    def of_documents(
        self, documents: DocumentSource | NamedCorpora | Iterator[Document]
    ) -> BuildSummary:
        """Add documents, and finish the index. Only files are read ahead."""
        source = documents if isinstance(documents, DocumentSource | NamedCorpora) else None
        is_files = isinstance(documents, DocumentSource) or (
            isinstance(documents, NamedCorpora) and documents.is_files
        )
        batches = in_batches(
            documents, lambda document: len(document.text), largest_size=self.batch_size
        )
        ahead = read_ahead(batches) if is_files else nullcontext(batches)
        return self._run(ahead, self._columns, source)

    def of_arrays(self, documents: Iterator[IdsDocument]) -> BuildSummary:
        """Add token ids without texts, and finish the index."""
        batches = in_batches(
            documents, lambda document: len(document.ids), largest_size=self.batch_size
        )
        return self._run(nullcontext(batches), _columns_of_arrays, None)

    def _run(
        self,
        batches: AbstractContextManager[Iterator[list[Item]]],
        columns: Callable[[Sequence[Item]], _Columns],
        source: DocumentSource | NamedCorpora | None,
    ) -> BuildSummary:
        try:
            with batches as read:
                for batch in read:
                    self._add(batch, columns)
                    if source is not None:
                        self.progress("read", source.bytes_read, source.total_bytes or None)
            statistics = self.builder.statistics()
            self.builder.finish(lambda stage: self.progress(stage, 0, None))
        except BaseException:
            self.builder.abandon()
            raise
        return BuildSummary(
            output=self.output,
            unit=self.unit,
            store_text=self.store_text,
            **statistics,
            inputs=tuple(source.inputs) if source else (),
            seconds=time.monotonic() - self.start_seconds,
            peak_bytes=peak_bytes(),
        )

    def _add(self, batch: Sequence[Item], columns: Callable[[Sequence[Item]], _Columns]) -> None:
        try:
            for name, documents in groupby(batch, _corpus):
                self.builder.add(*columns(list(documents)), corpus=name)
        except UnicodeEncodeError:
            for document in batch:
                _refuse_surrogates_of(document)
            raise

    def _columns(self, batch: Sequence[Document]) -> _Columns:
        """Return documents as the builder takes them.

        Raises:
            InputError: Metadata are no JSON, or the tokenizer fails.
        """
        texts = [document.text for document in batch]
        tokens = None
        if self.tokenizer is not None:
            for document in batch:
                _refuse_surrogates_of(document)
            tokens = [native_tokens(tokens) for tokens in self.tokenizer.encode(texts)]
        return _Columns(
            [document.id for document in batch],
            texts,
            [_metadata(document) for document in batch],
            tokens,
        )


def _corpus(document: Document | IdsDocument) -> str | None:
    return document.corpus if isinstance(document, Document) else None


def _columns_of_arrays(batch: Sequence[IdsDocument]) -> _Columns:
    return _Columns(
        [document.id for document in batch],
        [""] * len(batch),
        ["{}"] * len(batch),
        [(document.ids, None) for document in batch],
    )


def _refuse_surrogates_of(document: Document | IdsDocument) -> None:
    refuse_surrogates(f"the id {document.id!r}", document.id)
    if isinstance(document, Document):
        refuse_surrogates(f"document {document.id!r}", document.text)


def share_of_memory(options: ShardOptions, tokenizer: Tokenizer | None) -> Budget:
    """Divide the memory of a build; a tokenizer that cuts texts needs much of it."""
    is_cut_here = tokenizer is not None
    bytes_a_character = TOKENIZED_BYTES_A_CHARACTER if is_cut_here else TEXT_BYTES_A_CHARACTER
    return budget(options.memory, bytes_a_character=bytes_a_character)


def _builder(
    output: str | os.PathLike[str],
    options: BuildOptions,
    tokenizer: Tokenizer | None,
    share: Budget,
) -> _native.IndexBuilder:
    from memscan.writers.output import refuse_url  # noqa: PLC0415 - imports Arrow

    refuse_url(output)
    return _native.IndexBuilder(
        os.fspath(output),
        unit=options.unit,
        tokenizer=None if tokenizer is None else (tokenizer.name, tokenizer.json),
        store_text=options.store_text,
        filter_k=options.filter_k,
        filter_bits=options.filter_bits,
        memory_bytes=share.shard_bytes,
        shard_units=options.shard_units,
        overwrite=options.overwrite,
        resume=options.resume,
        threads=options.threads,
    )


def _tokenizer(options: BuildOptions) -> Tokenizer | None:
    """Return the tokenizer that the options name, read if it is a path."""
    if options.tokenizer is None:
        return None
    from memscan.tokenizing import Tokenizer  # noqa: PLC0415 - only where tokens are cut

    if isinstance(options.tokenizer, Tokenizer):
        return options.tokenizer
    return Tokenizer.load(Path(options.tokenizer))


def _metadata(document: Document) -> str:
    try:
        return orjson.dumps(dict(document.metadata)).decode()
    except TypeError as error:
        message = f"the metadata of document {document.id!r} cannot be written as JSON: {error}"
        raise InputError(message) from error
