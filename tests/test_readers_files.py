"""The bytes of files: counted, hashed, decompressed, and never read in part unnoticed."""

import gzip
import io
import os
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from memscan import InputError, InputFile
from memscan.readers.files import CHUNK_BYTES, Content, SourceFile, open_content
from memscan.readers.paths import find_files


def source_file(path: str | Path) -> SourceFile:
    [found] = find_files([path])
    return SourceFile(found, InputFile(found.path))


def content_of(path: str | Path) -> bytes:
    return b"".join(open_content(source_file(path)).chunks)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 1])
@pytest.mark.parametrize("is_gzip", [False, True])
def test_bytes_are_counted_and_hashed_as_stored(tmp_path: Path, size: int, is_gzip: bool) -> None:  # noqa: FBT001
    data = b"0123456789abcde\n" * (size // 16 + 1)
    stored = gzip.compress(data[:size], mtime=0) if is_gzip else data[:size]
    (tmp_path / "a").write_bytes(stored)
    file = source_file(tmp_path / "a")
    content = open_content(file)
    assert content.head == data[:size][:CHUNK_BYTES]
    assert b"".join(content.chunks) == data[:size]
    assert content.compression == ("gzip" if is_gzip else None)
    assert (file.input.bytes, file.input.sha256) == (len(stored), sha256(stored).hexdigest())


def test_the_hash_is_empty_until_all_was_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 2 * CHUNK_BYTES)
    file = source_file(tmp_path / "a")
    content = open_content(file)
    next(content.chunks)
    assert (file.input.bytes, file.input.sha256) == (CHUNK_BYTES, "")


def test_a_file_that_is_not_read_to_its_end_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 2 * CHUNK_BYTES)
    content: Content | None = open_content(source_file(tmp_path / "a"))
    assert _open_files() == {str(tmp_path / "a")}
    del content
    assert not _open_files()


def _open_files() -> set[str]:
    links = Path("/proc/self/fd").iterdir()
    targets = (str(link.readlink()) for link in links if link.is_symlink())
    return {target for target in targets if target.endswith("/a")}


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ("words".encode("utf-16"), "looks like UTF-16"),
        (b"\xfe\xff\x00w", "looks like UTF-16"),
        (b"PARE\x15\x04", "is an encrypted Parquet file"),
        (b"FEA1\x00\x00", "is a Feather file of version 1"),
        (gzip.compress(b"words"), "is compressed twice"),
        (b"PK\x03\x04", "is a zip archive"),
    ],
)
def test_other_formats_are_called_by_their_names(tmp_path: Path, start: bytes, kind: str) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(start))
    with pytest.raises(InputError, match=rf"a\.gz {kind}, expected"):
        content_of(tmp_path / "a.gz")


def test_a_file_that_vanishes_is_a_file_not_found_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words")
    file = source_file(tmp_path / "a")
    (tmp_path / "a").unlink()
    with pytest.raises(FileNotFoundError, match="/a"):
        open_content(file)


def test_a_failing_read_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"words")
    file = source_file(tmp_path / "a")

    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", lambda *_: Failing())
    with pytest.raises(OSError, match="Input/output error") as caught:
        open_content(file)
    assert caught.value.filename == str(tmp_path / "a")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_a_permission_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words")
    (tmp_path / "a").chmod(0)
    with pytest.raises(PermissionError, match="/a"):
        content_of(tmp_path / "a")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with (tmp_path / "pipe").open("wb") as pipe:
            for _ in range(3):
                pipe.write(gzip.compress(b"words "))
                pipe.flush()

    writer = threading.Thread(target=write)
    writer.start()
    assert content_of(tmp_path / "pipe") == b"words words words "
    writer.join()


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    stream = io.BytesIO(gzip.compress(b"words"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    yield stream
    assert not stream.closed


@pytest.mark.usefixtures("stdin")
def test_standard_input_is_read_and_left_open() -> None:
    assert content_of("-") == b"words"


def test_closed_standard_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input is closed"):
        content_of("-")
