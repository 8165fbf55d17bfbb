"""Which files are meant: a file, a folder, a glob, a URL, or ``-`` for standard input.

# Idea

A folder is the glob ``FOLDER/**/*``, so one walk serves both. It goes breadth first and compares
one part of the pattern with one level of folders; ``**`` stands for any number of levels.

Symbolic links are followed. A folder reached again by another way is not entered twice, so loops
end; where a folder and a link to it stand side by side, the folder is the one entered.
"""

import os
import re
import stat
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from pathlib import Path
from typing import TypeAlias

from memscan.errors import InputError
from memscan.readers.messages import STDIN, path_text, shown
from memscan.readers.remote import RemotePath
from memscan.urls import is_url

InputPath: TypeAlias = Path | RemotePath
"""Where something is that is read."""

_MAGIC = re.compile(r"[*?\[]")
_ALL_BELOW = ("**", "*")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read.

    Attributes:
        path: Where it is; ``-`` for standard input.
        name: Its path relative to the folder given, or to the glob's fixed part; or its file name.
        size_bytes: Its size when it was found; zero where that is unknown, as for a pipe.
        is_named: The user named this very file: it was not found in a folder or by a glob.
        fields: What is known of all its records from where it was found.
    """

    path: InputPath
    name: str
    size_bytes: int
    is_named: bool
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)


def find_files(paths: Sequence[str | Path] | str | Path) -> list[FoundFile]:
    """Return the files that ``paths`` mean, in the order given; each file once.

    Files of one folder or glob are sorted by their names. Hidden files and folders are skipped
    unless they are named, and so is in a folder everything but regular files.

    Args:
        paths: Files, folders, globs (``*``, ``?``, ``[...]``, ``**``), URLs of them, or ``-``. What
            exists under its literal name is not taken for a glob.

    Raises:
        FileNotFoundError: A path that is no glob does not exist.
        OSError: What a URL names cannot be reached.
        InputError: Nothing is given, a folder holds no file, a glob matches none, a path is a
            device or a socket, or a symbolic link in a folder leads nowhere.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    if not paths:
        raise InputError("no input is given", hint="name a file, a folder, a glob, or - for stdin")
    found: dict[InputPath, FoundFile] = {}
    for path in paths:
        for file in _files_of(path):
            found.setdefault(file.path.absolute(), file)
    return list(found.values())


def input_path(path: str | Path) -> InputPath:
    """Return a path that can be read, wherever it is.

    Raises:
        InputError: It is a URL, and what reads those is not installed or does not know it.
        OSError: It is in an archive that cannot be read.
    """
    return RemotePath.of(path) if isinstance(path, str) and is_url(path) else Path(path)


def known_size(path: InputPath) -> int | None:
    """Return the size of a file in bytes; ``None`` where it has none that is known, as a pipe.

    Raises:
        OSError: It does not exist, or cannot be reached.
    """
    status = path.stat()
    if isinstance(status, os.stat_result):
        return status.st_size if stat.S_ISREG(status.st_mode) else None
    return status.st_size or None


def written_ns(path: InputPath) -> int:
    """Return when a file was written, in nanoseconds.

    Raises:
        OSError: It does not exist, or cannot be reached.
        InputError: Nothing tells when.
    """
    return path.modified_ns() if isinstance(path, RemotePath) else path.stat().st_mtime_ns


def _files_of(given: str | Path) -> list[FoundFile]:
    if not str(given):
        raise InputError("a path is empty")
    if isinstance(given, str) and is_url(given):
        return _files_of_url(RemotePath.of(given))
    if str(given) == str(STDIN):
        return [FoundFile(STDIN, "stdin", 0, is_named=True)]
    path = Path(given)
    if not os.path.lexists(path) and _MAGIC.search(str(path)):
        return _files_of_glob(path)
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        return _files_of_folder(path)
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        raise InputError(
            f"{shown(path)} is a device or a socket, expected a file or a folder",
            hint="standard input is read with -",
        )
    size_bytes = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return [FoundFile(path, path_text(path.name), size_bytes, is_named=True)]


def _files_of_folder(folder: Path) -> list[FoundFile]:
    files = _matches(folder, _ALL_BELOW)
    if not files:
        raise _none_in(folder)
    return files


def _files_of_glob(pattern: Path) -> list[FoundFile]:
    fixed, below = _fixed_and_below(pattern.parts)
    folder = Path(*pattern.parts[:fixed])
    files = _matches(folder, below) if folder.is_dir() else []
    if not files:
        raise _none_matches(pattern)
    return files


def _files_of_url(path: RemotePath) -> list[FoundFile]:
    is_glob = any(map(_MAGIC.search, path.parts))
    try:
        status = path.stat()
    except OSError:
        if not is_glob:
            raise
        fixed, below = _fixed_and_below(path.parts)
        files = _matches_at_url(path.ancestor(fixed), below)
        if not files:
            raise _none_matches(path) from None
        return files
    if not status.is_folder:
        return [FoundFile(path, path_text(path.name), status.st_size, is_named=True)]
    files = _matches_at_url(path, _ALL_BELOW)
    if not files:
        raise _none_in(path)
    return files


def _fixed_and_below(parts: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Return how many parts of a glob are fixed, and the pattern of what is below these."""
    fixed = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
    return fixed, (*parts[fixed:], "*") if parts[-1] == "**" else parts[fixed:]


def _none_in(folder: InputPath) -> InputError:
    return InputError(f"no file in {shown(folder)}", hint="hidden files are skipped")


def _none_matches(pattern: InputPath) -> InputError:
    return InputError(
        f"no file matches {shown(pattern)}",
        hint="** stands for any folders below; hidden files are skipped",
    )


def _matches_at_url(folder: RemotePath, pattern: tuple[str, ...]) -> list[FoundFile]:
    depth = None if "**" in pattern else len(pattern)
    files = [
        FoundFile(path, path_text("/".join(parts)), size_bytes, is_named=False)
        for parts, path, size_bytes in folder.files(depth)
        if _is_match(parts, pattern)
    ]
    return sorted(files, key=lambda file: (file.name, str(file.path)))


def _is_match(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern or not parts:
        return not parts and set(pattern) <= {"**"}
    part, name = pattern[0], parts[0]
    if part == "**" and _is_match(parts, pattern[1:]):
        return True
    is_seen = part.startswith(".") or not name.startswith(".")
    rest = pattern if part == "**" else pattern[1:]
    return is_seen and fnmatchcase(name, part) and _is_match(parts[1:], rest)


def _matches(root: Path, parts: tuple[str, ...]) -> list[FoundFile]:
    """Return the regular files below ``root`` that match, sorted by name.

    A place in the walk is a folder and how much of the pattern is left for it.
    """
    found: dict[str, FoundFile] = {}
    entered: set[tuple[int, int, int]] = set()
    waiting = deque([(root, "", parts)])
    while waiting:
        folder, prefix, pattern = waiting.popleft()
        status = folder.stat()
        place = (status.st_dev, status.st_ino, len(pattern))
        if place in entered:
            continue
        entered.add(place)
        part, rest = pattern[0], pattern[1:]
        is_any_depth = part == "**"
        if is_any_depth:
            waiting.append((folder, prefix, rest))
        below = pattern if is_any_depth else rest
        for entry in _entries(folder, part):
            name = f"{prefix}{path_text(entry.name)}"
            if _is_folder(entry):
                if below:
                    waiting.append((Path(entry.path), f"{name}/", below))
            elif not below and _is_file(entry):
                size_bytes = entry.stat().st_size
                found[entry.path] = FoundFile(Path(entry.path), name, size_bytes, is_named=False)
    return sorted(found.values(), key=lambda file: (file.name, file.path))


def _entries(folder: Path, part: str) -> list[os.DirEntry[str]]:
    """Return what matches ``part`` in a folder: links last, hidden names only if asked for."""
    is_match = re.compile(translate(part)).match
    with os.scandir(folder) as entries:
        matching = [
            entry
            for entry in entries
            if is_match(entry.name) and (part.startswith(".") or not entry.name.startswith("."))
        ]
    return sorted(matching, key=lambda entry: (entry.is_symlink(), entry.name))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return Path(entry.path).is_dir() if entry.is_symlink() else entry.is_dir()


def _is_file(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink() and not Path(entry.path).exists():
        raise InputError(
            f"{shown(entry.path)} is a symbolic link that leads nowhere",
            hint="remove the link, or name the files by a glob that leaves it out",
        )
    return entry.is_file()
