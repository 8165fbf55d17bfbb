"""Arrow IPC: one record a row, of the file format and of the stream format."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.readers.files import read_stored, seekable_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from memscan.readers.decoding import Decoder
    from memscan.readers.files import Content, SourceFile
    from memscan.readers.values import Record, RecordError

_END = b"\xff\xff\xff\xff\0\0\0\0"


def read_arrow_file(
    file: SourceFile, content: Content, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the rows of a file in runs, each row with its number.

    Memory is bounded by the largest batch, which whoever wrote the file has chosen.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged, or compressed as a whole, or no file.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    from memscan.readers.columnar import damage_told, opened  # noqa: PLC0415

    path = seekable_path(file, content)
    number = 1
    with damage_told(file, content), opened(path) as source:
        reader = pa.ipc.open_file(source)
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            yield from _runs(file, batch, number, decoder)
            number += batch.num_rows
            read_stored(file, content, share=(index + 1) / (reader.num_record_batches + 1))
    read_stored(file, content, share=1)


def read_arrow_stream(
    file: SourceFile, content: Content, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the rows of a stream in runs, likewise; it may be compressed, or standard input.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged, cut short, or other bytes follow.
    """
    import pyarrow as pa  # noqa: PLC0415

    from memscan.readers.columnar import damage_told  # noqa: PLC0415

    number = 1
    with damage_told(file, content):
        stream = _Stream(content.chunks)
        for batch in pa.ipc.open_stream(stream):
            yield from _runs(file, batch, number, decoder)
            number += batch.num_rows
        if not stream.last.endswith(_END):
            raise InputError(
                f"{file.shown} ends without the mark that ends an Arrow stream, after "
                f"{number - 1} rows",
                hint="it was cut short: copy it again, or write it again",
            )
        if stream.read(1):
            raise InputError(
                f"{file.shown} has other bytes after its Arrow stream",
                hint="give each stream a file of its own",
            )


def _runs(
    file: SourceFile, batch: pa.RecordBatch, first_number: int, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the rows of a batch that comes from outside, as it was written, once it is checked."""
    from memscan.readers.columnar import (  # noqa: PLC0415
        checked,
        refuse_repeated_names,
        runs_of,
    )

    refuse_repeated_names(batch.schema.names, file.shown)
    yield from runs_of(checked(batch), first_number, decoder)


class _Stream(io.RawIOBase):
    """Chunks of bytes as what Arrow reads from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""
        self.last = b""
        """The last bytes that were read."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces, wanted = [self._left], size - len(self._left)
        while (size < 0 or wanted > 0) and (chunk := next(self._chunks, None)) is not None:
            pieces.append(chunk)
            wanted -= len(chunk)
        data = b"".join(pieces)
        end = len(data) if size < 0 else size
        self._left, data = data[end:], data[:end]
        self.last = (self.last + data[-len(_END) :])[-len(_END) :]
        return data
