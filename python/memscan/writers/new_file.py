"""A file that is complete, or not there.

It is written under a hidden name beside its own, and renamed when it is whole.
The hidden file is locked as long as its process lives, so that the rest of a killed one is known,
and cleared away by the next that writes to the same place.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from memscan.writers.output import naming_output, refuse_existing

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from typing import BinaryIO


@contextmanager
def new_file(output: Path) -> Generator[BinaryIO]:
    """Give a file to write to; it becomes ``output`` when the context is left without an error.

    Raises:
        OutputError: If ``output`` exists, or cannot be written. What the system refuses while the
            file is written to is an ``OSError``, to be named by ``naming_output``.
    """
    refuse_existing(output, kind="file")
    with naming_output(output):
        _clear_rests_of(output)
        hidden, file = _hidden_file_beside(output)
    try:
        yield file
        with naming_output(output):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            refuse_existing(output, kind="file")
            hidden.rename(output)
    except BaseException:
        with suppress(OSError):  # what could not be written cannot be flushed either
            file.close()
        hidden.unlink(missing_ok=True)
        raise


def _hidden_file_beside(output: Path) -> tuple[Path, BinaryIO]:
    output.parent.mkdir(parents=True, exist_ok=True)
    name = f"{_hidden_prefix(output)}{os.getpid()}"
    for attempt in count():
        hidden = output.with_name(name if attempt == 0 else f"{name}-{attempt}")
        with suppress(FileExistsError):  # left by a process that was killed, with the same number
            file = hidden.open("xb")
            _is_locked(file)
            return hidden, file
    raise AssertionError  # count() does not end


def _hidden_prefix(output: Path) -> str:
    return f".{output.name}.partial-"


def _clear_rests_of(output: Path) -> None:
    """Remove the hidden files whose processes are gone."""
    name = re.compile(re.escape(_hidden_prefix(output)) + r"\d+(-\d+)?")
    siblings = list(output.parent.iterdir()) if output.parent.is_dir() else []
    for rest in siblings:
        if name.fullmatch(rest.name) and rest.is_file() and not rest.is_symlink():
            with suppress(OSError), rest.open("rb") as file:
                if _is_locked(file):
                    rest.unlink()


def _is_locked(file: BinaryIO) -> bool:
    """Lock a file until it is closed; false if another has it, or the system has no such locks."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
