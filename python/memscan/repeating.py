r"""An earlier run, as its ``run.json`` tells it: what it read, how, and what of it is still so.

The same index, inputs and parameters give the same tables, byte for byte. So a run can be repeated
from what it wrote, if its index and its inputs are still what they were: that is checked, and a
difference is told and not passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memscan.errors import IncompatibleIndexError, InputError
from memscan.readers.files import CHUNK_BYTES
from memscan.readers.messages import STDIN
from memscan.readers.paths import input_path, known_size
from memscan.writers.results_folder import RUN_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from memscan.index import Index
    from memscan.records import InputFile

GENERATIONS = "generations"
LARGEST_BYTES = 2**30
HASH_SHOWN = 12

_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")

PARAMETERS = ("min_length", "min_chars", "occurrences", "occurrences_examined", "context_chars")
"""What of the parameters decides what the tables hold, besides ``seed``; all are numbers."""

ARGUMENTS = (
    *("format", "part", "split_reasoning", "on_error"),
    *("text_field", "id_field", "prompt_field", "model_field"),
)
"""How the generations were read; what a run does not say was not given."""

PATTERNS = "refusal_pattern"
"""The argument that is a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A file or an index as it was.

    Attributes:
        path: Where it was; relative to the folder in which the run was started, if it was so given.
        mark: Its id or its SHA-256, in hexadecimal.
        bytes: Its size; ``None`` for an index.
    """

    path: str
    mark: str
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """What is needed to repeat a run.

    Attributes:
        path: The ``run.json`` that says so.
        version: The version of memscan that made it.
        index: The corpus.
        baseline: The index of common material, if there was one.
        template: The text that all prompts share, if there was one.
        prompts: The file of prompts, if there was one.
        inputs: The files of generations, in order.
        parameters: The options of the scan, by their names in ``ScanOptions``.
        generations: The files, folders and globs, as they were given.
        arguments: How they were read.
        refusal_pattern: What a refusal begins with, if it was given.
    """

    path: Path
    version: str
    index: Recorded
    baseline: Recorded | None
    template: Recorded | None
    prompts: Recorded | None
    inputs: tuple[Recorded, ...]
    parameters: Mapping[str, int]
    generations: tuple[str, ...]
    arguments: Mapping[str, str | None]
    refusal_pattern: tuple[str, ...] | None

    def check_index(self, index: Index, was: Recorded) -> None:
        """Raise an error if an index is not what it was.

        Raises:
            IncompatibleIndexError: Its id differs.
        """
        if index.info.id != was.mark:
            raise IncompatibleIndexError(
                f"{index.path} is not the index of {self.path}: its id is "
                f"{_short(index.info.id)}, expected {_short(was.mark)}",
                hint="restore it, or name the index to use",
            )

    def check_sizes(self) -> None:
        """Raise an error if an input cannot be what it was, by its size.

        Raises:
            InputError: A file is not as long as it was.
            OSError: It is not there.
        """
        for was in self.inputs:
            if was.path == str(STDIN):
                continue
            size_bytes = known_size(input_path(existing(was.path)))
            if size_bytes is not None and size_bytes != was.bytes:
                raise self._changed(was, f"{size_bytes:,} bytes", f"{was.bytes:,} bytes")

    def check_inputs(self, inputs: Sequence[InputFile]) -> None:
        """Raise an error if the files that were read are not those that were read then.

        Raises:
            InputError: One is missing, new, or has other content.
        """
        expected = {existing(was.path): was for was in self.inputs}
        for file in inputs:
            was = expected.pop(str(file.path), None)
            if was is None:
                raise InputError(
                    f"{file.path} was not read by {self.path}: it is new",
                    hint="name the files to scan, or take it away",
                )
            if file.sha256 and file.sha256 != was.mark:  # a share of a run reads some files only
                now, then = (f"SHA-256 {_short(mark)}" for mark in (file.sha256, was.mark))
                raise self._changed(was, now, then)
        for path in expected:
            raise InputError(f"{path} was read by {self.path}, and is not there any more")

    def check_file(self, was: Recorded | None) -> None:
        """Raise an error if the template, or the file of prompts, is not what it was.

        Raises:
            InputError: Its content differs.
            OSError: It cannot be read.
        """
        if was is None or was.path == str(STDIN):
            return
        digest = hashlib.sha256()
        with input_path(existing(was.path)).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
        now = digest.hexdigest()
        if now != was.mark:
            raise self._changed(was, f"SHA-256 {_short(now)}", f"SHA-256 {_short(was.mark)}")

    def _changed(self, was: Recorded, now: str, then: str) -> InputError:
        return InputError(
            f"{was.path} is not what {self.path} read: {now}, expected {then}",
            hint="restore it, or name the files to scan",
        )


def read_run(path: str | Path) -> RecordedRun:
    """Read what a run says of itself.

    Args:
        path: Its ``run.json``, or the results folder.

    Raises:
        InputError: It is no ``run.json``, or of a version that did not say enough.
        OSError: It cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        path /= RUN_FILE
    run = _read_json(path)
    if "parameters" in run and "arguments" not in run:
        raise InputError(
            f"{path} does not say how its inputs were given: written by an earlier memscan",
            hint="repeat its command line",
        )
    parts = _Fields(path, run)
    arguments = parts.fields("arguments")
    for name in arguments.values:
        if name not in (GENERATIONS, *ARGUMENTS, PATTERNS):
            raise InputError(f"{path}: arguments.{name} is not known to this memscan")
    parameters = parts.fields("parameters")
    return RecordedRun(
        path=path,
        version=parts.text("memscan"),
        index=_recorded(parts.fields("index"), "id"),
        baseline=_recorded(parts.fields("baseline"), "id") if run.get("baseline") else None,
        template=_recorded(parts.fields("template"), "sha256") if run.get("template") else None,
        prompts=_recorded(parts.fields("prompts"), "sha256") if run.get("prompts") else None,
        inputs=tuple(_recorded(one, "sha256") for one in parts.objects("inputs")),
        parameters={name: parameters.number(name) for name in (*PARAMETERS, "seed")},
        generations=tuple(arguments.texts(GENERATIONS)),
        arguments={name: arguments.optional_text(name) for name in ARGUMENTS},
        refusal_pattern=arguments.optional_texts(PATTERNS),
    )


def existing(path: str) -> str:
    r"""Return the path that is there: a byte that is not UTF-8 stands in ``run.json`` as ``\xe9``.

    A path that is there as it is written is meant as it is written.
    """
    if os.path.lexists(path):
        return path
    named = _ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), path.encode())
    return os.fsdecode(named) if os.path.lexists(named) else path


def _recorded(fields: _Fields, mark: str) -> Recorded:
    size = fields.number("bytes") if mark == "sha256" else None
    return Recorded(path=fields.text("path"), mark=fields.text(mark), bytes=size)


def _read_json(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    try:
        run = json.loads(data) if len(data) <= LARGEST_BYTES else None
    except (ValueError, RecursionError):
        run = None
    if not isinstance(run, dict):
        raise InputError(
            f"{path} is not the {RUN_FILE} of a scan", hint="name a results folder, or its run.json"
        )
    return run


def _short(mark: str) -> str:
    return f"{mark[:HASH_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of an object in ``run.json``; an error names the file and the field."""

    path: Path
    values: Mapping[str, Any]
    place: str = ""

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        return None if self.values.get(name) is None else self.text(name)

    def number(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "a whole number")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.values.get(name)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(name, "a list of texts")
        return value

    def optional_texts(self, name: str) -> tuple[str, ...] | None:
        return None if self.values.get(name) is None else tuple(self.texts(name))

    def fields(self, name: str) -> _Fields:
        return self._inner(name, self.values.get(name))

    def objects(self, name: str) -> list[_Fields]:
        value = self.values.get(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return [self._inner(f"{name}[{number}]", one) for number, one in enumerate(value)]

    def _inner(self, name: str, value: object) -> _Fields:
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        return _Fields(self.path, value, f"{self.place}{name}.")

    def _wrong(self, name: str, expected: str) -> InputError:
        return InputError(f"{self.path}: {self.place}{name} is not {expected}")
