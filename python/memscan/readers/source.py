"""What documents and generations have in common: files, progress, and what was detected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from memscan.readers.fields import Field
from memscan.readers.files import Content, SourceFile, open_content
from memscan.readers.messages import printable
from memscan.readers.paths import find_files
from memscan.records import InputFile

_ROLES = ("text", "id", "prompt", "model")


class Source:
    """Files that are read one after the other.

    Attributes:
        inputs: The files, in the order they are read; each is complete once it was read.
        total_bytes: Size of all files as stored, as far as it is known before reading.
        bytes_read: Bytes read of them so far, as stored.
    """

    inputs: list[InputFile]
    total_bytes: int

    def __init__(
        self,
        paths: Sequence[str | Path] | str | Path,
        on_detect: Callable[[str], None] | None,
    ) -> None:
        """Find the files; none of them is opened yet."""
        found = find_files(paths)
        self.inputs = [InputFile(file.path) for file in found]
        self.total_bytes = sum(file.size_bytes for file in found)
        self._files = [SourceFile(*pair) for pair in zip(found, self.inputs, strict=True)]
        self._read_before = 0
        self._current: InputFile | None = None
        self._on_detect = on_detect
        self._told: dict[str, str] = {}

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, as stored."""
        return self._read_before + (self._current.bytes if self._current else 0)

    def _opened(self) -> Iterator[tuple[SourceFile, Content]]:
        """Yield each file and its content, counted from nothing."""
        self._read_before, self._current, self._told = 0, None, {}
        for file in self._files:
            self._read_before = self.bytes_read
            self._current = file.input
            _forget(file.input)
            yield file, open_content(file)

    def _detected_json(
        self, file: SourceFile, content: Content, fields: Mapping[str, Field]
    ) -> None:
        """Note the fields of a file; it has records, and where ``fields`` is empty, no text yet."""
        if not fields:
            return
        names = {"id": "file:line"}
        names |= {role: printable(".".join(field)) for role, field in fields.items()}
        detected = {"format": "gzip JSON lines" if content.is_gzip else "JSON lines"}
        detected |= {role: names[role] for role in _ROLES if role in names}
        self._detected(file, detected)

    def _detected_text(self, file: SourceFile, content: Content) -> None:
        format_name = "gzip text" if content.is_gzip else "text"
        self._detected(file, {"format": format_name, "id": "file name"})

    def _detected(self, file: SourceFile, detected: dict[str, str]) -> None:
        """Note what was decided about a file, and tell it if the last file was different."""
        if detected != self._told:
            self._told = detected
            fields = (f", {role} = {name}" for role, name in detected.items() if role != "format")
            if self._on_detect is not None:
                self._on_detect(f"detected: {file.shown} is {detected['format']}{''.join(fields)}")
        file.input.detected = self._told


def _forget(file: InputFile) -> None:
    file.bytes = file.records = file.rejected = 0
    file.sha256 = ""
    file.detected = {}
