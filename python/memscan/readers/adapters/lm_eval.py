"""Samples of the lm-evaluation-harness: ``samples_TASK_TIME.jsonl``.

A document has one row for each filter of its task, and ``resps`` is the same in all of them: what
the model wrote, one list a request with one string a repeat. It is read from the first such row.
Tasks that compare likelihoods have numbers there, and nothing was generated. A later run with the
same output path appends its rows; these are read, and then repeat the ids.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

import orjson

from memscan.readers.adapters.answer import Answer, FormatAdapter, Found, Skipped
from memscan.readers.adapters.content import messages_text
from memscan.readers.values import Record, RecordError, as_id, as_list, as_text
from memscan.records import COMPLETION

OTHER_FILTER = "the same answers again, under a further filter"
LIKELIHOODS = "log-likelihoods of a task in which nothing is generated"
_OF_THE_FILTER = ("filtered_resps", "filter", "metrics")


class LMEval(FormatAdapter):
    """Reads one file of samples.

    Attributes:
        told: Where it has its text, id and prompt.
    """

    name = "lm-eval"

    def __init__(self, first: Sequence[Record]) -> None:  # noqa: ARG002 - as for all formats
        """Start without a row seen; rows are remembered by 16 bytes each."""
        self._filters: dict[bytes, object] = {}
        self.told = {
            "text": "resps[*][*]",
            "id": "doc_id:doc_hash",
            "prompt": "arguments.gen_args_0.arg_0",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record has the fields of a sample."""
        return "doc_id" in record and "resps" in record and ("doc" in record or "target" in record)

    def record_id(self, record: Record) -> str | None:
        """Return the document's number and hash; both are kept as fields too."""
        number, digest = as_id(record.get("doc_id")), as_id(record.get("doc_hash"))
        return number if digest is None or number is None else f"{number}:{digest}"

    def answers(self, record: Record) -> Iterable[Found]:
        """Return what was generated for the document, or why nothing is read of this row."""
        responses = as_list(record.pop("resps", None), "resps")
        arguments = record.pop("arguments", None)
        if _is_likelihood(arguments, responses):
            return [Skipped(LIKELIHOODS)]
        if self._is_of_other_filter(record, responses):
            return [Skipped(OTHER_FILTER)]
        for name in _OF_THE_FILTER:
            record.pop(name, None)
        return _answers(responses, _prompt(arguments))

    def _is_of_other_filter(self, record: Record, responses: list[object]) -> bool:
        own = (record.get("doc_id"), record.get("doc_hash"), record.get("doc"), responses)
        try:
            key = blake2b(orjson.dumps(own), digest_size=16).digest()
        except orjson.JSONEncodeError as error:
            raise RecordError(f"the record cannot be compared with others: {error}") from None
        return self._filters.setdefault(key, record.get("filter")) != record.get("filter")


def _answers(responses: Sequence[object], prompt: str | None) -> Iterator[Found]:
    samples = [
        (f"resps[{request}][{repeat}]", text)
        for request, repeats in enumerate(responses)
        for repeat, text in enumerate(repeats if isinstance(repeats, list) else [repeats])
    ]
    if not samples:
        raise RecordError("resps is empty")
    for place, (role, text) in enumerate(samples):
        try:
            parts = {COMPLETION: as_text(text, role)}
            yield Answer(parts=parts, prompt=prompt, sample_index=place)
        except RecordError as error:
            yield error


def _requests(arguments: object) -> list[list[object]]:
    """Return the arguments of each request; older versions have lists, later ones objects."""
    if isinstance(arguments, dict):
        arguments = list(arguments.values())
    if not isinstance(arguments, list):
        return []
    return [
        list(one.values()) if isinstance(one, dict) else one
        for one in arguments
        if isinstance(one, dict | list)
    ]


def _is_likelihood(arguments: object, responses: Sequence[object]) -> bool:
    """Whether no text was asked for: the first request lacks settings of generation.

    Without arguments, ``resps`` tells: a likelihood stands in a list of its own.
    """
    requests = _requests(arguments)
    if requests:
        return not any(isinstance(argument, dict) for argument in requests[0][1:])
    first = responses[0] if responses else None
    return isinstance(first, list) and bool(first) and isinstance(first[0], list)


def _prompt(arguments: object) -> str | None:
    """Return the prompt of the first request: a string, messages, or messages as JSON.

    A chat is written as a list that holds its JSON alone.
    """
    requests = _requests(arguments)
    prompt = requests[0][0] if requests and requests[0] else None
    if isinstance(prompt, list) and prompt and isinstance(prompt[0], str):
        prompt = _parsed(prompt[0])
    if isinstance(prompt, list):
        return messages_text(prompt)
    return prompt if isinstance(prompt, str) else None


def _parsed(chat: str) -> object:
    try:
        return orjson.loads(chat)
    except orjson.JSONDecodeError:
        return chat
