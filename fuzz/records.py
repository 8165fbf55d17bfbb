"""Records of any bytes: they are read, rejected or refused, and nothing else happens.

The first byte of the input chooses the name of the file and whether the bytes are compressed on the
way, so that the fuzzer gets past the checksums of gzip; the second chooses the fields that are
named. The rest is what the file holds.

What must hold: documents and generations come out, a ``Rejection``, or a ``MemscanError``. Texts
are Unicode without surrogates. Every record is counted, reading twice gives the same, and a message
is one printable line. Pieces of any size give the same lines and the same decompressed bytes.

Run it as ``python fuzz/records.py SEEDS -max_total_time=20``: the options are those of libFuzzer.
"""

import gzip
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports():
    from memscan.errors import InputError, MemscanError
    from memscan.readers import DocumentSource, GenerationSource
    from memscan.readers.decompress import GZIP, decompress
    from memscan.readers.lines import split_lines
    from memscan.records import Document, Generation, Rejection

_NAMES = ("a.jsonl", "a.jsonl.gz", "a.txt", "a.txt.gz", "a.json", "a", "a.md", "a.log.gz")
_FIELDS = (None, "text", "id", "prompt.text", "a.b", "output")
_SCALARS = (str, int, float, bool, type(None))
_LINE_LIMIT_BYTES = 64
_FOLDER = Path(tempfile.mkdtemp())


def check_input(data: bytes) -> None:
    """Read one input as documents and as generations, and its bytes in pieces."""
    if len(data) < 2:  # noqa: PLR2004 - the bytes that choose
        return
    how, field, content = data[0], data[1], data[2:]
    stored = gzip.compress(content, 1, mtime=0) if how & 8 else content
    path = _FOLDER / _NAMES[how % len(_NAMES)]
    path.write_bytes(stored)
    text_field = _FIELDS[field % len(_FIELDS)]
    id_field = _FIELDS[field // len(_FIELDS) % len(_FIELDS)]
    # A folder is walked and its files are told to be text or not; a named file is believed.
    paths = [_FOLDER if how & 16 else path]
    try:
        told: list[str] = []
        for source in (
            DocumentSource(paths, text_field=text_field, id_field=id_field, on_detect=told.append),
            GenerationSource(
                paths, text_field=text_field, id_field=id_field, on_detect=told.append
            ),
        ):
            check_source(source, stored, told)
    except InputError as error:
        check_message(str(error))
    path.unlink()
    check_pieces(content, stored, piece_bytes=1 + field % 7)


def check_source(source: DocumentSource | GenerationSource, stored: bytes, told: list[str]) -> None:
    """Read a source twice, and check what comes out and what is noted of its file."""
    first, first_error = drained(source)
    [file] = source.inputs
    told_first, told[:] = list(told), []
    second, second_error = drained(source)
    assert (first, first_error, told_first) == (second, second_error, told)
    told.clear()
    for message in told_first:
        check_message(message)
    for record in first:
        check_record(record)
    if first_error is not None:
        check_message(first_error)
        return
    assert (file.bytes, file.sha256) == (len(stored), sha256(stored).hexdigest())
    assert file.rejected == sum(isinstance(record, Rejection) for record in first)
    if isinstance(source, DocumentSource):
        assert file.records == len(first), "only a record of generations may hold several"
        ids = [record.id for record in first]
        assert len(set(ids)) == len(ids), "no two documents have one id"


def drained(
    source: DocumentSource | GenerationSource,
) -> tuple[list[Document | Generation | Rejection], str | None]:
    """Return the records of a source, and the error that ended it, if one did."""
    records: list[Document | Generation | Rejection] = []
    try:
        records.extend(source)
    except MemscanError as error:
        return records, str(error)
    return records, None


def check_record(record: Document | Generation | Rejection) -> None:
    """Check that a record holds what its type promises."""
    assert record.id
    record.id.encode()
    if isinstance(record, Rejection):
        check_message(record.reason)
        return
    record.text.encode()
    for name, value in record.metadata.items():
        name.encode()
        assert isinstance(value, _SCALARS)
        if isinstance(value, str):
            value.encode()


def check_message(message: str) -> None:
    """Check that a message is one line that can be shown."""
    assert message.isprintable(), ascii(message)


def check_pieces(content: bytes, stored: bytes, *, piece_bytes: int) -> None:
    """Check that lines and decompressed bytes do not depend on where the chunks end."""
    expected = [line if len(line) <= _LINE_LIMIT_BYTES else None for line in content.split(b"\n")]
    expected = expected[:-1] if expected[-1] == b"" else expected
    runs = split_lines(pieces(content, piece_bytes), limit_bytes=_LINE_LIMIT_BYTES)
    assert [line for lines in runs for line in (lines.first, *lines.others())] == expected
    whole, in_pieces = (
        inflated(pieces(stored, size), chunk_bytes=size) for size in (1 << 20, piece_bytes)
    )
    assert whole == in_pieces


def pieces(data: bytes, piece_bytes: int) -> Iterator[bytes]:
    """Cut bytes into pieces of one size."""
    return (data[start : start + piece_bytes] for start in range(0, len(data), piece_bytes))


def inflated(stored: Iterator[bytes], *, chunk_bytes: int) -> bytes | None:
    """Return decompressed bytes, ``None`` where they are refused."""
    try:
        return b"".join(decompress(stored, GZIP, name="a.gz", chunk_bytes=chunk_bytes))
    except InputError as error:
        check_message(str(error))
        return None


if __name__ == "__main__":
    atheris.Setup(sys.argv, check_input)
    atheris.Fuzz()
