"""What documents and generations have in common: files, progress, and what was detected."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from memscan.readers.decoding import refuse_unknown_policy
from memscan.readers.files import Content, SourceFile, open_content
from memscan.readers.formats import FORMATS, refuse_unknown_format
from memscan.readers.messages import printable
from memscan.readers.paths import FoundFile, find_files
from memscan.readers.saved_datasets import only_rows
from memscan.records import InputFile, OnError

_ROLES = ("text", "id", "prompt", "model")


@dataclass(frozen=True, slots=True)
class Place:
    """How far some files were read, and what was read of the last one.

    Attributes:
        file: How many files were read before the one that is being read.
        bytes: Bytes read of that, as stored.
        sha256: Hash of these bytes, 64 hexadecimal digits.
    """

    file: int
    bytes: int
    sha256: str


class Source:
    """Files that are read one after the other.

    Attributes:
        inputs: The files, in the order they are read; each is complete once it was read.
        total_bytes: Size of all files as stored, as far as it is known before reading.
        bytes_read: Bytes read of them so far, as stored.
    """

    inputs: list[InputFile]
    total_bytes: int

    _formats: ClassVar[tuple[str, ...]] = FORMATS
    """What a user may choose; those not in ``FORMATS`` say what the records are, not how stored."""

    _usual_policy: ClassVar[OnError]
    _of_generations: ClassVar[bool]

    def __init__(
        self,
        paths: Sequence[str | Path] | str | Path,
        on_detect: Callable[[str], None] | None,
        *,
        format: str | None = None,  # noqa: A002 - the option is called so
        on_error: OnError | None = None,
    ) -> None:
        """Find the files; none of them is opened yet."""
        refuse_unknown_format(format, self._formats)
        refuse_unknown_policy(on_error)
        self._format = format
        self._on_error = on_error or self._usual_policy
        found = self._chosen(only_rows(find_files(paths)))
        self.inputs = [InputFile(file.path) for file in found]
        self.total_bytes = sum(file.size_bytes for file in found)
        self._files = [SourceFile(*pair) for pair in zip(found, self.inputs, strict=True)]
        self._wanted_files: Collection[int] = range(len(found))
        self._read_before = 0
        self._current: int | None = None
        self._on_detect = on_detect
        self._told: dict[str, str] = {}

    def _chosen(self, found: list[FoundFile]) -> list[FoundFile]:
        """Return the files to read, of those found."""
        return found

    @property
    def bytes_read(self) -> int:
        """Bytes read so far, as stored."""
        current = self._current
        return self._read_before + (0 if current is None else self.inputs[current].bytes)

    @property
    def files(self) -> list[FoundFile]:
        """The files as they were found."""
        return [file.found for file in self._files]

    @property
    def place(self) -> Place:
        """How far reading has come: always the same where the same record was the last."""
        if self._current is None:
            return Place(0, 0, "")
        file = self._files[self._current]
        return Place(self._current, file.input.bytes, file.hash.hexdigest())

    def read_only(self, chosen: Collection[int]) -> None:
        """Pass over all files but these, by their numbers; all stay in ``inputs``."""
        self._wanted_files = frozenset(chosen)
        self.total_bytes = sum(self._files[number].found.size_bytes for number in chosen)

    def _opened(self) -> Iterator[tuple[SourceFile, Content]]:
        """Yield each file and its content, counted from nothing."""
        self._read_before, self._current, self._told = 0, None, {}
        for number, file in enumerate(self._files):
            if number in self._wanted_files:
                self._read_before = self.bytes_read
                _forget(file.input)
                self._current = number
                chosen = self._format if self._format in FORMATS else None
                content = open_content(file, chosen=chosen, of_generations=self._of_generations)
                yield file, content

    @property
    def _replaces(self) -> bool:
        return self._on_error == "replace"

    def _detected_records(
        self,
        file: SourceFile,
        content: Content,
        told: Mapping[str, str],
        adapter: str | None = None,
    ) -> None:
        """Note where the records of a file have their fields, if a text is known yet.

        Args:
            file: The file.
            content: What it holds.
            told: The field of each role; without one for the id, the place of a record is its id.
            adapter: The format of the records; that of what holds them, if they are plain.
        """
        if not told:
            return
        names = {"id": f"file:{content.format.place}"}
        names |= {role: printable(name) for role, name in told.items()}
        detected = {"format": adapter or content.title}
        detected |= {role: names[role] for role in _ROLES if role in names}
        self._detected(file, detected | dict(file.found.fields))

    def _detected_whole(self, file: SourceFile, content: Content) -> None:
        self._detected(file, {"format": content.title, "id": "file name"})

    def _detected(self, file: SourceFile, detected: dict[str, str]) -> None:
        """Note what was decided about a file, and tell it if the last file was different."""
        if detected != self._told:
            self._told = detected
            fields = (f", {role} = {name}" for role, name in detected.items() if role != "format")
            self._note(f"detected: {file.shown} is {detected['format']}{''.join(fields)}")
        file.input.detected = self._told

    def _note(self, line: str) -> None:
        if self._on_detect is not None:
            self._on_detect(line)


def _forget(file: InputFile) -> None:
    file.bytes = file.records = file.rejected = file.replaced = file.rows = 0
    file.unanswered = 0
    file.sha256 = ""
    file.skipped = {}
    file.split = {}
    file.detected = {}
