"""OpenAI's harmony format, in which gpt-oss writes: messages in channels, each with a header.

A generation is one or several messages, as
``<|channel|>analysis<|message|>...<|end|><|start|>assistant<|channel|>final<|message|>...<|return|>``.
The channel says whom a message is for, and a recipient (``to=functions.search``, after the role or
the channel) makes it the call of a tool. From "OpenAI harmony response format" in OpenAI's
Cookbook.
"""

import re

from memscan.readers.adapters.content import Piece, call_text
from memscan.records import COMPLETION, REASONING, TOOL

CHANNEL = "<|channel|>"
STARTS = (CHANNEL, "<|start|>assistant")
"""How the text of a generation begins, in harmony; the prompt may have begun the first header."""

_START, _CONSTRAIN, _MESSAGE = "<|start|>", "<|constrain|>", "<|message|>"
_END = re.compile(r"<\|(?:end|call|return|endoftext)\|>")


def harmony_pieces(text: str) -> list[Piece] | None:
    """Return the messages of a generation, each with the part of the answer that it belongs to.

    Chains of thought (``analysis``) are reasoning, what has a recipient is the call of a tool, and
    all else is what was said: the answer (``final``) and preambles to it (``commentary``). A last
    header that was cut off has no message.

    Args:
        text: What a model wrote, beginning with one of ``STARTS``.

    Returns:
        The pieces; ``None`` if something stands between the messages, or one is not the model's:
        then it is no generation as the model writes it.
    """
    messages = [one for one in _END.split(text) if one and not one.isspace()]
    pieces = []
    for place, message in enumerate(messages):
        header, is_whole, content = message.lstrip().partition(_MESSAGE)
        if not is_whole and place == len(messages) - 1 and header.startswith((_START, CHANNEL)):
            break
        part = _part_of(header) if is_whole else None
        if part is None:
            return None
        pieces.append((part, call_text(content) if part == TOOL else content))
    return pieces


def _part_of(header: str) -> str | None:
    """Return to which part a message belongs, by its header; ``None`` if it is not the model's."""
    role, _, channel = header.partition(CHANNEL)
    role_words = role.removeprefix(_START).split()
    if role_words and role_words[0] != "assistant":
        return None
    channel_words = channel.partition(_CONSTRAIN)[0].split()
    if any(word.startswith("to=") for word in [*role_words, *channel_words]):
        return TOOL
    return REASONING if channel_words[:1] == ["analysis"] else COMPLETION
