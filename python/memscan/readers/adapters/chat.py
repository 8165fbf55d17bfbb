"""Conversations: every turn of the assistant is a generation, and what came before it its prompt.

WildChat and LMSYS have ``conversation``, a list of ``role`` and ``content``; ShareGPT has
``conversations``, of ``from`` and ``value``; OpenAI has ``messages``.

# Complexity

Quadratic in the number of turns, as each has all before it as its prompt; one prompt at a time is
held.
"""

from collections.abc import Iterable, Iterator, Sequence

from memscan.outcomes import REFUSED
from memscan.readers.adapters.answer import Answer, FormatAdapter, Found
from memscan.readers.adapters.content import BETWEEN, all_text, is_refusal, message_parts
from memscan.readers.fields import USUAL_IDS, USUAL_TEXTS, first_there
from memscan.readers.values import Record, RecordError, as_id, as_list, as_object, string_or_none

LISTS = ("conversation", "conversations", "messages")
_IDS = ("conversation_hash", "conversation_id", *USUAL_IDS)
_ASSISTANTS = frozenset(
    {"assistant", "gpt", "chatgpt", "bard", "claude", "bing", "bot", "chatbot", "model", "ai"}
)


class Chat(FormatAdapter):
    """Reads one file of conversations."""

    name = "chat"

    def __init__(self, first: Sequence[Record]) -> None:
        """Find out what the list of turns and the id are called."""
        claimed = [record for record in first if self.claims(record)] or first
        self._list = next(
            (name for name in LISTS if any(is_turns(one.get(name)) for one in claimed)), LISTS[0]
        )
        self._id = first_there(_IDS, claimed)
        turns = next((one[self._list] for one in claimed if is_turns(one.get(self._list))), None)
        listed = turns if isinstance(turns, list) else []
        is_share = any(isinstance(turn, dict) and "from" in turn for turn in listed)
        role, content = ("from", "value") if is_share else ("role", "content")
        self.told = {
            "text": f"{self._list}[*].{content} where {role} is the assistant's",
            **({"id": self._id} if self._id else {}),
            "prompt": "the turns before",
            "model": "model",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has a list of turns that is no mere prompt of a text beside it."""
        turns = next((record[name] for name in LISTS if is_turns(record.get(name))), None)
        if turns is None:
            return False
        last = turns[-1] if isinstance(turns, list) else None
        is_answered = isinstance(last, dict) and is_assistant(_as_message(last))
        return is_answered or not any(isinstance(record.get(name), str) for name in USUAL_TEXTS)

    def record_id(self, record: Record) -> str | None:
        """Return the id of the conversation, if it has one."""
        return as_id(record.pop(self._id, None)) if self._id else None

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the turns of the assistant."""
        turns = record.pop(self._list, None)
        model = string_or_none(record.pop("model", None))
        return assistant_turns(messages_of(turns, self._list), model)


def messages_of(turns: object, name: str) -> list[Record]:
    """Return the messages of a conversation.

    Args:
        turns: What the record has.
        name: Where it has it.

    Raises:
        RecordError: It is no list of objects, or the assistant says nothing in it.
    """
    messages = [
        _as_message(as_object(turn, f"{name}[{place}]"))
        for place, turn in enumerate(as_list(turns, name))
    ]
    if not any(is_assistant(message) for message in messages):
        raise RecordError(f"the {name} has no turn of the assistant")
    return messages


def assistant_turns(messages: Sequence[Record], model: str | None) -> Iterator[Found]:
    """Yield each turn of the assistant with all that was said before it as its prompt."""
    said: list[str] = []
    for place, message in enumerate(messages):
        try:
            if is_assistant(message):
                yield Answer(
                    parts=message_parts(message),
                    prompt=BETWEEN.join(said) if said else None,
                    model=string_or_none(message.get("model")) or model,
                    ended=string_or_none(message.get("finish_reason")),
                    outcome=REFUSED if is_refusal(message) else None,
                    turn=place,
                )
            text = all_text(message)
        except RecordError as error:
            yield RecordError(f"in message {place}: {error}", error.hint)
            continue
        if text:
            said.append(text)


def is_assistant(message: Record) -> bool:
    """Whether a message is the model's."""
    role = message.get("role")
    return isinstance(role, str) and role.lower() in _ASSISTANTS


def _as_message(turn: Record) -> Record:
    """Return a turn as OpenAI has it; ShareGPT calls role and content ``from`` and ``value``."""
    if "role" in turn or "from" not in turn:
        return turn
    return {"role": turn["from"], "content": turn.get("value")}


def is_turns(value: object) -> bool:
    """Whether a value looks like the turns of a conversation."""
    if not isinstance(value, list) or not value:
        return False
    keys = ({"role", "content"}, {"from", "value"})
    first = value[0]
    return isinstance(first, dict) and any(pair <= first.keys() for pair in keys)
