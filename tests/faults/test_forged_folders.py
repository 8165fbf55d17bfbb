"""What is no index, or pretends to be one, is refused in plain words, and nothing waits for it."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import memscan
from faults.forging import forge_manifest, read_manifest
from faults.samples import build_sample
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import CommandLine

LEFT_THE_FOLDER = [
    *("../elsewhere", "..", ".", "", "/etc", "a/b", "a\\b", "shard-00000/", "c:", "a\0b", "x\n"),
    "漢字",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a sample index of tokens, with a tokenizer."""
    return build_sample(tmp_path, "token")


def rename_shard(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["shards"][0].update(folder=name)


def rename_file(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["shards"][0]["files"][0].update(name=name)


def rename_tokenizer(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda manifest: manifest["unit"]["tokenizer"]["file"].update(name=name)


def test_a_manifest_that_is_only_signed_again_opens(folder: Path) -> None:
    before = read_manifest(folder)
    forge_manifest(folder, lambda _: None)
    assert read_manifest(folder) == before
    Index.open(folder).verify()


@pytest.mark.parametrize("rename", [rename_shard, rename_file, rename_tokenizer])
@pytest.mark.parametrize("name", LEFT_THE_FOLDER)
def test_name_that_leaves_the_folder_is_refused(
    folder: Path, name: str, rename: Callable[[str], Callable[[dict[str, Any]], None]]
) -> None:
    forge_manifest(folder, rename(name))
    with pytest.raises(memscan.CorruptIndexError) as error:
        Index.open(folder)
    assert f"`{folder}` names the path `{name}`" in str(error.value)


NO_REGULAR_FILES: dict[str, Callable[[Path], object]] = {
    "link": lambda path: path.symlink_to(path.with_name(f"{path.name}.elsewhere")),
    "pipe": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("kind", NO_REGULAR_FILES)
@pytest.mark.parametrize(
    "name", ["manifest.json", "tokenizer.json", "shard-00000/units.bin", "shard-00001/text.bin"]
)
def test_only_regular_files_are_opened(
    command_line: CommandLine, folder: Path, name: str, kind: str
) -> None:
    path = folder / name
    path.rename(path.with_name(f"{path.name}.elsewhere"))
    NO_REGULAR_FILES[kind](path)
    for command in ("info", "verify"):
        done = command_line("index", command, folder)
        assert (done.returncode, done.stdout) == (4, ""), done.stderr
        assert str(folder if name == "manifest.json" else path) in done.stderr


def test_shard_that_is_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "shard-00000").rename(tmp_path / "elsewhere")
    (folder / "shard-00000").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(memscan.CorruptIndexError, match="shard-00000` is not a folder"):
        Index.open(folder)


def test_folder_that_is_a_link_itself_is_an_index(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    Index.open(tmp_path / "link").verify()


@pytest.mark.parametrize("name", ["shard-00000/units.bin", "shard-00001/filter.bin"])
@pytest.mark.parametrize("is_empty", [True, False], ids=["empty", "zip"])
def test_another_file_of_the_right_name_is_told(
    folder: Path, tmp_path: Path, name: str, *, is_empty: bool
) -> None:
    path = folder / name
    size = path.stat().st_size
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("inside", bytes(size))
    content = b"" if is_empty else (tmp_path / "archive.zip").read_bytes()
    path.write_bytes(content)
    expected = f"`{path}` has {len(content)} bytes, expected {size}"
    with pytest.raises(memscan.CorruptIndexError, match=re.escape(expected)):
        Index.open(folder)
    path.write_bytes(content[:size].ljust(size, b"\0"))
    with pytest.raises(memscan.CorruptIndexError, match="first bytes are not those of a section"):
        Index.open(folder)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"[]", b"\xff\xfe{", b"{}" * 9, b"[" * 10**6])
def test_manifest_that_is_none_is_told(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(memscan.CorruptIndexError, match="cannot be read") as error:
        Index.open(folder)
    assert str(folder) in str(error.value)


def test_file_in_place_of_a_folder_is_told(command_line: CommandLine, tmp_path: Path) -> None:
    archive = tmp_path / "index.memscan"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("manifest.json", "{}")
    done = command_line("find", archive, "the")
    assert done.returncode == 4
    assert f"error: `{archive}` is not an index: it is not a folder\nhint: " in done.stderr


@pytest.mark.parametrize("version", [0, 1, 4, 2**32 - 1])
def test_other_format_says_what_reads_it(
    command_line: CommandLine, folder: Path, version: int
) -> None:
    """A later format may have other fields, so these are not looked at."""

    def change(manifest: dict[str, Any]) -> None:
        manifest.update(format_version=version, library_version="9.8.7", news=["unknown"])
        del manifest["shards"]

    forge_manifest(folder, change)
    with pytest.raises(memscan.IncompatibleIndexError):
        Index.open(folder)
    done = command_line("find", folder, "the")
    assert done.returncode == 4
    assert done.stderr.splitlines() == [
        f"error: `{folder}` has index format version {version}; this library reads versions 2 to 3",
        "hint: it was written by memscan 9.8.7: use that version, or rebuild it",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rules_version": 99}, "units of kind `word`, rules version 99, unknown here"),
        ({"kind": "syllable"}, "units of kind `syllable`, rules version 1, unknown here"),
        ({"unicode_version": "99.0.0"}, "was built with Unicode 99.0.0; this library has"),
    ],
)
def test_other_rules_say_what_reads_them(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    folder = build_sample(tmp_path)
    forge_manifest(folder, lambda manifest: manifest["unit"].update(change))
    with pytest.raises(memscan.IncompatibleIndexError, match=re.escape(message)) as error:
        Index.open(folder)
    assert "rebuild the index" in (error.value.hint or "")


def test_shards_of_two_builds_are_told_apart(tmp_path: Path) -> None:
    """The texts have the same sizes, so that nothing but the hashes differ."""
    one, other = tmp_path / "one", tmp_path / "other"
    Index.build([("a", "one two three"), ("b", "two one three")], one, shard_units=4)
    Index.build([("a", "six ten seven"), ("b", "ten six seven")], other, shard_units=4)
    shutil.rmtree(one / "shard-00001")
    shutil.copytree(other / "shard-00001", one / "shard-00001")
    place = re.escape(str(one / "shard-00001"))
    with pytest.raises(memscan.CorruptIndexError, match=place + ".* expected "):
        Index.open(one).verify()


def test_shards_in_another_order_are_refused(folder: Path) -> None:
    (folder / "shard-00000").rename(folder / "kept")
    (folder / "shard-00001").rename(folder / "shard-00000")
    (folder / "kept").rename(folder / "shard-00001")
    with pytest.raises(memscan.CorruptIndexError, match="shard-0000"):
        Index.open(folder).verify()


def test_manifest_of_another_index_is_refused(folder: Path, tmp_path: Path) -> None:
    other = build_sample(tmp_path, "byte")
    shutil.copy(other / "manifest.json", folder / "manifest.json")
    with pytest.raises(memscan.CorruptIndexError, match="shard-00000"):
        Index.open(folder)
