"""A file of an index that was cut short is named, with the size it has and the size it had."""

from __future__ import annotations

import random
import re
import shutil
from typing import TYPE_CHECKING

import pytest

import memscan
from faults.samples import TABLE_BYTES, UNITS, build_sample, files_in, sections_of
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import CommandLine

RANDOM_CUTS = 10


def lengths_of(file: bytes) -> Iterator[int]:
    """Yield the lengths to which a file is cut: at its sections, and at random."""
    yield from (0, 1, 64, TABLE_BYTES - 1, TABLE_BYTES, len(file) - 1)
    for section in sections_of(file):
        yield from (section.start, section.end - 1, section.end, section.end + 1)
    chance = random.Random(len(file))  # noqa: S311 - for tests
    yield from (chance.randrange(len(file)) for _ in range(RANDOM_CUTS))


@pytest.mark.parametrize("unit", UNITS)
def test_cut_file_is_named_with_both_sizes(tmp_path: Path, unit: str) -> None:
    folder = build_sample(tmp_path, unit)
    for name, whole in files_in(folder).items():
        if name.suffix != ".bin":
            continue
        for length in set(lengths_of(whole)) - {len(whole)}:
            (folder / name).write_bytes((whole + b"\0" * 64)[:length])
            expected = f"`{folder / name}` has {length} bytes, expected {len(whole)}"
            for mmap in (True, False):
                with pytest.raises(memscan.CorruptIndexError, match=re.escape(expected)):
                    Index.open(folder, mmap=mmap)
        (folder / name).write_bytes(whole)
    Index.open(folder).verify()


@pytest.mark.parametrize("name", ["manifest.json", "tokenizer.json"])
def test_cut_json_is_named(tmp_path: Path, name: str) -> None:
    folder = build_sample(tmp_path, "token")
    whole = (folder / name).read_bytes()
    for length in range(len(whole) - 1):
        (folder / name).write_bytes(whole[:length])
        with pytest.raises(memscan.CorruptIndexError, match=re.escape(str(folder))) as error:
            Index.open(folder).verify()
        assert name.removesuffix(".json") in str(error.value)


@pytest.mark.parametrize("command", ["scan", "find", "index info", "index verify", "novelty"])
def test_command_line_ends_with_code_4(
    command_line: CommandLine, index_folder: Path, command: str
) -> None:
    folder = command_line.folder / "cut.memscan"
    shutil.copytree(index_folder, folder)
    file = folder / "shard-00000" / "suffixes.bin"
    expected_bytes = file.stat().st_size
    file.write_bytes(file.read_bytes()[:-4])
    words = {"scan": ["-", "-o", "out"], "find": ["a text"], "novelty": ["-"]}.get(command, [])
    done = command_line(*command.split(), folder, *words, stdin=b'{"text": "one"}\n')
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.splitlines() == [
        f"error: `{file}` has {expected_bytes - 4} bytes, expected {expected_bytes}",
        "hint: rebuild the index, or copy it again from where it is sound",
    ]
    assert list(command_line.folder.iterdir()) == [folder]
