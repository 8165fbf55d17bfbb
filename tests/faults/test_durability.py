"""What is put in place is on the disk before: the power may go at any instant."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import CommandLine
from faults.samples import QUERY, TEXTS
from faults.tracing import Tracer, needs_strace
from memscan import Index

CALLS = "openat,mkdir,mkdirat,fsync,fdatasync,rename,renameat,renameat2"
MADE = re.compile(r'(?:openat\(.*"(?P<file>[^"]+)", .*O_CREAT|mkdir(?:at)?\(.*"(?P<folder>[^"]+)")')
SYNCED = re.compile(r"f(?:data)?sync\(\d+<(?P<path>[^>]+)>")
RENAMED = re.compile(r'rename(?:at2?)?\(.*"(?P<old>[^"]+)", (?:.*, )?"(?P<new>[^"]+)"(?P<how>.*)')


@dataclass
class Disk:
    """What the system has been told to keep of a folder, as the calls of a command say.

    Attributes:
        place: The folder that is watched.
        lost: Files whose bytes, and folders whose names, may not be on the disk yet.
        unsafe: What had not been on the disk when something was put in its place, by its name:
            the paths where it is then.
    """

    place: Path
    lost: set[Path] = field(default_factory=set)
    unsafe: dict[str, set[Path]] = field(default_factory=dict)

    def see(self, call: str) -> None:
        """Take notice of a call that succeeded."""
        if made := MADE.search(call):
            path = Path(made["file"] or made["folder"])
            # What is new will have another name: that it is there is no loss.
            self.lost |= {path} if path.suffix == ".new" else {path, path.parent}
        elif synced := SYNCED.search(call):
            self.lost.discard(Path(synced["path"]))
        elif renamed := RENAMED.search(call):
            old, new = Path(renamed["old"]), Path(renamed["new"])
            self._put(old, new, is_exchange="RENAME_EXCHANGE" in renamed["how"])

    def _put(self, old: Path, new: Path, *, is_exchange: bool) -> None:
        # A manifest stands for all that lies beside it.
        whole = new.parent if new.name == "manifest.json" else old
        unsafe = {path for path in self.lost if path.is_relative_to(whole) and path.name != "lock"}
        to = {old: new, new: old} if is_exchange else {old: new}
        self.unsafe[str(new.relative_to(self.place))] = {self._moved(path, to) for path in unsafe}
        self.lost = {self._moved(path, to) for path in self.lost} | {new.parent}

    @staticmethod
    def _moved(path: Path, to: dict[Path, Path]) -> Path:
        for old, new in to.items():
            if path.is_relative_to(old):
                return new / path.relative_to(old)
        return path


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return the command line in a folder with a corpus, generations and an index of others."""
    folder = tmp_path / "work"
    folder.mkdir()
    corpus = [{"id": name, "text": text} for name, text in TEXTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "generations.jsonl").write_text(json.dumps({"text": QUERY}))
    Index.build([("old", "an index that was there"), ("kept", QUERY)], folder / "index")
    return CommandLine(folder)


COMMANDS: dict[str, tuple[list[str], str]] = {
    "build": (["index", "build", "/corpus.jsonl", "-o", "/new"], "new"),
    "overwrite": (["index", "build", "/corpus.jsonl", "-o", "/index", "--overwrite"], "index"),
    "add": (["index", "add", "/index", "/corpus.jsonl"], "index/manifest.json"),
    "remove": (["index", "remove", "/index", "--id", "old"], "index/manifest.json"),
    "compact": (["index", "compact", "/index"], "index"),
    "scan": (["scan", "/index", "/generations.jsonl", "-o", "/results"], "results"),
}


@needs_strace
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_put_in_place_is_on_the_disk_before(shell: CommandLine, command: str) -> None:
    words, name = COMMANDS[command]
    place = shell.folder
    traced = Tracer(shell)(
        CALLS, *(f"{place}{word}" if word.startswith("/") else word for word in words)
    )
    assert traced.code == 0, traced.message
    disk = Disk(place)
    for call in traced.calls:
        if str(place) in call and "= -1 " not in call:
            disk.see(call)
    target = place / name
    left = {target, *target.rglob("*")}  # the log of a scan is removed when its results are there
    assert not disk.unsafe[name] & left
    assert not disk.lost & {target.parent, *left}, "it stays where it was put"
