"""A small index with everything that an index can have, to be damaged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNITS = ("word", "lexeme", "byte", "token")
TEXTS = {
    "cat": "the cat sat on the mat and the cat sat on the naïve dog",
    "gone": "the gone cat sat on a mat that is gone",
    "dog": "the dog sat on the mat, and the dog ran",
    "漢字": "漢字 the cat sat on the mat and ran",
}
REMOVED = "gone"
SHARD_UNITS = {"word": 60, "lexeme": 70, "byte": 150, "token": 40}
QUERY = "then the cat sat on the mat and the dog ran"
TABLE_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section stands in its file, and how wide its elements are."""

    name: str
    start: int
    end: int
    width: int


def build_sample(folder: Path, unit: str = "word") -> Path:
    """Build an index of several shards, of which one lost a document; return its folder."""
    path = folder / f"{unit}.memscan"
    tokenizer = word_tokenizer(folder) if unit == "token" else None
    Index.build(
        TEXTS.items(),
        path,
        unit=unit,
        tokenizer=tokenizer,
        shard_units=SHARD_UNITS[unit],
        filter_k=2,
        threads=1,
    )
    Index.remove(path, [REMOVED])
    return path


def word_tokenizer(folder: Path) -> Path:
    """Write a ``tokenizer.json`` whose tokens are words; return its path."""
    words = sorted({word for text in TEXTS.values() for word in text.split()})
    vocabulary = {word: number for number, word in enumerate(["?", *words])}
    path = folder / "tokenizer.json"
    content = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "?"},
    }
    path.write_text(json.dumps(content, ensure_ascii=False))
    return path


def answers(index: Index) -> list[object]:
    """Return what an index says of a text and of itself."""
    result = index.scan([QUERY], min_length=2, occurrences=3, threads=1)
    found = result.spans.to_pylist(), result.generations.to_pylist(), index.documents().to_pylist()
    return [index.info, index.matching_statistics(QUERY).tolist(), *found]


def files_in(folder: Path) -> dict[Path, bytes]:
    """Return the files under a folder, by their paths within it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in files}


def paths_of(index: Path) -> list[Path]:
    """Return every path that a command touches which changes an index of one small shard."""
    building = index.with_name(f"{index.name}.building")
    roles = ("units", "suffixes", "suffixes-1", "filter", "vocabulary", "documents", "text")
    folders = [
        *(index, index / "shard-00000", index / "shard-00001"),
        *(building, building / "shard-00000", building / "shard-00001"),
        *(building / "shard-00000.0", building / "shard-00001.0"),
    ]
    names = [*(f"{role}.bin" for role in roles), "manifest.json", "manifest.json.new", "lock"]
    return [index.parent, *folders, *(folder / name for folder in folders for name in names)]


def sections_of(file: bytes | bytearray) -> Iterator[Section]:
    """Yield the sections that the table of a file names; see docs/format.md."""
    for entry in range(64, 64 + 48 * int.from_bytes(file[12:16], "little"), 48):
        name = bytes(file[entry : entry + 24]).rstrip(b"\0").decode()
        width, start, count = (
            int.from_bytes(file[place : place + 8], "little")
            for place in range(entry + 24, entry + 48, 8)
        )
        yield Section(name, start, start + width * count, width)
