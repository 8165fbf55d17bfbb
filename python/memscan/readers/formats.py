"""What the bytes of a file are: JSON lines, text, or something that is not read."""

import re
from pathlib import PurePosixPath

from memscan.errors import InputError

UTF8_MARK = b"\xef\xbb\xbf"
"""The byte-order mark in UTF-8."""

UTF8_HINT = "convert the file to UTF-8, for example with: iconv -f latin1 -t utf-8"

_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".jsonlines", ".json"})
_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".rst"})

_MARK_AND_SPACE = rb"(?:\xef\xbb\xbf)?\s*"
_ARRAY_START = re.compile(_MARK_AND_SPACE + rb"\[\s*(?:\{|\]|\Z)")
_OBJECT_START = re.compile(_MARK_AND_SPACE + rb'\{\s*"')
_SPREAD_OBJECT_START = re.compile(_MARK_AND_SPACE + rb"\{[ \t\r]*\n")

_UTF16_START = re.compile(rb"\xff\xfe|\xfe\xff")
_FOREIGN_STARTS = {
    "a Parquet file": re.compile(rb"PAR1[\0-\x1f]"),
    "an Arrow file": re.compile(rb"ARROW1\0"),
    "compressed with zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
    "compressed with bzip2": re.compile(rb"BZh[1-9]1AY&SY"),
    "compressed with xz": re.compile(rb"\xfd7zXZ\0"),
    "compressed twice": re.compile(rb"\x1f\x8b"),
    "a zip archive": re.compile(rb"PK\x03\x04"),
    "a PDF file": re.compile(rb"%PDF-\d"),
}


def is_json_by_name(name: str) -> bool:
    """Whether the suffix says JSON lines; a ``.gz`` behind it does not matter."""
    return _suffix(name) in _JSON_SUFFIXES


def is_json_by_name_or_start(name: str, head: bytes) -> bool:
    """Whether the suffix says JSON lines or, where it says nothing, the first bytes do."""
    if _suffix(name) in _TEXT_SUFFIXES:
        return False
    is_json_start = _OBJECT_START.match(head) or _ARRAY_START.match(head)
    return is_json_by_name(name) or is_json_start is not None


def refuse_foreign_formats(head: bytes, shown: str) -> None:
    """Raise ``InputError`` if a file that starts with ``head`` is known not to be UTF-8 text."""
    if _UTF16_START.match(head):
        raise InputError(
            f"{shown} looks like UTF-16, expected UTF-8",
            hint="convert it, for example with: iconv -f utf-16 -t utf-8",
        )
    for kind, start in _FOREIGN_STARTS.items():
        if start.match(head):
            raise InputError(
                f"{shown} is {kind}, expected JSON lines or text, plain or as gzip",
                hint="convert it, or narrow the paths with a glob",
            )


def refuse_other_json(head: bytes, shown: str) -> None:
    """Raise ``InputError`` if JSON that starts with ``head`` is not one record a line."""
    if _ARRAY_START.match(head):
        raise InputError(
            f"{shown} holds one JSON array, expected one JSON object a line",
            hint="convert it, for example with: jq -c '.[]'",
        )
    if _SPREAD_OBJECT_START.match(head):
        raise InputError(
            f"{shown} holds JSON spread over several lines, expected one object a line",
            hint="convert it, for example with: jq -c .",
        )


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower().removesuffix(".gz")).suffix
