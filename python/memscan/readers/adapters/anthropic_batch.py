"""The results of Anthropic's batch API: one line a request, in any order.

``result.type`` says how it went: ``succeeded`` has a message, ``errored`` an error; what was
``canceled`` or ``expired`` has neither. The prompt stands in the requests alone.
"""

from collections.abc import Iterable, Sequence

from memscan.readers.adapters.answer import Answer, FormatAdapter, Found
from memscan.readers.adapters.content import message_parts
from memscan.readers.adapters.failed import failed
from memscan.readers.values import Record, RecordError, as_id, as_object, string_or_none

_TYPES = ("succeeded", "errored", "canceled", "expired")


class AnthropicBatch(FormatAdapter):
    """Reads one file of batch results."""

    name = "anthropic-batch"

    def __init__(self, first: Sequence[Record]) -> None:  # noqa: ARG002 - as for all formats
        """Nothing differs from file to file."""
        self.told = {
            "text": "result.message.content[*].text",
            "id": "custom_id",
            "model": "result.message.model",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has the fields of a batch's result."""
        result = record.get("result")
        return "custom_id" in record and isinstance(result, dict) and result.get("type") in _TYPES

    def record_id(self, record: Record) -> str | None:
        """Return the request's own id."""
        return as_id(record.pop("custom_id", None))

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the message, or raise what became of the request instead."""
        result = as_object(record.pop("result", None), "result")
        kind = result.get("type")
        if kind == "errored":
            error = result.get("error")
            inner = error.get("error", error) if isinstance(error, dict) else error
            raise failed(inner)
        if kind in ("canceled", "expired"):
            raise RecordError(f"the request was {kind}", is_failure=True)
        if kind != "succeeded":
            raise RecordError(f"the result is of no known type, expected {', '.join(_TYPES)}")
        message = as_object(result.get("message"), "message of the result")
        return [
            Answer(
                parts=message_parts(message),
                model=string_or_none(message.get("model")),
                ended=string_or_none(message.get("stop_reason")),
            )
        ]
