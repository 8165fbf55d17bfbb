"""Several corpora in one index: documents one corpus after the other, each with its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.readers import DocumentSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memscan.records import Document, InputFile

LONGEST_NAME = 200


class NamedCorpora:
    """The documents of several corpora, in order.

    Attributes:
        is_files: Whether all of them are files.
    """

    def __init__(
        self,
        corpora: Sequence[tuple[str | None, DocumentSource | Iterator[Document]]],
        seen: set[str],
    ) -> None:
        """Take the documents of each corpus.

        Args:
            corpora: Name and documents; ``None`` for what has no name.
            seen: The ids so far; those of the documents are added.
        """
        self._corpora = corpora
        self._seen = seen
        self.is_files = all(isinstance(source, DocumentSource) for _, source in corpora)

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents of all."""
        for name, documents in self._corpora:
            for document in documents:
                self._seen.add(document.id)
                yield replace(document, corpus=name)

    @property
    def inputs(self) -> list[InputFile]:
        """The files of all, in order."""
        return [file for source in self._files() for file in source.inputs]

    @property
    def total_bytes(self) -> int:
        """The size of all files, as far as it is known."""
        return sum(source.total_bytes for source in self._files())

    @property
    def bytes_read(self) -> int:
        """The bytes read of them so far."""
        return sum(source.bytes_read for source in self._files())

    def _files(self) -> list[DocumentSource]:
        return [source for _, source in self._corpora if isinstance(source, DocumentSource)]


def named(corpus: object) -> Mapping[str | None, object] | None:
    """Return the corpora by their names if a corpus is given so, after checking the names.

    Raises:
        TypeError: If a name is no ``str``.
        InputError: If a name is empty, too long, or has control characters; or there is none.
    """
    if not isinstance(corpus, Mapping):
        return None
    if not corpus:
        raise InputError("no corpus is given", hint="give at least one name and its documents")
    for name in corpus:
        if name is not None:
            refuse_name(name)
    return corpus


def refuse_name(name: object) -> None:
    """Raise an error if this is no name of a corpus."""
    if not isinstance(name, str):
        message = f"the name of a corpus is a {type(name).__name__}; expected a str"
        raise TypeError(message)
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InputError(
            f"{name!r} is no name for a corpus",
            hint=f"a name has 1 to {LONGEST_NAME} printable characters",
        )
