"""The corpus: documents out of records, text files and books, or an error that names the place.

A document that cannot be read stops the build unless the user wants it skipped: an index that
silently lacks one would answer "not in the corpus" wrongly.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from memscan.errors import InputError, LimitError
from memscan.readers.containers import read_records
from memscan.readers.fields import (
    USUAL_IDS,
    Field,
    detect_fields,
    field_name,
    no_text,
    take,
    wanted_fields,
)
from memscan.readers.files import Content, SourceFile
from memscan.readers.messages import printable
from memscan.readers.source import Source
from memscan.readers.values import Record, RecordError, as_id, as_metadata, as_text
from memscan.readers.whole import read_whole
from memscan.records import Document, OnError

TEXT_LIMIT_BYTES = (1 << 32) - 1
"""The longest text of one document: the index counts its bytes in 32 bits."""

_USUAL_FIELDS = {"text": ("text", "content", "body"), "id": USUAL_IDS}
_LINE_BITS = 40
_TOLD = 3
_IN_INDEX = -1


class DocumentSource(Source):
    """The documents in files of records; text files and books are one document each.

    Parquet, Arrow, EPUB, PDF and compressed files are known by their first bytes. Of the others, a
    file is JSON if its suffix says so (``.jsonl``, ``.ndjson``, ``.json``), and so is standard
    input; all others are text. JSON is one object a line, one array of objects, or objects spread
    over lines.

    Iterating reads the files from the start. Memory is bounded by the longest document, apart from
    the ids, which are kept to find those that occur twice. A document whose id an earlier one has
    is told apart by its number: ``id#2``, ``id#3``.

    Attributes:
        inputs: The files, in the order they are read; each is complete once it was read.
        total_bytes: Size of all files as stored, as far as it is known before reading.
        bytes_read: Bytes read of them so far, as stored.
        repeated_ids: How many documents so far had the id of an earlier one.
    """

    repeated_ids: int

    _usual_policy = "fail"
    _of_generations = False

    def __init__(  # noqa: PLR0913 - the options are keyword-only
        self,
        paths: Sequence[str | Path],
        *,
        text_field: str | None = None,
        id_field: str | None = None,
        format: str | None = None,  # noqa: A002 - the option is called so
        on_error: OnError | None = None,
        on_detect: Callable[[str], None] | None = None,
        taken: Collection[str] = (),
    ) -> None:
        """Find the files; none of them is opened yet.

        Args:
            paths: Files, folders, globs, URLs of them, or ``-`` for standard input.
            text_field: Where a record has its text, with dots for nesting; found if ``None``.
            id_field: Where it has its id; found if ``None``, else it is ``file:line``.
            format: What the files are, such as ``jsonl``; found in each if ``None``.
            on_error: ``fail`` (as ``None``), ``skip`` or ``replace``: what becomes of a record that
                cannot be used, or holds what is no Unicode.
            on_detect: Called with one line of text when a decision differs from the last one, and
                for the first documents whose id occurs twice, or that are skipped.
            taken: The ids of the documents that an index has already.

        Raises:
            FileNotFoundError: A path does not exist.
            InputError: No file is meant by a path, or two roles are given the same field.
        """
        super().__init__(paths, on_detect, format=format, on_error=on_error)
        self._wanted = wanted_fields(_USUAL_FIELDS, {"text": text_field, "id": id_field})
        self._taken = taken
        self._places: dict[str, int] = {}
        self._numbers: dict[str, Iterator[int]] = {}
        self.repeated_ids = 0

    def __iter__(self) -> Iterator[Document]:
        """Read all files.

        Raises:
            OSError: A file cannot be opened or read.
            InputError: A file is damaged, is of another format, or has a record that is no
                document.
            LimitError: A text is longer than ``TEXT_LIMIT_BYTES``.
        """
        self._places = dict.fromkeys(self._taken, _IN_INDEX)
        self._numbers, self.repeated_ids = {}, 0
        for index, (file, content) in enumerate(self._opened()):
            read = self._from_whole if content.format.is_one_text else self._from_records
            for number, document in read(file, content):
                place = index << _LINE_BITS | number
                if document.id in self._places:
                    document = self._told_apart(document, place)  # noqa: PLW2901 - the same, renamed
                self._places[document.id] = place
                yield document

    def _from_records(self, file: SourceFile, content: Content) -> Iterator[tuple[int, Document]]:
        fields: dict[str, Field] = {}
        for run in read_records(file, content, replaces=self._replaces):
            file.input.records += len(run)
            if not fields:
                objects = [record for _, record in run if isinstance(record, dict)]
                fields = detect_fields(self._wanted, objects, file.shown)
                if objects and not fields:
                    raise no_text(self._wanted, objects, file.shown, place=content.format.place)
                told = {role: field_name(field) for role, field in fields.items()}
                self._detected_records(file, content, told)
            for number, record in run:
                try:
                    document = _document(file, fields, number, record)
                except InputError as error:
                    self._skip(file, error)
                else:
                    yield number, document
        if not file.input.records:
            self._detected(file, {"format": "empty"})

    def _from_whole(self, file: SourceFile, content: Content) -> Iterator[tuple[int, Document]]:
        self._detected_whole(file, content)
        file.input.records = 1
        try:
            text, metadata = read_whole(
                file, content, limit_bytes=TEXT_LIMIT_BYTES, replaces=self._replaces
            )
        except (InputError, LimitError) as error:
            self._skip(file, error)
            deque(content.stored, maxlen=0)  # to the end, so that the hash is of the whole file
        else:
            yield 0, Document(file.found.name, text, metadata)

    def _skip(self, file: SourceFile, error: InputError | LimitError) -> None:
        """Count a document as rejected and tell the first of them, or raise the error."""
        if self._on_error != "skip":
            raise error
        file.input.rejected += 1
        if sum(one.rejected for one in self.inputs) <= _TOLD:
            self._note(f"skipped: {error}")

    def _told_apart(self, document: Document, place: int) -> Document:
        """Return the document under an id that no other has."""
        numbers = self._numbers.setdefault(document.id, count(2))
        numbered = (f"{document.id}#{number}" for number in numbers)
        new_id = next(new_id for new_id in numbered if new_id not in self._places)
        self.repeated_ids += 1
        if self.repeated_ids <= _TOLD:
            first, here = self._shown_place(self._places[document.id]), self._shown_place(place)
            self._note(
                f"warning: the id {printable(document.id)!r} of {first} occurs again in {here}; "
                f"the second document is called {printable(new_id)!r}"
            )
        return replace(document, id=new_id)

    def _shown_place(self, place: int) -> str:
        if place == _IN_INDEX:
            return "the index"
        file, number = self._files[place >> _LINE_BITS], place & ((1 << _LINE_BITS) - 1)
        return f"{file.shown}:{number}" if number else file.shown


def _document(
    file: SourceFile, fields: dict[str, Field], number: int, record: Record | RecordError
) -> Document:
    try:
        if isinstance(record, RecordError):
            raise record
        return Document(
            as_id(take(record, fields.get("id"))) or f"{file.found.name}:{number}",
            as_text(take(record, fields.get("text")), "text"),
            as_metadata(record),
        )
    except RecordError as error:
        raise InputError(f"{file.shown}:{number}: {error}", hint=error.hint) from None
