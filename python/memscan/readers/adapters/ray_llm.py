"""Rows of Ray Data's LLM processors: the user's columns, and ``generated_text`` beside them.

A row whose request failed says so in ``__inference_error__``. Its ``request_id`` is no id: every
replica of a model counts from zero, and all requests that failed are number -1.
"""

from collections.abc import Iterable, Sequence

from memscan.readers.adapters.answer import Answer, FormatAdapter, Found
from memscan.readers.adapters.content import messages_text
from memscan.readers.adapters.failed import failed
from memscan.readers.fields import USUAL_IDS, first_there
from memscan.readers.values import Record, as_id, as_text, string_or_none
from memscan.records import COMPLETION

_ERROR = "__inference_error__"
_OF_RAY = ("num_generated_tokens", "num_input_tokens", "generated_tokens", "batch_uuid", _ERROR)
_IDS = tuple(name for name in USUAL_IDS if name != "request_id")
_LARGE = (
    "embeddings",
    "generated_tokens",
    "logprobs",
    "prompt_logprobs",
    "prompt_token_ids",
    "tokenized_prompt",
)


class RayLLM(FormatAdapter):
    """Reads one file of rows."""

    name = "ray-llm"

    def __init__(self, first: Sequence[Record]) -> None:
        """Find the user's column with the id."""
        self._id = first_there(_IDS, first)
        self.told = {
            "text": "generated_text",
            **({"id": self._id} if self._id else {}),
            "prompt": "prompt or messages",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has a generated text, and what only Ray puts beside it."""
        return "generated_text" in record and any(name in record for name in _OF_RAY)

    def record_id(self, record: Record) -> str | None:
        """Return the id in the user's column, if there is one."""
        return as_id(record.pop(self._id, None)) if self._id else None

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the text of the row, or raise why its request failed."""
        error = record.pop(_ERROR, None)
        if error:
            raise failed(error)
        text = as_text(record.pop("generated_text", None), "generated_text")
        prompt, messages = record.pop("prompt", None), record.pop("messages", None)
        if prompt is None and isinstance(messages, list):
            prompt = messages_text(messages)
        for name in _LARGE:
            record.pop(name, None)
        return [
            Answer(
                parts={COMPLETION: text},
                prompt=string_or_none(prompt),
                model=string_or_none(record.pop("model", None)),
                ended=string_or_none(record.get("finish_reason")),
            )
        ]
