"""What is read: documents of the corpus, generations of a model, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memscan.readers.paths import InputPath

OnError: TypeAlias = Literal["fail", "skip", "replace"]
"""What becomes of a record that cannot be used.

``fail`` is an error, ``skip`` counts it as rejected and goes on; ``replace`` makes what is no
Unicode U+FFFD, and is the source's own habit (``fail`` for documents, ``skip`` for generations)
for every other fault.
"""
SplitReasoning: TypeAlias = Literal["found", "opened", "never"]
"""What becomes of reasoning that stands in one text with the answer.

``found`` splits it off where the text, or the end of its prompt, opens it by a known tag;
``opened`` as if every text began with ``<think>``, because the template wrote that; ``never``
leaves the text as it is.
"""
COMPLETION, REASONING, TOOL = "completion", "reasoning", "tool"
PARTS = (COMPLETION, REASONING, TOOL)
"""What an answer is made of: what was said, what was thought before, what tools were told."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus.

    Attributes:
        id: Unique in the corpus.
        text: The original text; all offsets index it.
        metadata: Further fields of its record: strings, numbers, booleans or ``None``.
        corpus: The name of the corpus it belongs to, if that has one.
    """

    id: str
    text: str
    metadata: Mapping[str, object]
    corpus: str | None = None


class Generation(NamedTuple):
    """One output of a language model.

    A record may hold several: samples of one prompt, turns of a conversation, parts of an answer.
    They share its id; ``key`` tells them apart.

    Attributes:
        id: Its own id, else ``file:line``; need not be unique.
        text: The original text; all offsets index it.
        prompt: What the model was asked, if known.
        model: Which model wrote it, if known.
        metadata: Further fields of its record: strings, numbers, booleans or ``None``.
        sample_index: Which of several answers to one prompt, from zero.
        part: What of the answer: ``completion``, ``reasoning`` or ``tool``.
        turn: Which message of a conversation, from zero; ``None`` outside of one.
        outcome: How the answer ended, if known: ``complete``, ``refused``, ``blocked``, ``length``
            or ``error``.
    """

    id: str
    text: str
    prompt: str | None
    model: str | None
    metadata: Mapping[str, object]
    sample_index: int = 0
    part: str = COMPLETION
    turn: int | None = None
    outcome: str | None = None

    @property
    def key(self) -> tuple[str, int, str, int | None]:
        """What tells it apart from the other generations, where ids are unique."""
        return self.id, self.sample_index, self.part, self.turn


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that is no generation; it is counted, never dropped silently.

    Attributes:
        id: The record's own id if it could be read, else ``file:line``.
        reason: What is wrong with it and where it stands, in one line.
        file: The path of its file as text; ``-`` for standard input.
        line: Its line there, counted from one; ``None`` if it is the whole file.
        outcome: ``error`` where the record itself says that the model gave no answer.
    """

    id: str
    reason: str
    file: str = ""
    line: int | None = None
    outcome: str | None = None

    @property
    def problem(self) -> str:
        """The reason without the place."""
        return self.reason.partition(f":{self.line}: ")[2] or self.reason


@dataclass(slots=True)
class InputFile:
    """One file that is read, so that a run can be repeated and checked.

    Attributes:
        path: The file as found; ``-`` for standard input.
        bytes: Bytes read from it so far, as stored (compressed, if it is compressed).
        sha256: Hash of these bytes, 64 hexadecimal digits; empty until all of it was read.
        records: Records found so far, the rejected ones included.
        rejected: How many of them were rejected; a record that holds several answers may have
            several of these rejected.
        skipped: How many of them, or of their answers, were passed over as meant, by the reason.
        split: How many texts were split into reasoning and completion, by the sign of reasoning.
        unanswered: How many of these hold no completion.
        replaced: In how many of them U+FFFD replaces what was no Unicode.
        rows: How many rows it has in the table of generations.
        detected: What was decided about the file: ``format``, ``text``, ``id`` and so on.
    """

    path: InputPath
    bytes: int = 0
    sha256: str = ""
    records: int = 0
    rejected: int = 0
    replaced: int = 0
    rows: int = 0
    unanswered: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    split: dict[str, int] = field(default_factory=dict)
    detected: dict[str, str] = field(default_factory=dict)
