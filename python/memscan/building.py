"""From a corpus to an index: documents stream into the compiled builder, batch by batch."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import orjson

from memscan import _native
from memscan.batches import in_batches, read_ahead
from memscan.errors import InputError
from memscan.options import BuildOptions
from memscan.progress import Progress, ignore
from memscan.readers import DocumentSource
from memscan.records import Document
from memscan.texts import refuse_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from memscan.records import InputFile

Paths: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
Texts: TypeAlias = Iterable[Document | tuple[str, str] | str]
LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSummary:
    """What is worth saying of a build.

    Attributes:
        output: The index folder.
        documents: How many documents it holds.
        units: How many units, all documents together.
        distinct_units: How many different ones.
        text_bytes: The size of the texts in UTF-8.
        inputs: The files that were read; empty if the documents came from elsewhere.
        seconds: How long it took.
    """

    output: Path
    documents: int
    units: int
    distinct_units: int
    text_bytes: int
    inputs: tuple[InputFile, ...]
    seconds: float


def build_index(  # noqa: PLR0913 - the options are keyword-only
    corpus: Paths | Texts,
    output: str | os.PathLike[str],
    *,
    options: BuildOptions | None = None,
    text_field: str | None = None,
    id_field: str | None = None,
    progress: Progress = ignore,
    on_detect: Callable[[str], None] | None = None,
) -> BuildSummary:
    """Build an index of a corpus; see ``Index.build``, which also opens it."""
    start_seconds = time.monotonic()
    options = options or BuildOptions()
    source = None
    if (paths := _paths(corpus)) is not None:
        source = DocumentSource(
            paths, text_field=text_field, id_field=id_field, on_detect=on_detect
        )
    elif text_field is not None or id_field is not None:
        raise InputError("text_field and id_field choose fields of files; the corpus has none")
    builder = _native.IndexBuilder(
        os.fspath(output),
        filter_k=options.filter_k,
        filter_bits=options.filter_bits,
        shard_units=options.shard_units,
        overwrite=options.overwrite,
        threads=options.threads,
    )
    try:
        with _batches(source or _documents(corpus), ahead=source is not None) as batches:
            for batch in batches:
                _add(builder, batch)
                if source is not None:
                    progress("read", source.bytes_read, source.total_bytes or None)
        statistics = builder.statistics()
        builder.finish(lambda stage: progress(stage, 0, None))
    except BaseException:
        builder.abandon()
        raise
    return BuildSummary(
        output=Path(output),
        **statistics,
        inputs=tuple(source.inputs) if source else (),
        seconds=time.monotonic() - start_seconds,
    )


def _paths(corpus: object) -> list[str | Path] | None:
    """Return the paths if the corpus is one path, or a list or tuple of nothing else."""
    paths: list[str | Path] = []
    for item in corpus if isinstance(corpus, list | tuple) else [corpus]:
        if isinstance(item, os.PathLike):
            paths.append(Path(item))
        elif isinstance(item, str):
            _refuse_text(item)
            paths.append(item)
        else:
            return None
    return paths or None


def _refuse_text(path: str) -> None:
    if ("\n" in path or len(path) > LONGEST_PATH) and not os.path.lexists(path):
        raise InputError(
            f"a text stands where a path was expected: {path[:40]!r}...",
            hint="give texts with their ids: [(id, text), ...]",
        )


def _documents(corpus: object) -> Iterator[Document]:
    """Yield the documents that objects in memory describe; each id once."""
    if not isinstance(corpus, Iterable):
        message = f"corpus is a {type(corpus).__name__}; expected paths or documents"
        raise TypeError(message)
    seen: set[str] = set()
    for place, item in enumerate(corpus):
        match item:
            case Document():
                document = item
            case str():
                document = Document(str(place), item, {})
            case (str(id), str(text)):
                document = Document(id, text, {})
            case _:
                message = (
                    f"item {place} of the corpus is a {type(item).__name__}; expected a Document, "
                    "an (id, text) pair or a text"
                )
                raise TypeError(message)
        if document.id in seen:
            raise InputError(f"two documents have the id {document.id!r}; each must have its own")
        seen.add(document.id)
        yield document


def _batches(
    documents: Iterable[Document], *, ahead: bool
) -> AbstractContextManager[Iterator[list[Document]]]:
    """Return the batches to iterate over; only files are read ahead, in a thread of our own."""
    batches = in_batches(documents, lambda document: len(document.text))
    return read_ahead(batches) if ahead else nullcontext(batches)


def _add(builder: _native.IndexBuilder, batch: Sequence[Document]) -> None:
    try:
        builder.add(
            [document.id for document in batch],
            [document.text for document in batch],
            [_metadata(document) for document in batch],
        )
    except UnicodeEncodeError:
        for document in batch:
            refuse_surrogates(f"the id {document.id!r}", document.id)
            refuse_surrogates(f"document {document.id!r}", document.text)
        raise


def _metadata(document: Document) -> str:
    try:
        return orjson.dumps(dict(document.metadata)).decode()
    except TypeError as error:
        message = f"the metadata of document {document.id!r} cannot be written as JSON: {error}"
        raise InputError(message) from error
