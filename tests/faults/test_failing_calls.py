"""The system refuses a call, any call: the command names a path, and leaves all as it was."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from conftest import CommandLine
from faults.samples import QUERY, TEXTS, files_in, paths_of
from faults.tracing import Traced, Tracer, needs_strace
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FAULTS = {
    "write": "error=ENOSPC",
    "fsync": "error=EIO",
    "openat": "error=EMFILE",
    "mkdir,mkdirat": "error=ENOSPC",
    "rename,renameat,renameat2": "error=EIO",
    "unlink,unlinkat,rmdir": "error=EACCES",
    "read,pread64": "error=EIO",
    "lseek": "error=EIO",
    "mmap": "error=ENOMEM",
    "flock": "error=ENOLCK",
    "statx,newfstatat": "error=EIO",
    "getdents64": "error=EIO",
}
CHANGES = ("write", "fsync", "rename,renameat,renameat2")
CLEARING = ("unlink,unlinkat,rmdir", "openat", "statx,newfstatat", "getdents64", "flock")
"""Calls by which a folder is taken over or cleared away; where they fail, it cannot be."""

OFTEN = ("openat", "statx,newfstatat", "read,pread64")
"""Calls of which there are so many that only some are tried, unless all are asked for."""

CASES = [
    (command, calls)
    for command in ("build", "add", "remove", "compact")
    for calls in FAULTS
    if command == "build" or calls in CHANGES or "MEMSCAN_EVERY_CALL" in os.environ
]
BUILDING = "index.memscan.building"
SCAN_FAULTS = ("write", "fsync", "openat", "mkdir,mkdirat", "rename,renameat,renameat2", "flock")


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return the command line, in a folder with a corpus, generations and an index of others."""
    folder = tmp_path / "work"
    folder.mkdir()
    corpus = [{"id": name, "text": text * 3} for name, text in TEXTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "generations.jsonl").write_text(json.dumps({"text": QUERY}))
    Index.build([("old", "an index that was there"), ("cat", QUERY)], folder / "index.memscan")
    return CommandLine(folder)


def restore(folder: Path, files: Mapping[Path, bytes]) -> None:
    shutil.rmtree(folder)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def check_message(traced: Traced, folder: Path) -> None:
    """Check that an error of the system became one line that names the path."""
    assert traced.code in (0, 2, 4), traced
    if traced.code:
        lines = [line for line in traced.message.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, traced
        assert str(folder) in lines[0], traced
        assert "internal error" not in lines[0], traced


@needs_strace
@pytest.mark.parametrize(("command", "calls"), CASES)
def test_index_is_as_it_was_or_whole(shell: CommandLine, command: str, calls: str) -> None:
    index = shell.folder / "index.memscan"
    words_of: dict[str, list[str | Path]] = {
        "build": [shell.folder / "corpus.jsonl", "-o", index, "--overwrite"],
        "add": [index, shell.folder / "corpus.jsonl"],
        "remove": [index, "--id", "old"],
        "compact": [index],
    }
    words = words_of[command]
    if command == "compact":
        Index.remove(index, ["old"])
    before, old_id = files_in(shell.folder), Index.open(index).info.id
    tracer = Tracer(shell, paths_of(index))
    step = 5 if calls in OFTEN and "MEMSCAN_EVERY_CALL" not in os.environ else 1
    for traced in tracer.each(calls, FAULTS[calls], "index", command, *words, step=step):
        check_message(traced, shell.folder)
        opened = Index.open(index)
        opened.verify(threads=1)
        after = files_in(shell.folder)
        extra = after.keys() - before.keys()
        if opened.info.id == old_id:
            assert traced.code, traced
            assert {name: after[name] for name in before} == before
            assert {name.parts[0] for name in extra} <= {BUILDING}, (traced, extra)
            assert not extra or calls in CLEARING, (traced, extra)
        else:
            named = {shard.folder for shard in opened.info.shards}
            left = {name for name in extra if name.parent.name not in named}
            assert not left or calls in (*CLEARING, CHANGES[-1]), (traced, left)
        restore(shell.folder, before)


@needs_strace
@pytest.mark.parametrize("calls", SCAN_FAULTS)
def test_results_are_whole_or_not_there(shell: CommandLine, calls: str) -> None:
    before = files_in(shell.folder)
    output = shell.folder / "results"
    words: list[str | Path] = [
        "scan",
        shell.folder / "index.memscan",
        shell.folder / "generations.jsonl",
    ]
    words += ["-o", output, "--min-length", "2", "--threads", "1"]
    tracer = Tracer(shell)
    numbers = tracer.numbers(calls, str(output.parent), *words)
    restore(shell.folder, before)
    assert numbers
    for number in numbers:
        traced = tracer(calls, *words, fault=f"{FAULTS[calls]}:when={number}")
        hits = [call for call in traced.calls if "(INJECTED)" in call]
        if any(str(output.parent) not in call for call in hits):  # another thread's call
            continue
        check_message(traced, shell.folder)
        if output.exists():
            names = {"run.json", "spans.parquet", "generations.parquet", "rejected.jsonl"}
            if calls == "openat":  # then what is no longer needed may not be cleared away
                names |= {path.name for path in output.glob("parts")}
            assert {path.name for path in output.iterdir()} == names, traced
        else:
            assert traced.code, traced
            assert files_in(shell.folder) == before, traced
        restore(shell.folder, before)


@needs_strace
def test_interrupted_call_is_made_again(shell: CommandLine) -> None:
    index = shell.folder / "new.memscan"
    words: list[str | Path] = ["index", "build", shell.folder / "corpus.jsonl", "-o", index]
    assert shell(*words).returncode == 0
    expected = files_in(index)
    for calls in ("write", "read,pread64", "fsync"):
        shutil.rmtree(index)
        traced = Tracer(shell, paths_of(index))(calls, *words, fault="error=EINTR:when=1+2")
        assert traced.is_hit
        assert (traced.code, files_in(index)) == (0, expected), traced
