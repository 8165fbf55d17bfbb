"""Every byte of an index is changed in turn: it is refused, or verifying names the file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import memscan
from faults.samples import QUERY, TABLE_BYTES, UNITS, answers, build_sample, files_in
from memscan import Index

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("unit", UNITS)
def test_no_changed_byte_gets_past_verify(tmp_path: Path, unit: str) -> None:
    folder = build_sample(tmp_path, unit)
    for name, whole in files_in(folder).items():
        if name.name == "manifest.json":
            continue
        with (folder / name).open("r+b", buffering=0) as file:
            for place, byte in enumerate(whole):
                os.pwrite(file.fileno(), bytes([byte ^ 1 << place % 8]), place)
                error = what_is_wrong_with(folder)
                assert str(folder / name) in error, (name, place)
                is_refused = not error.endswith(" when verified")
                assert is_refused or place >= TABLE_BYTES or name.suffix == ".json", (name, place)
                os.pwrite(file.fileno(), bytes([byte]), place)
    assert not what_is_wrong_with(folder)


def what_is_wrong_with(folder: Path) -> str:
    """Return what an index is refused for; if only when verified, with these words after it."""
    try:
        index = Index.open(folder)
    except memscan.IndexFormatError as error:
        return str(error)
    try:
        index.verify(threads=1)
    except memscan.CorruptIndexError as error:
        return f"{error} when verified"
    return ""


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_changed_manifest_is_refused_or_says_the_same(tmp_path: Path, flip: int) -> None:
    folder = build_sample(tmp_path)
    expected = Index.open(folder).info
    whole = (folder / "manifest.json").read_bytes()
    for place, byte in enumerate(whole):
        changed = bytearray(whole)
        changed[place] = byte ^ flip
        (folder / "manifest.json").write_bytes(changed)
        try:
            info = Index.open(folder).info
        except memscan.IndexFormatError as error:
            assert str(folder) in str(error)  # noqa: PT017 - it may also open
        else:
            assert info == expected
            assert chr(byte).isspace(), place


@pytest.mark.parametrize("unit", UNITS)
def test_damage_that_is_not_looked_for_ends_in_an_answer_or_an_error(
    tmp_path: Path, unit: str
) -> None:
    folder = build_sample(tmp_path, unit)
    sound = answers(Index.open(folder))
    for name, whole in files_in(folder).items():
        if name.suffix != ".bin":
            continue
        for place in range(TABLE_BYTES, len(whole), 5):
            changed = bytearray(whole)
            changed[place] ^= 0xFF
            (folder / name).write_bytes(changed)
            index = Index.open(folder)
            try:
                index.scan([QUERY], min_length=2, threads=1)
                index.find(QUERY[:7])
                index.matching_statistics(QUERY)
                index.documents()
            except memscan.MemscanError as error:
                assert isinstance(error, memscan.CorruptIndexError), (name, place)  # noqa: PT017
        (folder / name).write_bytes(whole)
    assert answers(Index.open(folder)) == sound
