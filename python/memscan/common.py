"""What is common to all generations of a scan, and so no evidence that a passage was copied."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.readers.paths import input_path

if TYPE_CHECKING:
    from pathlib import Path

    from memscan.index import Index
    from memscan.readers.paths import InputPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What a match is compared with besides the generation's own prompt.

    Attributes:
        template: Text that all prompts share, such as an instruction.
        baseline: An index of idioms, licences, scripture or a benchmark's own text, of the same
            units as the corpus.
    """

    template: str | None = None
    baseline: Index | None = None


NOTHING = Common()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template as it was read from a file.

    Attributes:
        path: The file.
        bytes: Its size.
        sha256: Its hash, in hexadecimal.
        text: The template.
    """

    path: InputPath
    bytes: int
    sha256: str
    text: str


def read_template(path: str | Path) -> Template:
    """Read a template from a file of UTF-8; a byte-order mark is dropped.

    Raises:
        OSError: If it cannot be read.
        InputError: If it is not UTF-8.
    """
    found = input_path(path)
    data = found.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the template {found} is not UTF-8 at byte {error.start}", hint="convert it first"
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    return Template(path=found, bytes=len(data), sha256=sha256, text=text)
