"""Names out of the user's files, made safe to print in one line.

A file or a field may be called anything: bytes that are no text, newlines, terminal escapes.
"""

import os
from pathlib import Path

STDIN = Path("-")
"""The path that stands for standard input."""


def path_text(path: str | Path) -> str:
    r"""Return a path as valid Unicode; bytes that are not UTF-8 are written as ``\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace").replace(os.sep, "/")


def printable(name: str) -> str:
    r"""Return ``name`` with everything that is not printable escaped, as ``\n`` or ``\u202e``."""
    if name.isprintable():
        return name
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in name
    )


def shown(path: str | Path) -> str:
    """Return a path for a message: one line, printable; ``stdin`` for standard input."""
    return "stdin" if str(path) == str(STDIN) else printable(path_text(path))
