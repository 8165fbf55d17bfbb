"""What the bytes of a file are, by their start first and then by the file's name.

The start is believed before the name where no text begins so: Parquet, Arrow, EPUB and PDF are
known whatever they are called. JSON and text look alike, so there the name decides; so it does of a
zip archive that does not start with what every EPUB should. Tables of separated values are refused
by their names: read as one text, many records would count as one.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath

from memscan.errors import InputError
from memscan.readers.decompress import COMPRESSIONS
from memscan.readers.messages import printable

UTF8_MARK = b"\xef\xbb\xbf"
"""The byte-order mark in UTF-8."""

UTF8_HINT = "convert the file to UTF-8, for example with: iconv -f latin1 -t utf-8"

_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".rst"})
_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".jsonlines", ".json"})

_MARK_AND_SPACE = rb"(?:\xef\xbb\xbf)?\s*"
_ANY_ARRAY_START = re.compile(_MARK_AND_SPACE + rb"\[")
_ARRAY_START = re.compile(_MARK_AND_SPACE + rb"\[\s*(?:\{|\]|\Z)")
_OBJECT_START = re.compile(_MARK_AND_SPACE + rb'\{\s*"')
_SPREAD_OBJECT_START = re.compile(_MARK_AND_SPACE + rb"\{[ \t\r]*\n")
_UNFINISHED_FIRST_LINE = re.compile(_MARK_AND_SPACE + rb"\{[^\n]*[^}\s][ \t\r]*\n")

_SEPARATORS = {".csv": "", ".tsv": "delimiter='\\t', "}
"""Tables that are not read, and what tells pyarrow how their columns are separated."""

_UTF16_START = re.compile(rb"\xff\xfe(?!\xff\xff)|\xfe\xff")
_ZIP_START = re.compile(rb"PK(?:\x03\x04|\x05\x06)")
_FOREIGN_STARTS = {
    "compressed twice": re.compile(rb"\x1f\x8b"),
    "a zip archive": _ZIP_START,
    "an encrypted Parquet file": re.compile(rb"PARE[\0-\x1f]"),
    "a Feather file of version 1": re.compile(rb"FEA1[\0-\x1f]"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """How a file stores what it holds.

    Attributes:
        name: What it is called where it is chosen, as in ``--format``.
        title: What it is called in messages.
        place: What the number of a record counts: lines, rows, elements; empty where a whole file
            is one text.
        start: How its bytes begin, if that tells it from all others.
        suffixes: How the names of its files end.
    """

    name: str
    title: str
    place: str = ""
    start: re.Pattern[bytes] | None = None
    suffixes: frozenset[str] = frozenset()

    @property
    def is_one_text(self) -> bool:
        """Whether a whole file is one text, and not many records."""
        return not self.place


JSON_LINES = Format("jsonl", "JSON lines", "line")
JSON_ARRAY = Format("json", "JSON array", "element")
JSON_OBJECTS = Format("json", "JSON objects", "object")
PARQUET = Format(
    "parquet", "Parquet", "row", re.compile(rb"PAR1[\0-\x1f]"), frozenset({".parquet", ".pq"})
)
ARROW_FILE = Format("arrow", "Arrow file", "row", re.compile(rb"ARROW1\0"), frozenset({".feather"}))
ARROW_STREAM = Format(
    "arrow",
    "Arrow stream",
    "row",
    re.compile(rb"\xff\xff\xff\xff[^\0\xff]|\xff\xff\xff\xff\0[^\0]"),
    frozenset({".arrow", ".arrows", ".ipc"}),
)
TEXT = Format("text", "text")
EPUB = Format(
    "epub",
    "EPUB",
    start=re.compile(
        rb"PK\x03\x04.{26}(?:mimetype.{0,64}?application/epub\+zip|META-INF/container\.xml)",
        re.DOTALL,
    ),
    suffixes=frozenset({".epub"}),
)
EVAL = Format("inspect", "zip", "sample", _ZIP_START)
"""Logs of Inspect; only generations are read out of zip archives."""
PDF = Format("pdf", "PDF", start=re.compile(rb"%PDF-\d"), suffixes=frozenset({".pdf"}))

_BY_START = (PARQUET, ARROW_FILE, ARROW_STREAM, EPUB, PDF)

FORMATS = ("jsonl", "json", "parquet", "arrow", "text", "epub", "pdf")
"""The names that a user can choose from."""


def refuse_unknown_format(name: str | None, formats: Sequence[str]) -> None:
    """Raise ``InputError`` if a user chose a format that there is not."""
    if name is not None and f".{name}" in _SEPARATORS:
        raise InputError(f"{name!r} is no format", hint=_to_parquet(f"FILE.{name}"))
    if name is not None and name not in formats:
        close = [one for one in formats if name and one.startswith(name)]
        close = close or get_close_matches(name, formats, n=1)
        meant = f"did you mean {' or '.join(close)}? " if close else ""
        raise InputError(
            f"{printable(name)!r} is no format",
            hint=f"{meant}the formats are: {', '.join(formats)}",
        )


def format_of(
    name: str,
    head: bytes,
    *,
    shown: str,
    chosen: str | None,
    of_generations: bool,
) -> Format:
    """Return how a file is to be read.

    Args:
        name: The name of the file; that of standard input is empty.
        head: Its first bytes, decompressed.
        shown: The file, for messages.
        chosen: The name of the format that the user chose, if any; one of ``FORMATS``.
        of_generations: Whether generations are expected: then a zip archive may be a log, and a
            name that says nothing lets the start tell JSON from text.

    Raises:
        InputError: It is something that is not read, or not what its name says.
    """
    by_start = (*_BY_START, EVAL) if of_generations else _BY_START
    known = next((one for one in by_start if one.start and one.start.match(head)), None)
    suffix = suffix_of(name)
    if chosen is None:
        if suffix in EPUB.suffixes and _ZIP_START.match(head):
            return EPUB
        if known is not None:
            return known
        _refuse_foreign(head, shown)
        _refuse_false_name(suffix, head, shown)
        _refuse_separated(suffix, shown)
        is_json = not name or suffix in _JSON_SUFFIXES
        if of_generations and not is_json and suffix not in _TEXT_SUFFIXES:
            is_json = bool(_OBJECT_START.match(head) or _ARRAY_START.match(head))
        return _json_format(suffix, head) if is_json else TEXT
    _refuse_utf16(head, shown)
    if chosen == "json":
        return JSON_ARRAY if _ANY_ARRAY_START.match(head) else JSON_OBJECTS
    if chosen == "arrow":
        return ARROW_FILE if known is ARROW_FILE else ARROW_STREAM
    return {one.name: one for one in (JSON_LINES, PARQUET, TEXT, EPUB, PDF)}[chosen]


def suffix_of(name: str) -> str:
    """Return how the name of a file ends, without the suffix of its compression."""
    lower = name.lower()
    for compression in COMPRESSIONS:
        lower = lower.removesuffix(compression.suffix)
    return PurePosixPath(lower).suffix


def _json_format(suffix: str, head: bytes) -> Format:
    if _ARRAY_START.match(head):
        return JSON_ARRAY
    is_spread = _SPREAD_OBJECT_START.match(head) or (
        suffix == ".json" and _UNFINISHED_FIRST_LINE.match(head)
    )
    return JSON_OBJECTS if is_spread else JSON_LINES


def _refuse_utf16(head: bytes, shown: str) -> None:
    if _UTF16_START.match(head):
        raise InputError(
            f"{shown} looks like UTF-16, expected UTF-8",
            hint="convert it, for example with: iconv -f utf-16 -t utf-8",
        )


def _refuse_foreign(head: bytes, shown: str) -> None:
    _refuse_utf16(head, shown)
    for kind, start in _FOREIGN_STARTS.items():
        if start.match(head):
            raise InputError(
                f"{shown} is {kind}, expected one of: {', '.join(FORMATS)}",
                hint="convert it, or narrow the paths with a glob",
            )


def _refuse_separated(suffix: str, shown: str) -> None:
    if suffix in _SEPARATORS:
        raise InputError(
            f"{shown} is a table ({suffix[1:].upper()}), expected one of: {', '.join(FORMATS)}",
            hint=f"{_to_parquet(shown)}; or read the whole file as one text with --format text",
        )


def _to_parquet(shown: str) -> str:
    """Return how a table of separated values becomes one that is read."""
    suffix = suffix_of(shown)
    made = shown[: shown.lower().rindex(suffix)] + ".parquet"
    return (
        'make it Parquet: python -c "import sys, pyarrow.csv as c, pyarrow.parquet as p; '
        "p.write_table(c.read_csv(sys.argv[1], parse_options=c.ParseOptions("
        f'{_SEPARATORS[suffix]}newlines_in_values=True)), sys.argv[2])" '
        f"{shlex.quote(shown)} {shlex.quote(made)}"
    )


def _refuse_false_name(suffix: str, head: bytes, shown: str) -> None:
    for one in _BY_START:
        if suffix in one.suffixes:
            raise InputError(
                f"{shown} {'does not start as' if head else 'is empty, expected'} {one.title}"
                f"{' does' if head else ''}",
                hint="copy it again, or choose what it is with --format",
            )
