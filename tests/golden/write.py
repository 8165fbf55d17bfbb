"""Write the indexes that later versions must still read: ``python tests/golden/write.py VERSION``.

They are built once, when a format version is new, and never again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from memscan import Index

UNITS = ("word", "lexeme", "byte")
DOCUMENTS = [
    (
        "prose",
        "Once the index is written, nobody writes to it again — not even those who wrote it.",
    ),
    ("code", "def naïve(x):\n    return x + 1  # naïve, isn't it?\n"),
    ("scripts", "漢字 and ไทย, ﬁne “quotes” and don’t; once the index is written."),  # noqa: RUF001
    ("gone", "This document is removed: once the index is written, it is found no more."),
    ("empty", ""),
]
CORPORA = {"own": DOCUMENTS[:2], "other": DOCUMENTS[2:]}
IDS = [("first", [5, 6, 7, 8, 9, 4_000_000_000]), ("second", [6, 7, 8, 1])]
SHARD_UNITS = {"word": 40, "lexeme": 50, "byte": 150}


def write(folder: Path) -> None:
    """Write one index of each unit into ``folder``."""
    for unit in UNITS:
        path = folder / unit
        Index.build(CORPORA, path, unit=unit, shard_units=SHARD_UNITS[unit])
        Index.remove(path, ["gone"])
    Index.build_from_ids(IDS, folder / "token")


if __name__ == "__main__":
    write(Path(__file__).parent / f"format-{sys.argv[1]}")
