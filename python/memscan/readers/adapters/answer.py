"""What adapters hand on: the answers in a record, in whatever format it came.

An *adapter* reads the records of one file in one format. It knows where that format has its id, its
answers and its prompt, and hands on each answer of a record, or why there is none. What becomes of
them is decided once for all formats, in ``generations``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from memscan.readers.values import Record, RecordError

Parts: TypeAlias = Mapping[str, str]
"""The text of each part that an answer has, by its name; see ``memscan.records.PARTS``."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """One answer of a model.

    Attributes:
        parts: Its texts.
        prompt: What the model was asked, if the record says.
        model: Which model it was, if the record says.
        ended: Why the answer ended, in the words of its source, such as ``stop``.
        outcome: How it ended, where the record says so beyond doubt; else it is judged by
            ``ended`` and the text.
        sample_index: Which of several answers to one prompt.
        turn: Which message of a conversation.
        id: Its own id, where that is not the record's.
        metadata: What is known of it beside the fields of its record.
    """

    parts: Parts
    prompt: str | None = None
    model: str | None = None
    ended: str | None = None
    outcome: str | None = None
    sample_index: int = 0
    turn: int | None = None
    id: str | None = None
    metadata: Record = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is passed over, as meant: it is counted, and its reason is told once a file."""

    reason: str


Found: TypeAlias = Answer | Skipped | RecordError
"""What a record holds; an error stands for one answer of several that cannot be used."""


def answers_of(
    values: Iterable[object], answer_of: Callable[[int, object], Answer]
) -> Iterator[Found]:
    """Yield the answer in each of several values, or why there is none; each stands for itself.

    Args:
        values: Samples, choices or outputs, in their order.
        answer_of: Makes the answer of a place and a value, or raises a ``RecordError``.
    """
    for place, value in enumerate(values):
        try:
            yield answer_of(place, value)
        except RecordError as error:
            yield error


class Adapter(ABC):
    """Reads the records of one file.

    Attributes:
        name: What the format is called.
        told: Where it has its text, id, prompt and model, for people; empty until that is known.
    """

    name: ClassVar[str]
    told: Mapping[str, str]

    @abstractmethod
    def record_id(self, record: Record) -> str | None:
        """Return the id of a record, and take it out of the record if it is a field of its own.

        Raises:
            RecordError: It is neither a string nor a whole number.
        """

    @abstractmethod
    def answers(self, record: Record) -> Iterable[Found]:
        """Return what a record holds, and leave in it what else is worth to be kept.

        Raises:
            RecordError: The record cannot be used.
        """


class FormatAdapter(Adapter):
    """Reads one file of a format that is known by the fields of its records."""

    @abstractmethod
    def __init__(self, first: Sequence[Record]) -> None:
        """Look at the first records of a file for what differs from file to file."""

    @staticmethod
    @abstractmethod
    def claims(record: Record) -> bool:
        """Whether a record looks like one of this format, and like one of no other."""
