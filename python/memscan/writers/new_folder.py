"""A folder that is complete, or not there.

It is made under a hidden name beside its own, and renamed when it is whole. So what is cut short
by an error or an interrupt leaves nothing, and what is killed leaves nothing under the name asked
for. The hidden folder is locked as long as its process lives: what a killed one left is cleared
away by the next that writes to the same place.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from memscan.errors import OutputError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def new_folder(output: Path) -> Generator[Path]:
    """Give the folder to write to; it becomes ``output`` when the context is left without an error.

    Raises:
        OutputError: If ``output`` exists, or cannot be written.
    """
    refuse_existing(output)
    with naming_output(output):
        _clear_rests_of(output)
        folder = _hidden_folder_beside(output)
    lock = None
    try:
        with naming_output(output):
            lock = _lock(folder)
        yield folder
        with naming_output(output):
            _synchronise(folder)
            refuse_existing(output)
            folder.rename(output)
            _synchronise(output.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def refuse_existing(output: Path, *, kind: str = "folder") -> None:
    """Raise an ``OutputError`` if there is anything at ``output``, which shall be of a kind."""
    if os.path.lexists(output):
        raise OutputError(
            f"{output} exists already; results are never written over others",
            hint=f"name another {kind}, or remove this one",
        )


@contextmanager
def naming_output(output: Path) -> Generator[None]:
    """Turn what the system refuses while we write into an ``OutputError`` that names the output."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write {output}: {reason}") from error


def _hidden_folder_beside(output: Path) -> Path:
    output.parent.mkdir(parents=True, exist_ok=True)
    name = f"{_hidden_prefix(output)}{os.getpid()}"
    for attempt in count():
        folder = output.with_name(name if attempt == 0 else f"{name}-{attempt}")
        try:
            folder.mkdir()
        except FileExistsError:  # left by a process that was killed, and had the same number
            continue
        return folder
    raise AssertionError  # count() does not end


def _hidden_prefix(output: Path) -> str:
    return f".{output.name}.partial-"


def _clear_rests_of(output: Path) -> None:
    """Remove the hidden folders whose processes are gone."""
    name = re.compile(re.escape(_hidden_prefix(output)) + r"\d+(-\d+)?")
    siblings = list(output.parent.iterdir()) if output.parent.is_dir() else []
    for rest in siblings:
        if not name.fullmatch(rest.name):
            continue
        with suppress(OSError):
            lock = _lock(rest)
            if lock is not None:
                shutil.rmtree(rest, ignore_errors=True)
                os.close(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder until the descriptor that is returned is closed.

    ``None`` if another has it, or the system has no such locks.
    """
    if sys.platform == "win32":
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _synchronise(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
