"""What a corpus is given as: paths of files, documents in memory, or arrays of token ids."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from memscan.errors import InputError
from memscan.named_corpora import NamedCorpora, named
from memscan.readers import DocumentSource
from memscan.records import Document
from memscan.texts import refuse_surrogates
from memscan.token_ids import as_token_ids
from memscan.urls import is_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from memscan.records import OnError

Paths: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
Texts: TypeAlias = Iterable[Document | tuple[str, str] | str]
Corpus: TypeAlias = "Paths | Texts | Mapping[str, Paths | Texts]"
TokenIds: TypeAlias = "Iterable[ArrayLike | tuple[str, ArrayLike]]"
LONGEST_PATH = 4096

_MISSING = object()


@dataclass(frozen=True, slots=True)
class IdsDocument:
    """A document of which only the tokens are known.

    Attributes:
        id: Unique in the corpus.
        ids: The token ids; shape ``(n,)``.
    """

    id: str
    ids: NDArray[np.uint32]


DocumentKind = TypeVar("DocumentKind", Document, IdsDocument)


def open_corpus(  # noqa: PLR0913 - the options are keyword-only
    corpus: Corpus,
    *,
    text_field: str | None,
    id_field: str | None,
    format: str | None,  # noqa: A002 - the option is called so
    on_error: OnError | None,
    on_detect: Callable[[str], None] | None,
    taken: Collection[str] = (),
) -> DocumentSource | NamedCorpora | Iterator[Document]:
    """Return the documents of a corpus; no file is opened yet.

    Args:
        corpus: Paths or documents, as ``Index.build`` takes them, or several by their names.
        text_field: Which field of a record of a file is its text; found by itself if ``None``.
        id_field: Which is its id.
        format: What the files are, such as ``jsonl``; found in each if ``None``.
        on_error: What becomes of a record that is no document, or holds what is no Unicode:
            ``fail``, ``skip`` or ``replace``.
        on_detect: Called with a line on each file, saying what was found out about it.
        taken: The ids that the documents of an index have already.

    Raises:
        FileNotFoundError: A path does not exist.
        InputError: No file is meant by a path, or fields are named and there are no files.
    """

    def unnamed(one: object, taken: Collection[str]) -> DocumentSource | Iterator[Document]:
        if (paths := _paths(one)) is not None:
            return DocumentSource(
                paths,
                text_field=text_field,
                id_field=id_field,
                format=format,
                on_error=on_error,
                on_detect=on_detect,
                taken=taken,
            )
        if text_field is not None or id_field is not None:
            raise InputError("text_field and id_field choose fields of files; the corpus has none")
        if format is not None or on_error is not None:
            raise InputError("format and on_error say how to read files; the corpus has none")
        return _each_id_once(_documents(one), taken)

    if (corpora := named(corpus)) is not None:
        seen = set(taken)
        return NamedCorpora([(name, unnamed(one, seen)) for name, one in corpora.items()], seen)
    return unnamed(corpus, taken)


def id_documents(
    documents: TokenIds, ids: Iterable[str] | None, taken: Collection[str] = ()
) -> Iterator[IdsDocument]:
    """Yield a document for each array of token ids.

    Args:
        documents: Arrays, or pairs of an id and an array.
        ids: The id of each array; if not given, their places: ``0``, ``1`` and so on.
        taken: The ids that the documents of an index have already.

    Raises:
        TypeError: Something is of the wrong type, such as an array of floats.
        InputError: A token id is out of its range, an array has not one dimension, two documents
            have one id, or there are more or fewer ids than arrays.
    """
    return _each_id_once(_id_documents(documents, ids), taken)


def refuse_no_iterable(name: str, items: object, what: str) -> None:
    """Raise a ``TypeError`` if ``items`` is no iterable, or a single string of text or bytes."""
    if isinstance(items, str | bytes) or not isinstance(items, Iterable):
        message = f"{name} is a {type(items).__name__}; expected an iterable of {what}"
        raise TypeError(message)


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
    is_long = "\n" in path or len(path) > LONGEST_PATH
    if is_long and not is_url(path) and not os.path.lexists(path):
        raise InputError(
            f"a text stands where a path was expected: {path[:40]!r}...",
            hint="give texts with their ids: [(id, text), ...]",
        )


def _documents(corpus: object) -> Iterator[Document]:
    """Yield the documents that objects in memory describe."""
    if not isinstance(corpus, Iterable):
        message = f"corpus is a {type(corpus).__name__}; expected paths or documents"
        raise TypeError(message)
    for place, item in enumerate(corpus):
        match item:
            case Document():
                yield item
            case str():
                yield Document(str(place), item, {})
            case (str(id), str(text)):
                yield Document(id, text, {})
            case _:
                message = (
                    f"item {place} of the corpus is a {type(item).__name__}; expected a Document, "
                    "an (id, text) pair or a text"
                )
                raise TypeError(message)


def _id_documents(
    documents: Iterable[object], ids: Iterable[object] | None
) -> Iterator[IdsDocument]:
    refuse_no_iterable("documents", documents, "arrays of token ids")
    if ids is not None:
        refuse_no_iterable("ids", ids, "str")
    for place, (given_id, value) in enumerate(_with_ids(documents, ids)):
        if not isinstance(given_id, str):
            message = f"id {place} is a {type(given_id).__name__}; expected a str"
            raise TypeError(message)
        refuse_surrogates(f"id {place}", given_id)
        yield IdsDocument(given_id, as_token_ids(f"document {given_id!r}", value))


def _with_ids(
    documents: Iterable[object], ids: Iterable[object] | None
) -> Iterator[tuple[object, object]]:
    """Yield each array with its id."""
    if ids is None:
        for place, item in enumerate(documents):
            match item:
                case (str(id), value):
                    yield id, value
                case _:
                    yield str(place), item
        return
    for place, (item, given_id) in enumerate(zip_longest(documents, ids, fillvalue=_MISSING)):
        if item is _MISSING or given_id is _MISSING:
            few, many = ("documents", "ids") if item is _MISSING else ("ids", "documents")
            raise InputError(
                f"there are {place} {few} for more than {place} {many}",
                hint="give one id for each document",
            )
        yield given_id, item


def _each_id_once(
    documents: Iterator[DocumentKind], taken: Collection[str]
) -> Iterator[DocumentKind]:
    seen = set(taken)
    for document in documents:
        if document.id in seen:
            if document.id in taken:
                raise InputError(
                    f"the index has a document with the id {document.id!r} already",
                    hint="give each document an id of its own, or remove the one that is there",
                )
            raise InputError(f"two documents have the id {document.id!r}; each must have its own")
        seen.add(document.id)
        yield document
