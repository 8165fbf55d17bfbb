"""JSON that is not one object a line: one array, or objects that follow each other."""

from collections.abc import Iterator
from itertools import chain, islice

from memscan.readers.decoding import Decoder
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import JSON_ARRAY, UTF8_MARK
from memscan.readers.json_lines import FIRST_CHUNKS
from memscan.readers.json_values import split_array, split_objects
from memscan.readers.lines import LINE_LIMIT_BYTES
from memscan.readers.values import Record, RecordError


def read_json_file(
    file: SourceFile, content: Content, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the records of a file in runs, as ``read_json_lines`` does.

    Raises:
        InputError: The array or an object does not end, or other bytes stand beside the array.
    """
    start = b"".join(islice(content.chunks, FIRST_CHUNKS))
    if start.startswith(UTF8_MARK):
        start = b" " * len(UTF8_MARK) + start[len(UTF8_MARK) :]  # so that offsets stay right
    split = split_array if content.format is JSON_ARRAY else split_objects
    runs = split(chain((start,), content.chunks), limit_bytes=LINE_LIMIT_BYTES, shown=file.shown)
    for first_number, values in runs:
        if values:
            yield [
                (number, _parsed(value, decoder, content.format.place))
                for number, value in enumerate(values, first_number)
            ]


def _parsed(value: bytes | bytearray | None, decoder: Decoder, place: str) -> Record | RecordError:
    if value is None:
        return RecordError(f"the {place} is longer than {LINE_LIMIT_BYTES} bytes")
    if not value or value.isspace():
        return RecordError(f"the {place} is missing")
    return decoder.record(value, place)
