"""What is written: never over something else, and with errors that name it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson

from memscan.errors import OutputError
from memscan.readers.messages import path_text
from memscan.urls import was_url

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


def refuse_url(output: str | os.PathLike[str]) -> None:
    """Raise an ``OutputError`` if ``output`` is a URL: what is written is written here."""
    if was_url(output):
        url = re.sub(":/+", "://", os.fspath(output), count=1)
        raise OutputError(
            f"{path_text(url)} is a URL, and only files are read from there",
            hint="write to this machine, then copy it with what your storage has for that",
        )


def refuse_existing(output: Path, *, kind: str = "folder") -> None:
    """Raise an ``OutputError`` if there is anything at ``output``, which shall be of a kind."""
    refuse_url(output)
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


def write_json(path: Path, content: object) -> None:
    """Write a file of JSON, whole or not at all, and wait until it is on the disk."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    synchronise(path.parent)


def synchronise(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
