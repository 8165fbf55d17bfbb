"""Compressed files: every piece whole or an error, whatever the chunks, the ratio and the name."""

import bz2
import gzip
import hashlib
import lzma
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan import InputError
from memscan.readers import GenerationSource, decompress
from memscan.readers.decompress import COMPRESSIONS, Compression, compression_of
from memscan.records import Generation, Rejection

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zstd_compressed(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})


def xz_compressed(data: bytes) -> bytes:
    return lzma.compress(data)


COMPRESS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"gzip": gzipped, "zstd": zstd_compressed, "bzip2": bz2.compress, "xz": xz_compressed}
)
WORDS = b"words, more words, and more words"

each_compression = pytest.mark.parametrize(
    "compression", COMPRESSIONS, ids=[one.name for one in COMPRESSIONS]
)


def decompressed(compression: Compression, *chunks: bytes, chunk_bytes: int = 100) -> bytes:
    pieces = decompress.decompress(iter(chunks), compression, name="a", chunk_bytes=chunk_bytes)
    return b"".join(pieces)


def generations(path: Path) -> list[Generation]:
    found = list(GenerationSource([path]))
    assert all(isinstance(one, Generation) for one in found)
    return [one for one in found if isinstance(one, Generation)]


@each_compression
@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.jsonl", "a"])
def test_a_compression_is_known_by_its_bytes_not_by_its_name(
    tmp_path: Path, compression: Compression, name: str
) -> None:
    (tmp_path / name).write_bytes(COMPRESS[compression.name](b'{"text": "words"}\n'))
    source = GenerationSource([tmp_path / name])
    [generation] = source
    assert isinstance(generation, Generation)
    assert generation.text == "words"
    assert source.inputs[0].detected["format"] == f"{compression.name} JSON lines"
    assert source.inputs[0].bytes == (tmp_path / name).stat().st_size


@each_compression
@given(
    pieces=st.lists(st.binary(max_size=300), min_size=1, max_size=3),
    cuts=st.lists(st.integers(0, 500)),
    chunk_bytes=st.integers(1, 400),
)
def test_pieces_in_any_chunks_give_all_their_bytes(
    compression: Compression, pieces: list[bytes], cuts: list[int], chunk_bytes: int
) -> None:
    stored = b"".join(COMPRESS[compression.name](piece) for piece in pieces)
    ends = [0, *sorted(cuts), len(stored)]
    chunks = [stored[start:end] for start, end in pairwise(ends)]
    assert decompressed(compression, *chunks, chunk_bytes=chunk_bytes) == b"".join(pieces)


@each_compression
def test_a_piece_cut_at_any_length_is_an_error(compression: Compression) -> None:
    first = COMPRESS[compression.name](b"one ")
    stored = first + COMPRESS[compression.name](WORDS)
    for length in range(1, len(stored)):
        if length == len(first):
            continue
        with pytest.raises(InputError, match=f"^a ends in the middle of its {compression.name}"):
            decompressed(compression, stored[:length])


@each_compression
def test_a_flipped_byte_is_an_error_or_changes_nothing(compression: Compression) -> None:
    stored = COMPRESS[compression.name](WORDS)
    errors = 0
    for index in range(len(stored)):
        damaged = bytearray(stored)
        damaged[index] ^= 0x55
        try:
            assert decompressed(compression, bytes(damaged)) == WORDS
        except InputError as error:
            assert f"{compression.name} data" in str(error)  # noqa: PT017 - it may not come
            errors += 1
    assert errors > len(stored) * 0.8


@each_compression
@pytest.mark.parametrize("garbage", [b"\n", b"x", b"more words and more words"])
def test_other_bytes_after_the_last_piece_are_an_error(
    compression: Compression, garbage: bytes
) -> None:
    stored = COMPRESS[compression.name](WORDS)
    for chunks in ([stored + garbage], [stored, garbage]):
        with pytest.raises(InputError, match=f"has other bytes after its {compression.name} data"):
            decompressed(compression, *chunks)


@pytest.mark.parametrize("name", ["gzip", "xz"])
def test_zero_bytes_after_a_piece_are_padding(name: str) -> None:
    [compression] = (one for one in COMPRESSIONS if one.name == name)
    piece = COMPRESS[name](b"words")
    assert decompressed(compression, piece, b"\0" * 300, piece, b"\0" * 512) == b"wordswords"


def test_skippable_frames_of_zstd_are_skipped() -> None:
    skippable = b"\x53\x2a\x4d\x18\x03\0\0\0abc"
    stored = skippable + zstd.compress(b"words") + skippable
    compression = compression_of(stored)
    assert compression is decompress.ZSTD
    assert decompressed(compression, stored) == b"words"


@each_compression
def test_a_bomb_is_handed_out_in_small_pieces(compression: Compression) -> None:
    bomb = COMPRESS[compression.name](b"\0" * 2**24)
    pieces = decompress.decompress(iter([bomb]), compression, name="a", chunk_bytes=1000)
    sizes = [len(piece) for piece in pieces]
    assert sum(sizes) == 2**24
    assert max(sizes) <= 1000


def test_what_expands_out_of_all_proportion_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "_EXPANSION_FREE_BYTES", 2**20)
    assert len(decompressed(decompress.ZSTD, zstd.compress(b"\0" * 2**20))) == 2**20
    with pytest.raises(InputError, match="a expands more than 1000 times") as caught:
        decompressed(decompress.ZSTD, zstd.compress(b"\0" * 2**22))
    assert caught.value.hint == "decompress the file first if it is meant"


def test_a_window_that_is_too_large_is_refused_with_a_way_out() -> None:
    frame = b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x01\x00\x00"
    with pytest.raises(InputError, match="its window is larger than") as caught:
        decompressed(decompress.ZSTD, frame)
    assert "--long=31" in str(caught.value.hint)


@each_compression
def test_an_empty_file_is_no_compressed_file(tmp_path: Path, compression: Compression) -> None:
    path = tmp_path / f"a.jsonl{compression.suffix}"
    path.write_bytes(b"")
    with pytest.raises(InputError, match=f"is empty, expected {compression.name} data"):
        generations(path)


@each_compression
def test_a_truncated_file_is_an_error_after_what_it_holds(
    tmp_path: Path, compression: Compression
) -> None:
    lines = b"".join(b'{"text": "words %d"}\n' % number for number in range(50_000))
    stored = COMPRESS[compression.name](lines)
    (tmp_path / "g.jsonl").write_bytes(stored[: len(stored) * 9 // 10])
    with pytest.raises(InputError, match=r"g\.jsonl ends in the middle of its"):
        generations(tmp_path / "g.jsonl")


def test_text_file_with_damaged_data_is_rejected_and_hashed_as_a_whole(tmp_path: Path) -> None:
    stored = gzip.compress(b"words") + b"others"
    (tmp_path / "a.txt.gz").write_bytes(stored)
    source = GenerationSource([tmp_path])
    [rejection] = source
    assert isinstance(rejection, Rejection)
    assert "has other bytes after its gzip data" in rejection.reason
    assert source.inputs[0].sha256 == hashlib.sha256(stored).hexdigest()
