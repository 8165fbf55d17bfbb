"""Numbers that lie, under hashes that fit, are refused before memory is asked for, or verified."""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING, Any

import pytest

import memscan
from faults.forging import forge_file, forge_manifest
from faults.samples import QUERY, UNITS, answers, build_sample, sections_of
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HUGE = [2**31, 2**32, 2**62, 2**63, 2**64 - 1]
COUNTS = ("documents", "units", "distinct_units", "text_bytes", "removed_units", "removed_bytes")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("field", COUNTS)
def test_huge_count_in_the_manifest_is_refused(tmp_path: Path, unit: str, field: str) -> None:
    folder = build_sample(tmp_path, unit)
    for number in HUGE:
        forge_manifest(folder, lambda manifest: manifest["shards"][0].update({field: number}))  # noqa: B023
        with pytest.raises(memscan.CorruptIndexError):
            Index.open(folder).verify()


@pytest.mark.parametrize("field", ["documents", "units", "text_bytes"])
def test_total_that_is_not_that_of_the_shards_is_refused(tmp_path: Path, field: str) -> None:
    folder = build_sample(tmp_path)
    for number in (0, 1, 2**63):
        forge_manifest(folder, lambda manifest: manifest.update({field: number}))  # noqa: B023
        with pytest.raises(memscan.CorruptIndexError):
            Index.open(folder)


def test_one_shard_named_twice_is_refused(tmp_path: Path) -> None:
    folder = build_sample(tmp_path)

    def change(manifest: dict[str, Any]) -> None:
        shard = manifest["shards"][1]
        manifest["shards"].append(shard)
        manifest["documents"] += shard["documents"] - len(shard["removed"])
        manifest["units"] += shard["units"] - shard["removed_units"]
        manifest["text_bytes"] += shard["text_bytes"] - shard["removed_bytes"]

    forge_manifest(folder, change)
    with pytest.raises(memscan.CorruptIndexError, match="shard-00001"):
        Index.open(folder)


ENTRY = 64 + 24
"""Where the width, start and count of a file's first section stand."""

FORGED_TABLES: dict[str, Callable[[bytearray], object]] = {
    "2^63 elements": lambda file: struct.pack_into("<Q", file, ENTRY + 16, 2**63),
    "2^64 - 1 elements": lambda file: struct.pack_into("<Q", file, ENTRY + 16, 2**64 - 1),
    "one element more": lambda file: struct.pack_into("<Q", file, ENTRY + 16, add(file, 1)),
    "one element less": lambda file: struct.pack_into("<Q", file, ENTRY + 16, add(file, -1)),
    "start past the end": lambda file: struct.pack_into("<Q", file, ENTRY + 8, 2**64 - 64),
    "start in the table": lambda file: struct.pack_into("<Q", file, ENTRY + 8, 0),
    "start after a hole": lambda file: struct.pack_into("<Q", file, ENTRY + 8, 2048),
    "width of three": lambda file: struct.pack_into("<Q", file, ENTRY, 3),
    "width of none": lambda file: struct.pack_into("<Q", file, ENTRY, 0),
    "2^32 - 1 sections": lambda file: struct.pack_into("<I", file, 12, 2**32 - 1),
    "no sections": lambda file: struct.pack_into("<I", file, 12, 0),
    "length of 2^63": lambda file: struct.pack_into("<Q", file, 16, 2**63),
    "another name": lambda file: struct.pack_into("<4s", file, 64, b"none"),
}


def add(file: bytearray, more: int) -> int:
    (count,) = struct.unpack_from("<Q", file, ENTRY + 16)
    return int(count) + more


@pytest.mark.parametrize("name", ["units.bin", "suffixes-1.bin", "documents.bin", "filter.bin"])
@pytest.mark.parametrize("kind", FORGED_TABLES)
def test_forged_table_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    folder = build_sample(tmp_path)
    forge_file(folder, name, FORGED_TABLES[kind])
    with pytest.raises(memscan.CorruptIndexError, match=name):
        Index.open(folder)


def test_file_that_is_only_signed_again_verifies(tmp_path: Path) -> None:
    folder = build_sample(tmp_path)
    expected = answers(Index.open(folder))
    for name in ("units.bin", "suffixes-1.bin"):
        forge_file(folder, name, lambda _: None)
    Index.open(folder).verify()
    assert answers(Index.open(folder)) == expected


LIES: dict[str, Callable[[array[Any]], array[Any]]] = {
    "out of range": lambda values: array(values.typecode, [2**32 - 1] * len(values)),
    "just out of range": lambda values: array(values.typecode, [len(values) + 50] * len(values)),
    "equal": lambda values: array(values.typecode, [values[0]] * len(values)),
    "zero": lambda values: array(values.typecode, [0] * len(values)),
    "reversed": lambda values: values[::-1],
    "two exchanged": lambda values: values[1:2] + values[:1] + values[2:],
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("section", ["suffixes", "first_ranks", "samples", "unit_starts"])
def test_array_of_nonsense_ends_in_an_error_of_verify(
    tmp_path: Path, unit: str, lie: str, section: str
) -> None:
    folder = build_sample(tmp_path, unit)
    name = "documents.bin" if section == "unit_starts" else "suffixes-1.bin"
    before = (folder / "shard-00000" / name).read_bytes()

    def change(file: bytearray) -> None:
        (place,) = (one for one in sections_of(file) if one.name == section)
        values = array({1: "B", 4: "I", 8: "Q"}[place.width], bytes(file[place.start : place.end]))
        file[place.start : place.end] = LIES[lie](values).tobytes()

    forge_file(folder, name, change)
    if (folder / "shard-00000" / name).read_bytes() == before:
        pytest.skip("the section has one value, so this is no lie")
    index = Index.open(folder)
    with pytest.raises(memscan.CorruptIndexError, match="shard-00000"):
        index.verify()
    try:
        index.scan([QUERY], min_length=2, occurrences=9)
        index.find(QUERY[:7])
        index.matching_statistics(QUERY)
        index.documents()
    except memscan.MemscanError as error:
        assert isinstance(error, memscan.CorruptIndexError)  # noqa: PT017 - it may also answer
