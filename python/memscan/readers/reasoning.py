"""Reasoning inside a text: what a model thought, told apart from what it said by the tags between.

APIs hand on the two apart. In the bare output of a model they are one text, with tags that each
family of models has for it. vLLM's reasoning parsers define them (``vllm/reasoning``; for Kimi that
of SGLang, for ``<thinking>`` Open WebUI's list). They know which model wrote a text, and may take
one without an opening tag for reasoning; here a text must show it.

# Rules

1. A text that begins, after white space, with an opening tag is reasoning up to the first closing
   tag of the same kind, and the completion is what follows. Both are kept as they stand.
2. Without the closing tag all of it is reasoning: it was cut off. It has no completion then, as an
   answer with reasoning and null content has none.
3. A template may have put ``<think>`` at the end of the prompt; then the text is read as if it
   began with it. A closing tag alone is no sign: texts that speak of such tags have it too.
4. A part that is nothing but white space is none.
"""

import string
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from memscan.errors import InputError
from memscan.readers.adapters.answer import Parts
from memscan.readers.adapters.content import BETWEEN, Piece
from memscan.readers.files import SourceFile
from memscan.readers.harmony import CHANNEL, STARTS, harmony_pieces
from memscan.readers.messages import printable
from memscan.records import COMPLETION, REASONING, SplitReasoning

_TAGS = {
    "<think>": "</think>",  # DeepSeek-R1, Qwen3, QwQ, GLM-4.5, MiniMax, and most others
    "<thinking>": "</thinking>",  # what models write that are asked to think aloud
    "<seed:think>": "</seed:think>",  # Seed-OSS
    "[THINK]": "[/THINK]",  # Magistral
    "◁think▷": "◁/think▷",  # Kimi
}
_USUAL = "<think>"
_STARTS = (*_TAGS, *STARTS)
_MAY_BEGIN = frozenset(string.whitespace).union(start[0] for start in _STARTS)
_OPENED_BY_PROMPT = (_USUAL, f"{_USUAL}\n")


@dataclass(frozen=True, slots=True)
class Split:
    """A text that was split.

    Attributes:
        sign: By what the reasoning was known: the opening tag, and where it was if not in the text.
        parts: What the text is made of.
    """

    sign: str
    parts: Parts


@dataclass(slots=True)
class ReasoningSplit:
    """Splits the texts of one file, and counts them.

    Attributes:
        how: ``found`` where a text or the end of its prompt opens reasoning; ``opened`` as if every
            text began with ``<think>``; ``never``.
        counts: How many texts were split, by the sign of it.
        unanswered: How many of them hold no completion.
        is_in: Whether a text is to be split, as far as its beginning and its prompt tell. It is
            asked of every text that is read, so it is a function and looks at one character first.
    """

    how: SplitReasoning
    counts: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    is_in: Callable[[str, str | None], bool] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what is no way to split."""
        if self.how not in _IS_IN:
            raise InputError(
                f"there is no way {printable(str(self.how))!r} to split off reasoning",
                hint=f"choose one of {', '.join(_IS_IN)}",
            )
        self.is_in = _IS_IN[self.how]

    def split(self, text: str, prompt: str | None) -> Split | None:
        """Return what a text is made of; ``None`` if there is nothing to split."""
        if not self.is_in(text, prompt):
            return None
        start = text.lstrip(string.whitespace)
        opening = next(filter(start.startswith, _TAGS), None)
        if opening is not None:
            return Split(opening, _thought_and_said(start.removeprefix(opening), _TAGS[opening]))
        if start.startswith(STARTS) and (pieces := harmony_pieces(start)) is not None:
            return Split(CHANNEL, _parts_of(pieces))
        if self.how == "opened":
            return Split(f"{_USUAL} assumed", _thought_and_said(text, _TAGS[_USUAL]))
        if prompt is not None and prompt.endswith(_OPENED_BY_PROMPT):
            return Split(f"{_USUAL} in the prompt", _thought_and_said(text, _TAGS[_USUAL]))
        return None

    def of_answer(self, parts: Parts, prompt: str | None) -> Parts:
        """Return the parts of an answer, what was said split and counted where it is to be.

        Reasoning that the answer has beside its text comes before what is found in it, once if both
        are the same.
        """
        text = parts.get(COMPLETION)
        found = None if text is None else self.split(text, prompt)
        if found is None:
            return parts
        self.counts[found.sign] = self.counts.get(found.sign, 0) + 1
        self.unanswered += COMPLETION not in found.parts
        beside = {name: own for name, own in parts.items() if name != COMPLETION}
        return beside | {
            name: _joined(beside.get(name), inner) for name, inner in found.parts.items()
        }

    def has_any(self, wanted: Iterable[str], text: str, prompt: str | None) -> bool:
        """Whether a text is split, and one of some parts comes of it."""
        found = self.split(text, prompt)
        return found is not None and any(name in found.parts for name in wanted)

    def tell(self, file: SourceFile, wanted: Collection[str], note: Callable[[str], None]) -> None:
        """Say what was split of a file, if anything was.

        Args:
            file: The file, at its end.
            wanted: The parts that are scanned.
            note: Called with a line.
        """
        file.input.unanswered = self.unanswered
        if not self.counts:
            return
        texts = sum(self.counts.values())
        more = "" if REASONING in wanted else f" (--part {REASONING} or all for the other)"
        signs = ", ".join(f"{sign} ({count:,})" for sign, count in self.counts.items())
        without = f"; {self.unanswered:,} without a completion" if self.unanswered else ""
        note(
            f"split: {texts:,} text{'' if texts == 1 else 's'} of {file.shown} into reasoning and "
            f"completion, by {signs}{without}; scanned: {', '.join(wanted)}{more}"
        )


def _is_shown(text: str, prompt: str | None) -> bool:
    if text[:1] in _MAY_BEGIN and text.lstrip(string.whitespace).startswith(_STARTS):
        return True
    return prompt is not None and prompt.endswith(_OPENED_BY_PROMPT)


_IS_IN: dict[str, Callable[[str, str | None], bool]] = {
    "found": _is_shown,
    "opened": lambda _text, _prompt: True,
    "never": lambda _text, _prompt: False,
}


def _thought_and_said(text: str, closing: str) -> Parts:
    reasoning, _, completion = text.partition(closing)
    return _parts_of([(REASONING, reasoning), (COMPLETION, completion)])


def _parts_of(pieces: Iterable[Piece]) -> Parts:
    parts: dict[str, list[str]] = {}
    for name, text in pieces:
        if text and not text.isspace():
            parts.setdefault(name, []).append(text)
    return {name: BETWEEN.join(texts) for name, texts in parts.items()}


def _joined(beside: str | None, text: str) -> str:
    if not beside or beside.strip() == text.strip():
        return text
    return f"{beside}{BETWEEN}{text}"
