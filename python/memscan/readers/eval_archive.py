"""Inspect's logs in its ``.eval`` format: a zip archive with a member a sample.

Every sample is handed on as a log of its own: what was evaluated, and this one sample. So a log of
any size takes the memory of its largest sample. A log that is unfinished lacks ``header.json``;
what was evaluated then stands in the journal.

A sample is called ``samples/ID_epoch_N.json``, where the id may have slashes. One that was cut in
chunks is a folder instead, whose parts are put together again.
"""

import re
from collections import deque
from collections.abc import Iterator

import orjson

from memscan.errors import InputError
from memscan.readers.files import Content, SourceFile
from memscan.readers.loose_json import parse_loosely
from memscan.readers.messages import STDIN, printable
from memscan.readers.paths import InputPath
from memscan.readers.values import Record, RecordError, as_list, as_object
from memscan.readers.zip_members import LARGEST_MEMBER_BYTES, ZipMembers

_HEADERS = ("header.json", "_journal/start.json")
_SAMPLE = re.compile(r"samples/.+_epoch_\d+\.json", re.DOTALL)
_SHELL = re.compile(r"(samples/.+_epoch_\d+)/sample\.json", re.DOTALL)

_MOST_MESSAGES = 1_000_000


def read_eval(
    file: SourceFile, content: Content
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield each sample of an archive as a log, with its number.

    Raises:
        OSError: The file cannot be read.
        InputError: The archive is damaged, or is no log of Inspect.
    """
    is_stdin = file.found.path == STDIN
    if is_stdin or content.compression is not None or not file.found.path.is_file():
        from_start = "read from standard input" if is_stdin else "that is given only from its start"
        how = "compressed again" if content.compression else from_start
        raise InputError(
            f"{file.shown} is a zip archive {how}, which cannot be read from its end",
            hint="name the .eval file itself",
        )
    deque(content.chunks, maxlen=0)  # to the end, so that the hash is of the whole file
    with ZipMembers(file.found.path) as members:
        header = next((name for name in _HEADERS if name in members), None)
        samples = [name for name in members.names if _SAMPLE.fullmatch(name)]
        folders = [match[1] for name in members.names if (match := _SHELL.fullmatch(name))]
        if header is None and not samples and not folders:
            raise InputError(
                f"{file.shown} is a zip archive, expected records, text or a log of Inspect",
                hint="unpack it, or narrow the paths with a glob",
            )
        about = _about(members, header)
        for number, name in enumerate(samples + folders, 1):
            is_chunked = number > len(samples)
            try:
                sample = _from_chunks(members, name) if is_chunked else _json(members, name)
                yield [(number, {"eval": about, "samples": [sample]})]
            except RecordError as error:
                yield [(number, error)]


def is_successful(path: InputPath) -> bool:
    """Whether a log says that its evaluation came to its end.

    Raises:
        OSError: The file cannot be read.
        InputError: The archive is damaged.
    """
    with ZipMembers(path) as members:
        try:
            header = _json(members, _HEADERS[0]) if _HEADERS[0] in members else None
        except RecordError:
            return False
    return isinstance(header, dict) and header.get("status") == "success"


def _about(members: ZipMembers, header: str | None) -> Record:
    """Return what was evaluated; nothing if that cannot be read, as of a log that is damaged."""
    try:
        value = _json(members, header) if header else None
    except RecordError:
        value = None
    about = value.get("eval") if isinstance(value, dict) else None
    return about if isinstance(about, dict) else {}


def _json(members: ZipMembers, name: str) -> object:
    try:
        return parse_loosely(members.read(name))
    except orjson.JSONDecodeError as error:
        raise RecordError(f"the member {printable(name)!r} is not JSON: {error.msg}") from None


def _from_chunks(members: ZipMembers, folder: str) -> Record:
    """Return a sample out of the parts in its folder, as it would stand in one member."""
    shell = as_object(_json(members, f"{folder}/sample.json"), "sample.json")
    messages = _sequence(members, f"{folder}/messages/")
    texts = _sequence(members, f"{folder}/attachments/")
    ranges = [_range(one) for one in as_list(shell.pop("message_refs", []), "message_refs")]
    if sum(end - first for first, end in ranges) > _MOST_MESSAGES:
        raise RecordError(f"the sample claims more than {_MOST_MESSAGES:,} messages")
    if any(end > len(messages) for _, end in ranges):
        raise RecordError("a message of the sample is missing")
    places = [place for first, end in ranges for place in range(first, end)]
    attachments = {str(place): text for place, text in enumerate(texts)}
    return shell | {
        "messages": [messages[place] for place in places],
        "attachments": attachments,
    }


def _range(value: object) -> tuple[int, int]:
    match value:
        case [int(first), int(end)] if 0 <= first <= end:
            return first, end
    raise RecordError("a range of message_refs is none")


def _sequence(members: ZipMembers, prefix: str) -> list[object]:
    """Return the items of a sequence, whose members are named by the number of their first."""
    chunks = {
        int(number): name
        for name in members.names
        if name.startswith(prefix)
        and (number := name.removeprefix(prefix).removesuffix(".json")).isdecimal()
    }
    if sum(members.size(name) for name in chunks.values()) > LARGEST_MEMBER_BYTES:
        raise RecordError(f"the chunks of {printable(prefix)!r} are longer than a record may be")
    items: list[object] = []
    for first, name in sorted(chunks.items()):
        if first != len(items):
            raise RecordError(f"there is no chunk of {printable(prefix)!r} from {len(items)} on")
        items += as_list(_json(members, name), printable(name))
    return items
