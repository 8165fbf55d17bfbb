"""A folder that is complete, or not there.

It is made under a hidden name beside its own, and renamed when it is whole. So what is cut short
by an error or an interrupt leaves nothing, and what is killed leaves nothing under the name asked
for.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from memscan.errors import OutputError

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
        folder = _hidden_folder_beside(output)
    try:
        yield folder
        with naming_output(output):
            _synchronise(folder)
            refuse_existing(output)
            folder.rename(output)
            _synchronise(output.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


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
    name = f".{output.name}.partial-{os.getpid()}"
    for attempt in count():
        folder = output.with_name(name if attempt == 0 else f"{name}-{attempt}")
        try:
            folder.mkdir()
        except FileExistsError:  # left by a process that was killed, and had the same number
            continue
        return folder
    raise AssertionError  # count() does not end


def _synchronise(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
