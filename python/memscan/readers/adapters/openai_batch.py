"""The output of OpenAI's batch API, and of ``vllm run-batch``, which writes the same.

One line a request: ``custom_id``, and either a ``response`` with a status and a body or an
``error``. The body is that of the endpoint: chat completions and completions have ``choices``,
responses have ``output``. The prompt stands in the input of the batch alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from memscan.outcomes import REFUSED
from memscan.readers.adapters.answer import Answer, FormatAdapter, Found, Parts, answers_of
from memscan.readers.adapters.content import (
    Piece,
    call_text,
    is_refusal,
    joined,
    message_parts,
    pieces_of,
)
from memscan.readers.adapters.failed import failed, short
from memscan.readers.fields import Field, values_at
from memscan.readers.values import (
    Record,
    RecordError,
    as_id,
    as_index,
    as_list,
    as_object,
    as_text,
    string_or_none,
)
from memscan.records import COMPLETION, REASONING, TOOL

_STATUS_OK = 200
_WRITTEN: Mapping[str, Field] = {
    "function_call": ("arguments",),
    "custom_tool_call": ("input",),
    "mcp_call": ("arguments",),
    "mcp_approval_request": ("arguments",),
    "tool_search_call": ("arguments",),
    "web_search_call": ("action", "query"),
    "file_search_call": ("queries",),
    "code_interpreter_call": ("code",),
    "program": ("code",),
    "shell_call": ("action", "commands"),
    "local_shell_call": ("action", "command"),
    "apply_patch_call": ("operation", "diff"),
}
"""Where each kind of call has what the model wrote: what it returned is not the model's."""
_TEXTS = {
    "chat": "response.body.choices[*].message.content",
    "completions": "response.body.choices[*].text",
    "responses": "response.body.output[*].content[*].text",
}


class OpenAIBatch(FormatAdapter):
    """Reads one file of batch output."""

    name = "openai-batch"

    def __init__(self, first: Sequence[Record]) -> None:
        """Find out which endpoint answered first, to tell it."""
        bodies = (_body_of(record) for record in first)
        kind = next((kind for body in bodies if (kind := _endpoint(body))), "chat")
        self.told = {"text": _TEXTS[kind], "id": "custom_id", "model": "response.body.model"}

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has the fields of a batch's answer."""
        if "custom_id" not in record or "response" not in record:
            return False
        response = record["response"]
        if response is None:
            return "error" in record
        return isinstance(response, dict) and ("body" in response or "status_code" in response)

    def record_id(self, record: Record) -> str | None:
        """Return the request's own id."""
        return as_id(record.pop("custom_id", None))

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the choices of the response, or raise what went wrong with the request."""
        response, error = record.pop("response", None), record.pop("error", None)
        if error is not None:
            raise failed(error)
        if response is None:
            raise RecordError("the response is null", is_failure=True)
        response = as_object(response, "response")
        status = response.get("status_code", _STATUS_OK)
        body = response.get("body")
        if status != _STATUS_OK:
            inner = body.get("error", body) if isinstance(body, dict) else body
            raise failed(inner, f"the request failed with status {short(status)}")
        return body_answers(as_object(body, "body of the response"))


def body_answers(body: Record) -> Iterator[Found]:
    """Yield the answers in the body of a response, whichever of the three endpoints it is of.

    Raises:
        RecordError: It is of none of them.
    """
    model = string_or_none(body.get("model"))
    kind = _endpoint(body)
    if kind == "responses":
        yield _of_responses(body, model)
        return
    if kind is None:
        if body.get("error") is not None:
            raise failed(body["error"])
        raise RecordError(
            "the body of the response has neither choices nor an output",
            "embeddings and moderations hold no text to scan",
        )
    choices = as_list(body["choices"], "choices")
    if not choices:
        raise RecordError("the response has no choices", is_failure=True)
    yield from answers_of(choices, lambda place, choice: _of_choice(choice, place, model))


def _of_choice(value: object, place: int, model: str | None) -> Answer:
    choice = as_object(value, f"choices[{place}]")
    ended = string_or_none(choice.get("finish_reason"))
    outcome = None
    if "message" in choice:
        message = as_object(choice["message"], f"message of choices[{place}]")
        parts = message_parts(message)
        outcome = REFUSED if is_refusal(message) else None
    else:
        parts = {COMPLETION: as_text(choice.get("text"), f"text of choices[{place}]")}
    return Answer(
        parts=parts,
        model=model,
        ended=ended,
        outcome=outcome,
        sample_index=as_index(choice.get("index"), place),
    )


def _of_responses(body: Record, model: str | None) -> Answer:
    items = [
        as_object(item, f"output[{place}]")
        for place, item in enumerate(as_list(body["output"], "output"))
    ]
    error = body.get("error")
    if error is not None and not items:
        raise failed(error)
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    return Answer(
        parts=_responses_parts(items),
        model=model,
        ended=string_or_none(reason) or string_or_none(body.get("status")),
        outcome=REFUSED if any(map(is_refusal, items)) else None,
    )


def _responses_parts(items: Sequence[Record]) -> Parts:
    pieces: list[Piece] = []
    for place, item in enumerate(items):
        kind = item.get("type", "message")
        if kind == "message":
            pieces += pieces_of(item.get("content"), f"content of output[{place}]")
        elif kind == "reasoning":
            thoughts = item.get("content") or item.get("summary")
            pieces += ((REASONING, text) for _, text in pieces_of(thoughts, f"output[{place}]"))
        elif isinstance(kind, str) and kind in _WRITTEN:
            pieces += ((TOOL, call_text(value)) for value in values_at(item, _WRITTEN[kind]))
    return joined(pieces)


def _body_of(record: Record) -> Record:
    response = record.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    return body if isinstance(body, dict) else {}


def _endpoint(body: Record) -> str | None:
    choices = body.get("choices")
    if isinstance(choices, list):
        is_text = any(isinstance(one, dict) and "text" in one for one in choices)
        return "completions" if is_text else "chat"
    return "responses" if isinstance(body.get("output"), list) else None
