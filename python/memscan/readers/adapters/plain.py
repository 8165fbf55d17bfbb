"""Records whose text is a field: found by its usual names, or named by the user."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from memscan.outcomes import OutcomeRules
from memscan.readers.adapters.answer import Adapter, Answer, Found, answers_of
from memscan.readers.adapters.chat import is_turns
from memscan.readers.adapters.content import messages_text
from memscan.readers.fields import EACH, Field, field_name, take, take_each, values_at
from memscan.readers.projection import Projected
from memscan.readers.values import (
    Record,
    RecordError,
    as_id,
    as_list,
    as_metadata,
    as_optional_text,
    as_text,
    string_or_none,
)
from memscan.records import COMPLETION, Generation

_MESSAGES = ("prompt", "messages", "input")


class Plain(Adapter):
    """Reads one file of plain records.

    Attributes:
        told: Where it has its text, id, prompt and model.
        has_several: Whether a record may have several texts.
    """

    name = "plain"

    def __init__(self, fields: Mapping[str, Field], first: Sequence[Record]) -> None:
        """Take the fields of a file; there are none until a record has a text.

        Args:
            fields: The field of each role that is known.
            first: Its first records, to find a prompt that is a list of messages.
        """
        self._text = fields.get("text")
        self._id = fields.get("id")
        self._prompt = fields.get("prompt")
        self._model = fields.get("model")
        self.has_several = self._text is not None and EACH in self._text
        self._messages = None
        if fields and self._prompt is None:
            self._messages = next(
                (name for name in _MESSAGES if any(is_turns(one.get(name)) for one in first)), None
            )
        self.told = {role: field_name(field) for role, field in fields.items()}
        if self._messages is not None:
            self.told["prompt"] = f"{self._messages}[*].content"

    def record_id(self, record: Record) -> str | None:
        """Return the id, if the record has one."""
        return as_id(take(record, self._id))

    def answers(self, record: Record) -> Iterable[Found]:
        """Return the text, or each of several."""
        if self._text is None or not self.has_several:
            text = as_text(take(record, self._text), "text")
            answer = self._answer(record)
            answer.parts = {COMPLETION: text}
            return (answer,)
        texts = take_each(record, self._text)
        if not texts:
            raise RecordError("the text is missing or null")
        return answers_of(texts, partial(_sample, self._answer(record)))

    def texts(self, records: Iterable[Record]) -> Iterator[tuple[str, str | None]]:
        """Yield the texts in some records, each with its prompt if that is one; take nothing."""
        for record in records if self._text else ():
            prompts = values_at(record, self._prompt) if self._prompt else iter(())
            prompt = string_or_none(next(prompts, None))
            texts = values_at(record, self._text or ())
            yield from ((text, prompt) for text in texts if isinstance(text, str))

    def generation(self, record: Record, place: str, rules: OutcomeRules) -> Generation:
        """Return the one generation in a record, as ``answers`` and what follows it would.

        Nearly all records that are ever read are plain, and this is twice as fast.

        Args:
            record: The record, with one text.
            place: Its id if it has none.
            rules: How its outcome is judged.

        Raises:
            RecordError: It cannot be used; its id is kept in the error.
        """
        record_id = as_id(take(record, self._id))
        try:
            text = as_text(take(record, self._text), "text")
            prompt = self._taken_prompt(record)
            model = as_optional_text(take(record, self._model), "model")
            metadata = as_metadata(record)
        except RecordError as error:
            error.id = record_id
            raise
        outcome = rules.judge(text, _ended(record))
        return Generation(record_id or place, text, prompt, model, metadata, outcome=outcome)

    def top_level_fields(self) -> dict[str, str] | None:
        """Return the names of the fields, if all that is taken of a record stands in one of them.

        Of such a record ``projected`` makes what ``generation`` does.
        """
        fields = {"text": self._text, "id": self._id, "prompt": self._prompt, "model": self._model}
        named = {role: field for role, field in fields.items() if field is not None}
        is_nested = self._messages is not None or any(len(field) > 1 for field in named.values())
        if self._text is None or self.has_several or is_nested:
            return None
        return {role: name for role, (name,) in named.items()}

    @staticmethod
    def projected(record: Projected, file: str, number: int, rules: OutcomeRules) -> Generation:
        """Return the generation in a record of which only the fields are known."""
        text, record_id, prompt, model, metadata = record
        outcome = rules.judge(text, _ended(metadata) if metadata else None)
        own = record_id or f"{file}:{number}", text, prompt, model, metadata
        return Generation._make((*own, 0, COMPLETION, None, outcome))

    def _answer(self, record: Record) -> Answer:
        """Return what is known of the answers of a record, but for their texts."""
        return Answer(
            parts={},
            prompt=self._taken_prompt(record),
            model=as_optional_text(take(record, self._model), "model"),
            ended=_ended(record),
        )

    def _taken_prompt(self, record: Record) -> str | None:
        if self._messages is not None:
            messages = record.pop(self._messages, None)
            return None if messages is None else messages_text(as_list(messages, self._messages))
        return as_optional_text(take(record, self._prompt), "prompt")


def answer_of(generation: Generation) -> Answer:
    """Return the answer that a plain generation was made of."""
    return Answer(
        parts={COMPLETION: generation.text},
        prompt=generation.prompt,
        model=generation.model,
        ended=_ended(generation.metadata),
    )


def _sample(answer: Answer, place: int, text: object) -> Answer:
    parts = {COMPLETION: as_text(text, f"text {place}")}
    return replace(answer, parts=parts, sample_index=place)


def _ended(record: Mapping[str, object]) -> str | None:
    """Return why the model stopped, if the record has the name of that and no object there."""
    ended = record.get("finish_reason")
    if ended is None:
        ended = record.get("stop_reason")
    return ended if type(ended) is str else None
