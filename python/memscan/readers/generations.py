"""What a model wrote: generations out of records and text files, bad ones told, not dropped."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from memscan.errors import InputError, LimitError
from memscan.readers.containers import read_records
from memscan.readers.fields import (
    USUAL_IDS,
    Field,
    detect_fields,
    no_text,
    take,
    wanted_fields,
)
from memscan.readers.files import Content, SourceFile
from memscan.readers.lines import LINE_LIMIT_BYTES
from memscan.readers.source import Source
from memscan.readers.values import (
    Record,
    RecordError,
    as_id,
    as_metadata,
    as_optional_text,
    as_text,
)
from memscan.readers.whole import read_whole
from memscan.records import Generation, OnError, Rejection

_USUAL_FIELDS = {
    "text": ("text", "completion", "output", "response", "generation", "generated_text"),
    "id": USUAL_IDS,
    "prompt": ("prompt", "instruction", "input", "question"),
    "model": ("model", "generator", "model_name"),
}


class GenerationSource(Source):
    """The generations in files of records, and text files as one generation each.

    Parquet, Arrow and compressed files are known by their first bytes. A file is JSON if its
    suffix says so (``.jsonl``, ``.ndjson``, ``.json``); any other than ``.txt``, ``.text``,
    ``.md``, ``.rst`` is, too, if it starts as JSON does; so is standard input. JSON is one object a
    line, one array of objects, or objects spread over lines.

    Iterating reads the files from the start and yields a ``Generation`` or a ``Rejection`` for
    each record. Memory is bounded by the longest record.

    Attributes:
        inputs: The files, in the order they are read; each is complete once it was read.
        total_bytes: Size of all files as stored, as far as it is known before reading.
        bytes_read: Bytes read of them so far, as stored.
    """

    _usual_policy = "skip"
    _json_by_start = True

    def __init__(  # noqa: PLR0913 - the options are keyword-only
        self,
        paths: Sequence[str | Path],
        *,
        text_field: str | None = None,
        id_field: str | None = None,
        prompt_field: str | None = None,
        model_field: str | None = None,
        format: str | None = None,  # noqa: A002 - the option is called so
        on_error: OnError | None = None,
        on_detect: Callable[[str], None] | None = None,
    ) -> None:
        """Find the files; none of them is opened yet.

        Args:
            paths: Files, folders, globs, or ``-`` for standard input.
            text_field: Where a record has its text, with dots for nesting; found if ``None``.
            id_field: Where it has its id; found if ``None``, else it is ``file:line``.
            prompt_field: Where it has its prompt; found if ``None``.
            model_field: Where it has its model; found if ``None``.
            format: What the files are, such as ``jsonl``; found in each if ``None``.
            on_error: ``fail``, ``skip`` (as ``None``) or ``replace``: what becomes of a record that
                cannot be used, or holds what is no Unicode.
            on_detect: Called with one line of text when a decision differs from the last one.

        Raises:
            FileNotFoundError: A path does not exist.
            InputError: No file is meant by a path, or two roles are given the same field.
        """
        super().__init__(paths, on_detect, format=format, on_error=on_error)
        named = {"text": text_field, "id": id_field, "prompt": prompt_field, "model": model_field}
        self._wanted = wanted_fields(_USUAL_FIELDS, named)

    def __iter__(self) -> Iterator[Generation | Rejection]:
        """Read all files.

        Raises:
            OSError: A file cannot be opened or read.
            InputError: A file is damaged, is of another format, or has no record with a text.
        """
        for file, content in self._opened():
            read = self._from_whole if content.format.is_one_text else self._from_records
            for record in read(file, content):
                if isinstance(record, Rejection) and self._on_error == "fail":
                    raise InputError(record.reason, hint="--on-error skip counts it and goes on")
                yield record

    def _from_records(self, file: SourceFile, content: Content) -> Iterator[Generation | Rejection]:
        fields: dict[str, Field] = {}
        objects: list[Record] = []
        for run in read_records(file, content, replaces=self._replaces):
            file.input.records += len(run)
            if not fields:
                objects = [record for _, record in run if isinstance(record, dict)] or objects
                fields = detect_fields(self._wanted, objects, file.shown)
                self._detected_fields(file, content, fields)
            for number, record in run:
                yield _generation(file, fields, number, record)
        if not file.input.records:
            self._detected(file, {"format": "empty"})
        elif not fields:
            raise no_text(self._wanted, objects, file.shown, place=content.format.place)

    def _from_whole(self, file: SourceFile, content: Content) -> Iterator[Generation | Rejection]:
        self._detected_whole(file, content)
        file.input.records = 1
        try:
            text, metadata = read_whole(
                file, content, limit_bytes=LINE_LIMIT_BYTES, replaces=self._replaces
            )
        except (InputError, LimitError) as error:
            deque(content.chunks, maxlen=0)  # to the end, so that the hash is of the whole file
            yield _rejection(file, file.found.name, str(error))
        else:
            yield Generation(file.found.name, text, None, None, metadata)


def _generation(
    file: SourceFile, fields: dict[str, Field], number: int, record: Record | RecordError
) -> Generation | Rejection:
    generation_id = None
    try:
        if isinstance(record, RecordError):
            raise record
        generation_id = as_id(take(record, fields.get("id")))
        return Generation(
            generation_id or f"{file.found.name}:{number}",
            as_text(take(record, fields.get("text")), "text"),
            as_optional_text(take(record, fields.get("prompt")), "prompt"),
            as_optional_text(take(record, fields.get("model")), "model"),
            as_metadata(record),
        )
    except RecordError as error:
        place = f"{file.found.name}:{number}"
        return _rejection(file, generation_id or place, f"{file.shown}:{number}: {error}")


def _rejection(file: SourceFile, record_id: str, reason: str) -> Rejection:
    file.input.rejected += 1
    return Rejection(record_id, reason)
