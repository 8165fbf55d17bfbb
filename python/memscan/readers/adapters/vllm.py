"""What vLLM's ``LLM.generate`` returns, dumped by its users: an object a request.

``outputs`` has one entry a sample. Where only ``token_ids`` were kept there is no text.
"""

from collections.abc import Iterable, Sequence

from memscan.readers.adapters.answer import Answer, FormatAdapter, Found, answers_of
from memscan.readers.values import (
    Record,
    RecordError,
    as_id,
    as_index,
    as_list,
    as_object,
    as_optional_text,
    as_text,
    string_or_none,
)
from memscan.records import COMPLETION, REASONING

_NO_TEXT_HINT = (
    "decode the ids with the model's tokenizer, or give them to Index.scan_ids of an index of "
    "tokens"
)
_LARGE = ("prompt_token_ids", "prompt_logprobs", "encoder_prompt_token_ids", "metrics")


class VLLM(FormatAdapter):
    """Reads one file of request outputs."""

    name = "vllm"

    def __init__(self, first: Sequence[Record]) -> None:  # noqa: ARG002 - as for all formats
        """Nothing differs from file to file."""
        self.told = {"text": "outputs[*].text", "id": "request_id", "prompt": "prompt"}

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has outputs as vLLM has them."""
        outputs = record.get("outputs")
        if not isinstance(outputs, list) or not outputs:
            return False
        return all(
            isinstance(one, dict) and ("text" in one or "token_ids" in one) for one in outputs
        )

    def record_id(self, record: Record) -> str | None:
        """Return the id of the request."""
        return as_id(record.pop("request_id", None))

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the outputs of the request."""
        prompt = as_optional_text(record.pop("prompt", None), "prompt")
        model = string_or_none(record.pop("model", None))
        outputs = as_list(record.pop("outputs", None), "outputs")
        for name in _LARGE:
            record.pop(name, None)
        if not outputs:
            raise RecordError("the request has no outputs", is_failure=True)
        return answers_of(outputs, lambda place, one: _of_output(one, place, prompt, model))


def _of_output(value: object, place: int, prompt: str | None, model: str | None) -> Answer:
    output = as_object(value, f"outputs[{place}]")
    if output.get("text") is None and "token_ids" in output:
        raise RecordError(f"outputs[{place}] has token_ids and no text", _NO_TEXT_HINT)
    parts = {COMPLETION: as_text(output.get("text"), f"text of outputs[{place}]")}
    reasoning = output.get("reasoning_content", output.get("reasoning"))
    if isinstance(reasoning, str):
        parts[REASONING] = reasoning
    return Answer(
        parts=parts,
        prompt=prompt,
        model=model,
        ended=string_or_none(output.get("finish_reason")),
        sample_index=as_index(output.get("index"), place),
    )
