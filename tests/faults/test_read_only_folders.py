"""Whoever only reads an index writes nothing to its folder, and is told if he may not read."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from conftest import CommandLine
from faults.samples import QUERY, build_sample, files_in
from faults.tracing import Tracer, needs_strace

if TYPE_CHECKING:
    from pathlib import Path

READING: list[list[str]] = [
    ["find", "INDEX", QUERY],
    ["scan", "INDEX", "generations.jsonl", "-o", "results"],
    ["novelty", "INDEX", "generations.jsonl"],
    ["index", "info", "INDEX", "--documents"],
    ["index", "duplicates", "INDEX"],
    ["index", "verify", "INDEX"],
]
CHANGING = (
    "openat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,"
    "symlinkat,truncate,ftruncate,chmod,fchmod,fchmodat,utimensat,mknod,mknodat,creat,open"
)


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return the command line in a folder with generations, beside an index."""
    build_sample(tmp_path)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "generations.jsonl").write_text(f'{{"text": "{QUERY}"}}\n')
    return CommandLine(tmp_path / "work")


MOUNTED_READ_ONLY = [
    *("unshare", "--map-root-user", "--mount", "sh", "-c"),
    'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"',
]


def words_of(command: list[str], index: Path) -> list[str]:
    words = [str(index) if word == "INDEX" else word for word in command]
    return [*words, "--min-length", "2"] if command[0] == "scan" else words


@needs_strace
@pytest.mark.parametrize("command", READING, ids=lambda words: " ".join(words[:2]))
def test_reading_opens_nothing_to_write(
    shell: CommandLine, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = shell.folder.parent / "word.memscan"
    before = files_in(index)
    # The tracer runs commands from the folder above.
    monkeypatch.chdir(shell.folder)
    words = [
        str(shell.folder / word) if word.startswith(("gen", "res")) else word
        for word in words_of(command, index)
    ]
    traced = Tracer(shell)(CHANGING, *words)
    assert traced.code == 0, traced.message
    calls = [call for call in traced.calls if str(index) in call and "(" in call.split()[1]]
    assert any("manifest.json" in call for call in calls)
    for call in calls:
        assert re.search(r"\bopenat\(.*O_RDONLY", call), call
        assert not re.search(r"O_CREAT|O_TRUNC|O_WRONLY|O_RDWR", call), call
    assert files_in(index) == before
    assert {path.name for path in shell.folder.parent.iterdir()} <= {
        *("word.memscan", "work", "strace.log"),
    }


def can_mount() -> bool:
    """Return whether this system lets a file system be mounted for one process."""
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here")
@pytest.mark.parametrize("command", READING, ids=lambda words: " ".join(words[:2]))
def test_index_on_a_read_only_disk_answers(shell: CommandLine, command: list[str]) -> None:
    index = shell.folder.parent / "word.memscan"
    done = subprocess.run(
        [*MOUNTED_READ_ONLY, str(index), *shell.words(*words_of(command, index))],
        cwd=shell.folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here")
@pytest.mark.parametrize(
    "command",
    [
        ["add", "INDEX", "generations.jsonl"],
        ["remove", "INDEX", "--id", "cat"],
        ["compact", "INDEX"],
    ],
    ids=lambda words: words[0],
)
def test_index_on_a_read_only_disk_cannot_be_changed(
    shell: CommandLine, command: list[str]
) -> None:
    index = shell.folder.parent / "word.memscan"
    before = files_in(index)
    done = subprocess.run(
        [*MOUNTED_READ_ONLY, str(index.parent), *shell.words("index", *words_of(command, index))],
        cwd=shell.folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert f"{index}.building`: Read-only file system" in done.stderr.decode()
    assert files_in(index) == before


@needs_strace
@pytest.mark.parametrize("name", ["manifest.json", "shard-00000/units.bin"])
def test_index_that_may_not_be_read_is_told(shell: CommandLine, name: str) -> None:
    """The superuser may read anything, so the system is made to refuse."""
    index = shell.folder.parent / "word.memscan"
    traced = Tracer(shell, [index / name])("openat", "find", index, QUERY, fault="error=EACCES")
    assert traced.code == 4
    assert traced.message.startswith(f"error: cannot open the index {index}: ")
    assert "Permission denied" in traced.message
    assert str(index / name) in traced.message
