"""How far a run had come when it last committed: enough to go on, and to see that it may."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

from memscan.errors import OutputError
from memscan.writers.output import write_json

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What was done when a part was last committed.

    Attributes:
        batches: How many batches of the part count; what follows them in its files does not.
        records: How many records of the input were read, those before the part included.
        file: How many files were read before the one that was being read.
        bytes: How many bytes of that were read, as stored.
        sha256: The hash of these bytes.
        files: The hash of each of the files before it; empty for one that was passed over.
        is_end: Whether all of the input was read.
        seconds: How long the run had taken, the time before the part included.
    """

    batches: int = 0
    records: int = 0
    file: int = 0
    bytes: int = 0
    sha256: str = ""
    files: tuple[str, ...] = ()
    is_end: bool = False
    seconds: float = 0.0

    def write(self, path: Path) -> None:
        """Replace what is at ``path``, so that at every moment one or the other is there."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Return what was written.

        Raises:
            OutputError: It is damaged.
        """
        try:
            content = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise damaged(path, str(error)) from error
        if not _is_checkpoint(content):
            raise damaged(path, "it is no checkpoint")
        return cls(**{**content, "files": tuple(content["files"])})


def damaged(path: Path, reason: str) -> OutputError:
    """Return the error for a file of an unfinished run that cannot be used."""
    return OutputError(
        f"`{path}` is damaged: {reason}", hint="remove the unfinished scan, and scan anew"
    )


_NUMBERS = ("batches", "records", "file", "bytes")


def _is_checkpoint(content: object) -> bool:
    if not isinstance(content, dict) or content.keys() != set(Checkpoint.__slots__):
        return False
    files = content["files"]
    return (
        all(type(content[name]) is int and content[name] >= 0 for name in _NUMBERS)
        and isinstance(content["sha256"], str)
        and isinstance(files, list)
        and all(isinstance(sha256, str) for sha256 in files)
        and isinstance(content["is_end"], bool)
        and isinstance(content["seconds"], float)
    )
