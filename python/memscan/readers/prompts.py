"""Prompts from a file of their own, joined to generations by their ids.

The output of a batch does not repeat what was asked; its input file does. Neither keeps the order
of the other, so the prompts are held in memory: about their size, and 200 bytes each.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from memscan.errors import InputError
from memscan.readers.adapters.content import messages_text, pieces_of
from memscan.readers.containers import read_records
from memscan.readers.fields import USUAL_IDS
from memscan.readers.source import Source
from memscan.readers.values import Record, RecordError, as_id, as_list, as_object, kind_of
from memscan.records import InputFile

USUAL_PROMPTS = ("prompt", "instruction", "input", "question", "messages")
IDS_KEPT = 3
_IDS = ("custom_id", *USUAL_IDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCounts:
    """How many prompts met a generation.

    Attributes:
        prompts: How many the file has, by their ids.
        repeated: How many more of its records have the id of an earlier one; the first counts.
        unread: How many of its records have no id or no prompt.
        joined: How many generations got a prompt of it.
        missing: How many generations have an id that it lacks.
        unused: How many of its prompts no generation has the id of; ``None`` where that was not
            counted, as in parts that were merged.
        missing_ids: The first ids that it lacks, at most three.
        unused_ids: The first ids of its own that no generation has, likewise.
    """

    prompts: int
    repeated: int
    unread: int
    joined: int
    missing: int
    unused: int | None
    missing_ids: tuple[str, ...] = ()
    unused_ids: tuple[str, ...] = ()


class Prompts(Source):
    """The prompts in a file, by their ids.

    Attributes:
        file: The file, so that the run can be repeated.
    """

    _usual_policy = "skip"
    _of_generations = True

    def __init__(self, path: str | Path, on_detect: Callable[[str], None] | None) -> None:
        """Find the file; it is read when the first prompt is asked for.

        Raises:
            FileNotFoundError: The path does not exist.
            InputError: It is no file.
        """
        super().__init__([path], on_detect)
        self._prompts: dict[str, str] | None = None
        self._used: set[str] = set()
        self._missing_ids: list[str] = []
        self._repeated = self._unread = self._joined = self._missing = 0

    @property
    def file(self) -> InputFile:
        """The first, and mostly only, file."""
        return self.inputs[0]

    def read(self) -> Mapping[str, str]:
        """Return the prompts by their ids; the file is read once.

        Raises:
            OSError: The file cannot be read.
            InputError: It is damaged, or none of its records has an id and a prompt.
        """
        if self._prompts is None:
            self._prompts = self._read()
        return self._prompts

    def of(self, generation_id: str) -> str | None:
        """Return the prompt with an id, and count whether there is one.

        Raises:
            OSError: The file cannot be read.
            InputError: It is damaged, or none of its records has an id and a prompt.
        """
        prompt = self.read().get(generation_id)
        if prompt is None:
            self._missing += 1
            if len(self._missing_ids) < IDS_KEPT:
                self._missing_ids.append(generation_id)
            return None
        self._joined += 1
        self._used.add(generation_id)
        return prompt

    def counts(self) -> PromptCounts:
        """Return what was counted so far."""
        read = self._prompts or {}
        prompts = len(read)
        return PromptCounts(
            prompts=prompts,
            repeated=self._repeated,
            unread=self._unread,
            joined=self._joined,
            missing=self._missing,
            unused=prompts - len(self._used),
            missing_ids=tuple(self._missing_ids),
            unused_ids=tuple(islice((one for one in read if one not in self._used), IDS_KEPT)),
        )

    def forget(self) -> None:
        """Count from nothing again, because the generations are read again."""
        self._used, self._missing_ids = set(), []
        self._joined = self._missing = 0

    def _read(self) -> dict[str, str]:
        prompts: dict[str, str] = {}
        told: dict[str, str] = {}
        first_error: str | None = None
        self._repeated = self._unread = 0
        for number, file, record in self._records():
            try:
                if isinstance(record, RecordError):
                    raise record
                prompt_id, prompt, found = prompt_of(record)
            except RecordError as error:
                self._unread += 1
                file.rejected += 1
                first_error = first_error or f"{number}: {error}"
                continue
            told = told or found
            self._repeated += prompt_id in prompts
            prompts.setdefault(prompt_id, prompt)
        if not prompts:
            reason = f"; {first_error}" if first_error else ""
            raise InputError(
                f"no record of {self._files[0].shown} has an id and a prompt{reason}",
                hint="give the input file of the batch, or JSON lines with id and prompt",
            )
        self._detected(self._files[0], {"format": "prompts"} | told)
        return prompts

    def _records(self) -> Iterator[tuple[str, InputFile, Record | RecordError]]:
        for file, content in self._opened():
            if content.format.is_one_text:
                raise InputError(
                    f"{file.shown} is {content.title}, expected records with prompts",
                    hint="give the input file of the batch, or JSON lines with id and prompt",
                )
            for run in read_records(file, content):
                file.input.records += len(run)
                for number, record in run:
                    yield f"{file.shown}:{number}", file.input, record


def is_request(record: Record) -> bool:
    """Whether a record is what was asked of a batch API, and not what it answered."""
    asked = record.get("body", record.get("params"))
    return "custom_id" in record and isinstance(asked, dict) and "response" not in record


def prompt_of(record: Record) -> tuple[str, str, dict[str, str]]:
    """Return the id and the prompt of a request, and where they were found.

    Raises:
        RecordError: It lacks one of them.
    """
    id_name = next((name for name in _IDS if record.get(name) is not None), None)
    prompt_id = as_id(record[id_name]) if id_name else None
    if id_name is None or prompt_id is None:
        raise RecordError(f"the record has no id in {', '.join(_IDS)}")
    holder, prefix = record, ""
    for key in ("body", "params"):
        if isinstance(record.get(key), dict):
            holder, prefix = as_object(record[key], key), f"{key}."
    name = next((name for name in USUAL_PROMPTS if holder.get(name) is not None), None)
    if name is None:
        raise RecordError(f"the record has no prompt in {', '.join(USUAL_PROMPTS)}")
    texts = [
        _system(holder.get("system") or holder.get("instructions")),
        _prompt(holder[name], name),
    ]
    prompt = "\n\n".join(filter(None, texts))
    return prompt_id, prompt, {"id": id_name, "prompt": f"{prefix}{name}"}


def _system(value: object) -> str | None:
    return "".join(text for _, text in pieces_of(value, "system prompt")) if value else None


def _prompt(value: object, name: str) -> str | None:
    """Return a prompt: a string, messages, or several of a request."""
    if isinstance(value, str):
        return value
    items = as_list(value, name)
    if all(isinstance(item, str) for item in items):
        return "\n\n".join(map(str, items))
    if any(isinstance(item, int) for item in items):
        raise RecordError(f"the {name} holds {kind_of(items[0])}, expected text, not token ids")
    return messages_text(item for item in items if isinstance(item, dict))
