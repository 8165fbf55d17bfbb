"""Pairs of Chatbot Arena: two models answer the same, and a person says who did it better.

``lmsys/chatbot_arena_conversations``, the larger ``arena-human-preference`` sets and the judgments
of MT-bench have a conversation a model, ``conversation_a`` and ``conversation_b``. The set of
55,000 pairs, which is that of the competition on Kaggle, has ``prompt``, ``response_a`` and
``response_b``, each a JSON array in a string with an element a turn; that of the second competition
has the bare texts there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from memscan.readers.adapters.answer import Answer, FormatAdapter, Found
from memscan.readers.adapters.chat import assistant_turns, is_turns, messages_of
from memscan.readers.fields import USUAL_IDS, first_there
from memscan.readers.values import Record, RecordError, as_id, as_text, string_or_none

_SIDES = ("a", "b")
_IDS = ("question_id", *USUAL_IDS)
_LARGE = ("full_conversation",)
"""What a record repeats of other records, with all their models."""


class Arena(FormatAdapter):
    """Reads one file of pairs.

    Both models answer under one id. Their answers are told apart by ``sample_index``, 0 and 1, and
    by ``side``, which is ``model_a`` or ``model_b`` as in ``winner``.
    """

    name = "arena"

    def __init__(self, first: Sequence[Record]) -> None:
        """Find out which of the two forms the records have, and what their id is called."""
        claimed = [record for record in first if self.claims(record)] or first
        self._id = first_there(_IDS, claimed)
        self._has_responses = not any("conversation_a" in one for one in claimed)
        arrays = sum(_array(one.get("prompt")) is not None for one in claimed)
        self._has_arrays = 2 * arrays > len(claimed)
        text = "response_a and response_b"
        if not self._has_responses:
            text = "conversation_a and conversation_b, [*].content where role is the assistant's"
        elif self._has_arrays:
            text += ", JSON arrays with an element a turn"
        self.told = {
            "text": text,
            **({"id": self._id} if self._id else {}),
            "prompt": "prompt" if self._has_responses else "the turns before",
            "model": "model_a and model_b",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has two conversations, or two responses to a prompt."""
        if all(_is_conversation(record.get(f"conversation_{side}")) for side in _SIDES):
            return True
        texts = ("prompt", *(f"response_{side}" for side in _SIDES))
        return all(isinstance(record.get(name), str) for name in texts)

    def record_id(self, record: Record) -> str | None:
        """Return the id of the question."""
        return as_id(record.pop(self._id, None)) if self._id else None

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the turns of both models; what is wrong with one does no harm to the other."""
        prompt = record.pop("prompt", None) if self._has_responses else None
        names = [f"{'response' if self._has_responses else 'conversation'}_{one}" for one in _SIDES]
        values = [record.pop(name, None) for name in names]
        for name in _LARGE:
            record.pop(name, None)
        for place, (side, name, value) in enumerate(zip(_SIDES, names, values, strict=True)):
            model = string_or_none(record.get(f"model_{side}"))
            try:
                if self._has_responses:
                    messages = self._exchanged(prompt, value, name)
                else:
                    messages = messages_of(_listed(value, name), name)
                for found in assistant_turns(messages, model):
                    yield _of_side(found, place, side, name)
            except RecordError as error:
                yield error

    def _exchanged(self, prompt: object, response: object, name: str) -> list[Record]:
        """Return a prompt and a response as messages, turn by turn."""
        asked = [] if prompt is None else self._turns(prompt, "prompt")
        answered = self._turns(response, name)
        if not answered:
            raise RecordError(f"the {name} has no turn")
        messages: list[Record] = []
        for place in range(max(len(asked), len(answered))):
            for role, turns in (("user", asked), ("assistant", answered)):
                messages += [{"role": role, "content": turn} for turn in turns[place : place + 1]]
        return messages

    def _turns(self, value: object, role: str) -> list[str | None]:
        text = as_text(value, role)
        if not self._has_arrays:
            return [text]
        turns = _array(text)
        if turns is None:
            raise RecordError(f"the {role} is no JSON array of strings, as in other records")
        return turns


def _of_side(found: Found, place: int, side: str, name: str) -> Found:
    if isinstance(found, Answer):
        return replace(found, sample_index=place, metadata={"side": f"model_{side}"})
    if isinstance(found, RecordError):
        return RecordError(f"{name}: {found}", found.hint)
    return found


def _is_conversation(value: object) -> bool:
    return is_turns(value) or (isinstance(value, str) and value.startswith("["))


def _listed(value: object, name: str) -> object:
    """Return a conversation, which may stand as JSON in a string."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise RecordError(f"the {name} is a string that is no JSON: {error}") from None


def _array(value: object) -> list[str | None] | None:
    """Return the elements of a JSON array of strings and nulls; ``None`` if it is none."""
    if not isinstance(value, str) or not value.startswith("["):
        return None
    try:
        elements = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return elements if all(one is None or isinstance(one, str) for one in elements) else None
