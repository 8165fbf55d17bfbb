"""Names out of the user's files, made safe to print in one line.

A file or a field may be called anything: bytes that are no text, newlines, terminal escapes.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from memscan.urls import without_credentials

if TYPE_CHECKING:
    from memscan.readers.remote import RemotePath

STDIN = Path("-")
"""The path that stands for standard input."""


def path_text(path: "str | Path | RemotePath") -> str:
    r"""Return a path as valid Unicode, a URL without what is secret in it.

    Bytes that are not UTF-8 are written as ``\xff``.
    """
    text = os.fsencode(without_credentials(str(path)))
    return text.decode("utf-8", "backslashreplace").replace(os.sep, "/")


def printable(name: str) -> str:
    r"""Return ``name`` with everything that is not printable escaped, as ``\n`` or ``\u202e``."""
    if name.isprintable():
        return name
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in name
    )


def shown(path: "str | Path | RemotePath") -> str:
    """Return a path for a message: one line, printable; ``stdin`` for standard input."""
    return "stdin" if str(path) == str(STDIN) else printable(path_text(path))
