"""The content of messages: a string, a list of typed blocks, or null, as the chat APIs have it.

A block says what it is: text for the reader, reasoning, the call of a tool, a picture. What is no
text has no part here. Blocks of one kind that follow each other are pieces of one text, as where
citations stand between them, and are joined as they are; where others stood between two, a blank
line does.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import orjson

from memscan.readers.adapters.answer import Parts
from memscan.readers.values import Record, RecordError, as_object, as_text, kind_of
from memscan.records import COMPLETION, REASONING, TOOL

Piece: TypeAlias = tuple[str, str]
"""A part's name and some of its text."""

_TEXTS = ("text", "output_text", "input_text", "refusal", "summary_text")
_REASONING = ("thinking", "reasoning", "reasoning_text")
_TOOL_CALLS = ("tool_use", "server_tool_use", "tool_call", "function_call", "custom_tool_call")
_REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking")
BETWEEN = "\n\n"
"""What stands between texts that are joined."""


def message_parts(message: Record) -> Parts:
    """Return the parts of a message: of its content, and of what stands beside the content.

    Raises:
        RecordError: Something in it has the wrong type.
    """
    pieces = list(pieces_of(message.get("content"), "content"))
    names = {name for name, _ in pieces}
    if REASONING not in names:
        beside = (message.get(field) for field in _REASONING_FIELDS)
        pieces[:0] = [(REASONING, text) for text in beside if isinstance(text, str) and text][:1]
    if COMPLETION not in names and isinstance(refusal := message.get("refusal"), str):
        pieces.append((COMPLETION, refusal))
    if COMPLETION not in names and isinstance(audio := message.get("audio"), dict):
        spoken = audio.get("transcript")
        pieces += [(COMPLETION, spoken)] if isinstance(spoken, str) else []
    if TOOL not in names:
        pieces += _calls(message)
    return joined(pieces)


def is_refusal(message: Record) -> bool:
    """Whether a message is a refusal by its form, whatever its words."""
    if isinstance(refusal := message.get("refusal"), str) and refusal:
        return True
    content = message.get("content")
    return isinstance(content, list) and any(
        isinstance(block, dict) and block.get("type") == "refusal" for block in content
    )


def messages_text(messages: Iterable[object]) -> str | None:
    """Return all that some messages say, a blank line between them; ``None`` if nothing.

    Raises:
        RecordError: Something in them has the wrong type.
    """
    texts = (all_text(as_object(message, "message")) for message in messages)
    return BETWEEN.join(filter(None, texts)) or None


def all_text(message: Record) -> str:
    """Return all that a message says, its parts in the order of their names.

    Raises:
        RecordError: Something in it has the wrong type.
    """
    parts = message_parts(message)
    return BETWEEN.join(parts[name] for name in sorted(parts) if parts[name])


def pieces_of(content: object, role: str) -> Iterator[Piece]:
    """Yield the pieces of a content.

    Args:
        content: A string, a list of strings and blocks, or ``None``.
        role: What it is, for messages.

    Raises:
        RecordError: It is, or holds, something else.
    """
    if content is None:
        return
    if isinstance(content, str):
        yield COMPLETION, content
    elif isinstance(content, list):
        for place, block in enumerate(content):
            if isinstance(block, str):
                yield COMPLETION, block
            else:
                yield from _block_pieces(as_object(block, f"{role}[{place}]"), f"{role}[{place}]")
    else:
        raise RecordError(
            f"the {role} is {kind_of(content)}, expected a string, an array of parts or null"
        )


def joined(pieces: Sequence[Piece]) -> Parts:
    """Return the text of each part, out of its pieces in their order."""
    texts: dict[str, list[str]] = {}
    last = None
    for name, text in pieces:
        own = texts.setdefault(name, [])
        if own and name != last:
            own.append(BETWEEN)
        own.append(text)
        last = name
    return {name: "".join(own) for name, own in texts.items()}


def strings_within(value: object) -> Iterator[str]:
    """Yield the strings in a JSON value, in order; keys are none of them."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            yield inner
        elif isinstance(inner, dict):
            waiting.extend(reversed(inner.values()))
        elif isinstance(inner, list):
            waiting.extend(reversed(inner))


def call_text(arguments: object) -> str:
    """Return what a tool was called with: the strings among its arguments, a line each.

    Arguments that are JSON in a string are read, so that a program among them has its own line ends
    and quotation marks.
    """
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments)
        except orjson.JSONDecodeError:
            return str(arguments)
    return "\n".join(strings_within(arguments))


def _block_pieces(block: Record, role: str) -> Iterator[Piece]:
    kind = block.get("type", "text")
    if kind in _TEXTS:
        text = block.get("refusal") if kind == "refusal" else block.get("text")
        yield COMPLETION, as_text(text, f"text of {role}")
    elif kind in _REASONING:
        texts = (block.get(field) for field in ("thinking", "reasoning", "text"))
        yield from ((REASONING, text) for text in texts if isinstance(text, str) and text)
    elif kind in _TOOL_CALLS:
        yield TOOL, call_text(block.get("input", block.get("arguments")))
    elif kind == "tool_result":
        result = block.get("content")
        blocks = result if isinstance(result, list) else [{"text": result}]
        texts = (block.get("text") for block in blocks if isinstance(block, dict))
        yield from ((COMPLETION, text) for text in texts if isinstance(text, str))


def _calls(message: Record) -> Iterator[Piece]:
    """Yield the calls of tools that stand beside the content of a message."""
    calls = message.get("tool_calls")
    for call in [*(calls if isinstance(calls, list) else ()), message.get("function_call")]:
        if not isinstance(call, dict):
            continue
        function = call.get("function")
        holder = function if isinstance(function, dict) else call.get("custom", call)
        if isinstance(holder, dict):
            yield TOOL, call_text(holder.get("arguments", holder.get("input")))
