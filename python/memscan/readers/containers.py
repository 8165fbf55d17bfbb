"""Records out of any file that holds many: one function, whatever the format."""

from collections.abc import Iterator

from memscan.readers.arrow_ipc import read_arrow_file, read_arrow_stream
from memscan.readers.decoding import Decoder
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import (
    ARROW_FILE,
    ARROW_STREAM,
    JSON_ARRAY,
    JSON_LINES,
    JSON_OBJECTS,
    PARQUET,
)
from memscan.readers.json_file import read_json_file
from memscan.readers.json_lines import read_json_lines
from memscan.readers.parquet import read_parquet
from memscan.readers.values import Record, RecordError

_READERS = {
    JSON_LINES: read_json_lines,
    JSON_ARRAY: read_json_file,
    JSON_OBJECTS: read_json_file,
    PARQUET: read_parquet,
    ARROW_FILE: read_arrow_file,
    ARROW_STREAM: read_arrow_stream,
}


def read_records(
    file: SourceFile, content: Content, *, replaces: bool = False
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the records of a file in runs, each with its number, counted from one.

    What the number counts is ``content.format.place``: lines, elements, rows. No run is empty, and
    the first is long enough to detect the fields.

    Args:
        file: The file.
        content: What it holds; its format is one of records.
        replaces: Whether what is no Unicode becomes U+FFFD.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged in a way that leaves the rest of its records unknown.
    """
    for run in _READERS[content.format](file, content, Decoder(file.input, replaces=replaces)):
        for _, record in run if file.found.fields else ():
            if isinstance(record, dict):
                for name, value in file.found.fields.items():
                    record.setdefault(name, value)
        yield run
