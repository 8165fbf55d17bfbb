"""The formats that generations come in, and which of them a file is.

A format is known by the fields of its records, not by the name of a file. ``plain`` is what is
left: records whose text is a field.
"""

from collections.abc import Sequence

from memscan.readers.adapters.alpaca_eval import AlpacaEval
from memscan.readers.adapters.answer import Adapter, Answer, FormatAdapter, Found, Skipped
from memscan.readers.adapters.anthropic_batch import AnthropicBatch
from memscan.readers.adapters.arena import Arena
from memscan.readers.adapters.chat import Chat
from memscan.readers.adapters.inspect_log import Inspect
from memscan.readers.adapters.lm_eval import LMEval
from memscan.readers.adapters.openai_batch import OpenAIBatch
from memscan.readers.adapters.ray_llm import RayLLM
from memscan.readers.adapters.vllm import VLLM
from memscan.readers.values import Record

__all__ = ["FORMATS", "NAMES", "PLAIN", "Adapter", "Answer", "Found", "Skipped", "detect", "named"]

PLAIN = "plain"

FORMATS: tuple[type[FormatAdapter], ...] = (
    OpenAIBatch,
    AnthropicBatch,
    VLLM,
    Inspect,
    LMEval,
    RayLLM,
    AlpacaEval,
    Arena,
    Chat,
)
"""Those known by their fields, in the order in which they are tried."""

NAMES = (PLAIN, *(one.name for one in FORMATS))
"""The names that a user can choose from."""

_LOOKED_AT = 100


def detect(records: Sequence[Record]) -> type[FormatAdapter] | None:
    """Return the format that most of the first records have; ``None`` if that is none."""
    looked_at = records[:_LOOKED_AT]
    for one in FORMATS:
        if 2 * sum(map(one.claims, looked_at)) > len(looked_at):
            return one
    return None


def named(name: str | None) -> type[FormatAdapter] | None:
    """Return the format of a name in ``NAMES``; ``None`` for ``plain``, and if there is no name."""
    return next((one for one in FORMATS if one.name == name), None)
