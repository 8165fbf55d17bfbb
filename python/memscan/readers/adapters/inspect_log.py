"""Logs of Inspect: an object with what was evaluated and its samples, each in several epochs.

A log in the ``.json`` format is one such object; of an ``.eval`` archive each sample is read as one
(``memscan.readers.eval_archive``). A sample has all its messages, and the last of the model again
as its output. Long texts stand apart, as ``attachment://HASH``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from memscan.outcomes import ERROR
from memscan.readers.adapters.answer import Answer, FormatAdapter, Found
from memscan.readers.adapters.chat import assistant_turns, is_assistant
from memscan.readers.adapters.content import message_parts, messages_text
from memscan.readers.adapters.failed import failed
from memscan.readers.lines import LINE_LIMIT_BYTES
from memscan.readers.values import (
    Record,
    RecordError,
    as_id,
    as_list,
    as_object,
    string_or_none,
)
from memscan.records import COMPLETION

_ATTACHMENT = re.compile(r"attachment://([0-9a-f]{1,64})")


class Inspect(FormatAdapter):
    """Reads one log."""

    name = "inspect"

    def __init__(self, first: Sequence[Record]) -> None:  # noqa: ARG002 - as for all formats
        """Nothing differs from log to log."""
        self.told = {
            "text": "samples[*].messages[*].content of the assistant, samples[*].output",
            "id": "samples[*].id and epoch",
            "prompt": "the messages before",
            "model": "eval.model",
        }

    @staticmethod
    def claims(record: Record) -> bool:
        """Whether a record is a log."""
        evaluation = record.get("eval")
        return isinstance(evaluation, dict) and ("samples" in record or "status" in record)

    def record_id(self, record: Record) -> str | None:  # noqa: ARG002 - as for all formats
        """Return nothing: each sample has an id of its own."""
        return None

    def answers(self, record: Record) -> Iterable[Found]:
        """Return what the model wrote in every sample."""
        evaluation = record.get("eval")
        about = evaluation if isinstance(evaluation, dict) else {}
        samples = record.get("samples")
        record.clear()
        if samples is None:
            raise RecordError(
                "the log has no samples",
                "it is unfinished or holds its header only; the .eval format has samples at once",
            )
        for place, sample in enumerate(as_list(samples, "samples")):
            try:
                yield from _of_sample(as_object(sample, f"samples[{place}]"), about)
            except RecordError as error:
                yield error


def _of_sample(sample: Record, about: Record) -> Iterator[Found]:
    """Yield the answers of a sample under its id, as Inspect calls it: ``ID_epoch_1``."""
    number, epoch = as_id(sample.get("id")), as_id(sample.get("epoch")) or "1"
    sample_id = string_or_none(sample.get("uuid")) if number is None else f"{number}_epoch_{epoch}"
    metadata: Record = {
        "task": string_or_none(about.get("task")),
        "sample_id": number,
        "epoch": int(epoch) if epoch.isdecimal() else None,
    }
    try:
        for found in _answers(sample, string_or_none(about.get("model"))):
            if isinstance(found, Answer):
                yield replace(found, id=sample_id, metadata=metadata)
            elif isinstance(found, RecordError):
                yield _named(found, sample_id)
    except RecordError as error:
        yield _named(error, sample_id)


def _named(error: RecordError, sample_id: str | None) -> RecordError:
    what = f"{sample_id}: {error}" if sample_id else str(error)
    return RecordError(what, error.hint, id=sample_id, is_failure=error.is_failure)


def _answers(sample: Record, model: str | None) -> Iterator[Found]:
    texts = _Attachments(sample.get("attachments"))
    output = texts.resolved(sample.get("output"))
    output = output if isinstance(output, dict) else {}
    model = string_or_none(output.get("model")) or model
    asked = texts.resolved(sample.get("input"))
    messages = texts.resolved(sample.get("messages")) or []
    messages = [as_object(one, "message") for one in as_list(messages, "messages")]
    messages = [
        _as_asked(one) if is_given else one
        for one, is_given in zip(messages, _given(messages, asked), strict=True)
    ]
    last: Answer | None = None
    for found in assistant_turns(messages, model):
        if not isinstance(found, Answer):
            yield found
            continue
        if last is not None:
            yield last
        last = found
    finals = _finals(output, model)
    if last is not None:
        finals = _merged(last, finals)
    elif finals:
        prompt = asked if isinstance(asked, str) else messages_text(_messages(asked))
        finals = [replace(one, prompt=prompt) for one in finals]
    error = sample.get("error")
    if not finals:
        raise (
            failed(error, "the sample ended in an error")
            if error is not None
            else RecordError("the sample has no output", is_failure=True)
        )
    yield from finals if error is None else (replace(one, outcome=ERROR) for one in finals)


def _messages(asked: object) -> list[object]:
    return asked if isinstance(asked, list) else []


def _given(messages: Sequence[Record], asked: object) -> list[bool]:
    """Return of each message whether it came with the input, and is not the model's.

    Logs say so of messages; where they do not yet, the input is a list and stands first.
    """
    first = len(_messages(asked))
    return [
        message.get("source", "input" if place < first else None) == "input"
        for place, message in enumerate(messages)
    ]


def _as_asked(message: Record) -> Record:
    return message | {"role": "input"} if is_assistant(message) else message


def _finals(output: Record, model: str | None) -> list[Answer]:
    """Return the choices of the output; where there are none, its text."""
    answers = []
    choices = output.get("choices") or []
    for place, value in enumerate(as_list(choices, "choices of the output")):
        choice = as_object(value, f"choices[{place}] of the output")
        message = as_object(choice.get("message"), f"message of choices[{place}] of the output")
        ended = string_or_none(choice.get("stop_reason"))
        answers.append(
            Answer(parts=message_parts(message), model=model, ended=ended, sample_index=place)
        )
    completion = output.get("completion")
    if not answers and isinstance(completion, str) and completion:
        answers.append(Answer(parts={COMPLETION: completion}, model=model))
    return answers


def _merged(last: Answer, finals: Sequence[Answer]) -> list[Answer]:
    """Return the last turn and the choices of the output, which it is one of in most logs.

    A first choice that says something else was put there by the task, and stands for itself.
    """
    choices = [replace(one, prompt=last.prompt, turn=last.turn) for one in finals]
    if choices and choices[0].parts == last.parts:
        return choices
    return [last, *(replace(one, turn=None) for one in choices)]


class _Attachments:
    """The long texts of a sample, put back where they are missing."""

    def __init__(self, attachments: object) -> None:
        self._texts = attachments if isinstance(attachments, dict) else {}
        self._left = LINE_LIMIT_BYTES

    def resolved(self, value: object) -> object:
        """Return a JSON value with its texts.

        Raises:
            RecordError: One is missing, they are longer together than any record may be, or the
                value is nested too deeply.
        """
        try:
            return self._resolved(value)
        except RecursionError:
            raise RecordError("the sample is nested too deeply") from None

    def _resolved(self, value: object) -> object:
        if isinstance(value, str):
            return _ATTACHMENT.sub(self._text, value) if "attachment://" in value else value
        if isinstance(value, list):
            return [self._resolved(inner) for inner in value]
        if isinstance(value, dict):
            return {name: self._resolved(inner) for name, inner in value.items()}
        return value

    def _text(self, reference: re.Match[str]) -> str:
        text = self._texts.get(reference[1])
        if not isinstance(text, str):
            if reference[0] == reference.string:
                raise RecordError(f"a text is missing, which stood in {reference[0]}")
            return reference[0]
        self._left -= len(text)
        if self._left < 0:
            raise RecordError(f"its attachments together are longer than {LINE_LIMIT_BYTES} bytes")
        return text
