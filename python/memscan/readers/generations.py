"""What a model wrote: generations out of files in any format, bad ones told, not dropped.

A file's bytes become records (``containers``, ``eval_archive``), an adapter (``adapters``) finds
the answers in each record, and here every answer becomes a generation: its parts are chosen, its
outcome is judged, its prompt is joined.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, cast

from memscan.errors import InputError, LimitError
from memscan.outcomes import ERROR, OutcomeRules
from memscan.readers import adapters, eval_archive, eval_json, formats
from memscan.readers.adapters import Adapter, Answer, Skipped
from memscan.readers.adapters.inspect_log import Inspect
from memscan.readers.adapters.plain import Plain, answer_of
from memscan.readers.containers import read_records
from memscan.readers.decoding import Decoder
from memscan.readers.fields import USUAL_IDS, USUAL_TEXTS, detect_fields, no_text, wanted_fields
from memscan.readers.files import Content, SourceFile
from memscan.readers.json_lines import project_json_lines
from memscan.readers.lines import LINE_LIMIT_BYTES
from memscan.readers.merged_logs import without_merged_shards
from memscan.readers.messages import path_text, printable
from memscan.readers.overrides import NOTHING, Overridden, Overrides
from memscan.readers.paths import FoundFile
from memscan.readers.projection import Projected, Projection
from memscan.readers.prompts import Prompts, is_request
from memscan.readers.reasoning import ReasoningSplit
from memscan.readers.source import Source
from memscan.readers.values import Record, RecordError, as_metadata
from memscan.readers.whole import read_whole
from memscan.records import COMPLETION, PARTS, Generation, OnError, Rejection, SplitReasoning

Run: TypeAlias = Sequence[tuple[int, Record | RecordError]]
"""Some records of a file, each with its number."""

ProjectedRun: TypeAlias = Sequence[tuple[int, Record | RecordError | Projected]]
"""The same, where plain records may be projected."""

ALL_PARTS = "all"

_USUAL_FIELDS = {
    "text": USUAL_TEXTS,
    "id": USUAL_IDS,
    "prompt": ("prompt", "instruction", "input", "question"),
    "model": ("model", "generator", "model_name"),
}
_SOME_REASONS = 3


class GenerationSource(Source):
    """The generations in files of records, and text files as one generation each.

    Parquet, Arrow, logs of Inspect and compressed files are known by their first bytes. A file is
    JSON if its suffix says so (``.jsonl``, ``.ndjson``, ``.json``); any other than ``.txt``,
    ``.text``, ``.md``, ``.rst`` is, too, if it starts as JSON does; so is standard input. JSON is
    one object a line, one array of objects, or objects spread over lines. Which format the records
    have is found by their fields, file by file.

    Iterating reads the files from the start and yields a ``Generation`` or a ``Rejection`` for
    each answer in each record. Memory is bounded by the longest record.

    Attributes:
        inputs: The files, in the order they are read; each is complete once it was read.
        total_bytes: Size of all files as stored, as far as it is known before reading.
        bytes_read: Bytes read of them so far, as stored.
        rules: How outcomes are judged.
        prompts: The file of prompts, if there is one.
    """

    _formats = (*formats.FORMATS, *adapters.NAMES)
    _usual_policy = "skip"
    _of_generations = True
    rules: OutcomeRules
    prompts: Prompts | None

    def __init__(  # noqa: PLR0913 - the options are keyword-only
        self,
        paths: Sequence[str | Path],
        *,
        format: str | None = None,  # noqa: A002 - the word that users have for it
        part: str = COMPLETION,
        split_reasoning: SplitReasoning = "found",
        text_field: str | None = None,
        id_field: str | None = None,
        prompt_field: str | None = None,
        model_field: str | None = None,
        on_error: OnError | None = None,
        prompts: str | Path | None = None,
        refusal_patterns: Sequence[str] | None = None,
        on_detect: Callable[[str], None] | None = None,
    ) -> None:
        """Find the files; none of them is opened yet.

        Args:
            paths: Files, folders, globs, URLs of them, or ``-`` for standard input.
            format: What all files are, such as ``parquet``, or what their records are, such as
                ``openai-batch`` or ``plain``; found if ``None``, and ``plain`` if a field with the
                text is named.
            part: Which part of each answer: ``completion``, ``reasoning``, ``tool`` or ``all``.
            split_reasoning: What becomes of reasoning that stands in one text with the answer.
            text_field: Where a record has its text, with dots for nesting and ``[*]`` for lists;
                found if ``None``.
            id_field: Where it has its id; found if ``None``, else it is ``file:line``.
            prompt_field: Where it has its prompt; found if ``None``.
            model_field: Where it has its model; found if ``None``.
            on_error: ``fail``, ``skip`` (as ``None``) or ``replace``: what becomes of a record that
                cannot be used, or holds what is no Unicode.
            prompts: A file with the prompts, joined by their ids.
            refusal_patterns: Regular expressions of what is a refusal, in place of memscan's own;
                ``default`` stands for those.
            on_detect: Called with one line of text when a decision differs from the last one.

        Raises:
            FileNotFoundError: A path does not exist.
            InputError: No file is meant by a path, two roles are given the same field, or an option
                has no such value.
        """
        super().__init__(paths, on_detect, format=format, on_error=on_error)
        self._records_format = None if format in formats.FORMATS else adapters.named(format)
        named = {"text": text_field, "id": id_field, "prompt": prompt_field, "model": model_field}
        self._wanted = wanted_fields(_USUAL_FIELDS, named)
        self._overrides = Overrides([one for one in self._wanted if one.role != "text"])
        self._is_plain = format == adapters.PLAIN or text_field is not None
        if self._records_format is not None and text_field is not None:
            raise InputError(
                f"the format {format} knows where its text is, and a field is named too",
                hint="leave one of them out",
            )
        self._parts = parts_named(part)
        self._reasoning = ReasoningSplit(split_reasoning)
        self.rules = OutcomeRules.of(refusal_patterns)
        self.prompts = None if prompts is None else Prompts(prompts, on_detect)
        self._has_generation = False
        self._reasons: list[str] = []

    def __iter__(self) -> Iterator[Generation | Rejection]:
        """Read all files.

        Raises:
            OSError: A file cannot be opened or read.
            InputError: A file is damaged, is of another format, or has no record with a text.
        """
        self._has_generation, self._reasons = False, []
        if self._merged:
            self._note(f"skipped: {len(self._merged):,} shards of logs that are merged beside them")
        if self.prompts is not None:
            self.prompts.forget()
        for file, content in self._opened():
            self._reasoning = ReasoningSplit(self._reasoning.how, file.input.split)
            read = self._from_whole if content.format.is_one_text else self._from_records
            for record in read(file, content):
                if isinstance(record, Rejection) and self._on_error == "fail":
                    raise InputError(record.reason, hint="--on-error skip counts it and goes on")
                file.input.rows += 1
                yield record
            self._reasoning.tell(file, self._parts, self._note)
        if self._reasons and not self._has_generation:
            raise InputError(
                "no record has a text: " + "; ".join(self._reasons),
                hint="name the format with --format, or the field of the text with --text-field",
            )

    def _chosen(self, found: list[FoundFile]) -> list[FoundFile]:
        kept, self._merged = without_merged_shards(found)
        return kept

    def _runs(
        self, file: SourceFile, content: Content, projection: Projection
    ) -> Iterator[Run] | Iterator[ProjectedRun]:
        if content.format is formats.JSON_LINES and not file.found.fields:
            decoder = Decoder(file.input, replaces=self._replaces)
            return project_json_lines(content, decoder, projection)
        if content.format is formats.EVAL:
            return eval_archive.read_eval(file, content)
        if eval_json.is_log(content):
            return eval_json.read_log(file, content)
        return read_records(file, content, replaces=self._replaces)

    def _from_records(self, file: SourceFile, content: Content) -> Iterator[Generation | Rejection]:
        is_log = content.format is formats.EVAL
        adapter: Adapter = Inspect([]) if is_log else Plain({}, [])
        self._overrides.forget()
        if is_log:
            self._detected_records(file, content, adapter.told, adapter.name)
        objects: list[Record] = []
        are_plain_direct = self.prompts is None and COMPLETION in self._parts
        projection = Projection()
        for run in self._runs(file, content, projection):
            file.input.records += len(run)
            if not adapter.told:
                objects = [record for _, record in run if isinstance(record, dict)] or objects
                adapter = self._adapter(file, objects)
                self._overrides.find(objects, file.shown, is_needed=adapter.name != Plain.name)
                kind = None if isinstance(adapter, Plain) else adapter.name
                self._detected_records(file, content, adapter.told, kind)
                if isinstance(adapter, Plain) and are_plain_direct:
                    projection.ask_for(adapter.top_level_fields())
            if isinstance(adapter, Plain) and not adapter.has_several and are_plain_direct:
                yield from self._of_plain_run(file, adapter, run)
                continue
            for number, record in cast("Run", run):
                yield from self._of_record(file, adapter, number, record)
        if not file.input.records:
            self._detected(file, {"format": "empty"})
        elif not adapter.told:
            raise self._no_text(file, content, objects)
        self._tell_skipped(file)

    def _no_text(self, file: SourceFile, content: Content, objects: Sequence[Record]) -> InputError:
        """Return the error for a file in which no record has a text."""
        if objects and all(map(is_request, objects)):
            return InputError(
                f"{file.shown} is the input of a batch: it asks, and holds no answers",
                hint="scan the output of the batch, and give this file with --prompts",
            )
        place = content.format.place
        return no_text(self._wanted, objects, file.shown, place=place, may_be_several=True)

    def _adapter(self, file: SourceFile, objects: Sequence[Record]) -> Adapter:
        """Return what reads the records of a file; it tells nothing if no text is known yet."""
        found = None if self._is_plain else self._records_format or adapters.detect(objects)
        if found is not None:
            return found(objects)
        plain = Plain(detect_fields(self._wanted, objects, file.shown), objects)
        is_wanted = COMPLETION in self._parts or any(
            self._reasoning.has_any(self._parts, *texts) for texts in plain.texts(objects)
        )
        if objects and not is_wanted:
            raise InputError(
                f"{file.shown} holds plain records, whose texts have no part named "
                f"{self._parts[0]!r}",
                hint="name the field of that part with --text-field, and leave --part out; or scan "
                f"--part {ALL_PARTS} if later records hold it in their texts",
            )
        return plain

    def _of_plain_run(
        self, file: SourceFile, adapter: Plain, run: ProjectedRun
    ) -> Iterator[Generation | Rejection]:
        is_split, rules, name = self._reasoning.is_in, self.rules, file.found.name
        found: Generation | Rejection
        for number, record in run:
            if isinstance(record, tuple):
                found = adapter.projected(record, name, number, rules)
                self._has_generation = True
            else:
                found = self._of_plain(file, adapter, number, record)
            if isinstance(found, Generation) and is_split(found.text, found.prompt):
                yield from self._of_answer(found.id, answer_of(found), found.metadata)
            else:
                yield found

    def _of_plain(
        self, file: SourceFile, adapter: Plain, number: int, record: Record | RecordError
    ) -> Generation | Rejection:
        place = f"{file.found.name}:{number}"
        try:
            if isinstance(record, RecordError):
                raise record
            generation = adapter.generation(record, place, self.rules)
        except RecordError as error:
            return self._rejected(file, place, number, error)
        self._has_generation = True
        return generation

    def _of_record(
        self, file: SourceFile, adapter: Adapter, number: int, record: Record | RecordError
    ) -> Iterator[Generation | Rejection]:
        """Yield what a record holds, one answer at a time: a prompt may be long, and repeated."""
        place = record_id = f"{file.found.name}:{number}"
        metadata: Record | None = None
        try:
            if isinstance(record, RecordError):
                raise record
            overridden = self._overrides.take(record)
            record_id = overridden.id or adapter.record_id(record) or place
            for found in adapter.answers(record):
                if isinstance(found, Answer):
                    metadata = as_metadata(record) if metadata is None else metadata
                    yield from self._of_answer(record_id, found, metadata, overridden)
                elif isinstance(found, Skipped):
                    skipped = file.input.skipped
                    skipped[found.reason] = skipped.get(found.reason, 0) + 1
                else:
                    yield self._rejected(file, record_id, number, found)
        except RecordError as error:
            yield self._rejected(file, record_id, number, error)

    def _of_answer(
        self,
        record_id: str,
        answer: Answer,
        metadata: Mapping[str, object],
        overridden: Overridden = NOTHING,
    ) -> Iterator[Generation]:
        """Yield the parts of an answer; one that has none of those wanted is an empty text."""
        self._has_generation = True
        answer_id = overridden.id or answer.id or record_id
        prompt = overridden.prompt or answer.prompt
        if self.prompts is not None:
            prompt = self.prompts.of(answer_id) or prompt
        if answer.metadata:
            metadata = {**metadata, **answer.metadata}
        texts = self._reasoning.of_answer(answer.parts, prompt)
        judged = self.rules.judge(texts.get(COMPLETION, ""), answer.ended)
        parts = [name for name in self._parts if name in texts] or self._parts[:1]
        for part in parts:
            yield Generation(
                answer_id,
                texts.get(part, ""),
                prompt,
                overridden.model or answer.model,
                metadata,
                answer.sample_index,
                part,
                answer.turn,
                answer.outcome or judged,
            )

    def _rejected(
        self, file: SourceFile, record_id: str, number: int, error: RecordError
    ) -> Rejection:
        """Return a record or an answer as rejected, and keep the first reasons."""
        reason = f"{file.shown}:{number}: {error}"
        if len(self._reasons) < _SOME_REASONS:
            self._reasons.append(reason if error.hint is None else f"{reason} ({error.hint})")
        outcome = ERROR if error.is_failure else None
        return _rejection(file, error.id or record_id, reason, line=number, outcome=outcome)

    def _tell_skipped(self, file: SourceFile) -> None:
        for reason, count in file.input.skipped.items():
            told = f"{count:,} of {file.shown}: {reason}"
            if len(self._reasons) < _SOME_REASONS:
                self._reasons.append(told)
            self._note(f"skipped: {told}")

    def _from_whole(self, file: SourceFile, content: Content) -> Iterator[Generation | Rejection]:
        self._detected_whole(file, content)
        file.input.records = 1
        self._has_generation = True
        name = file.found.name
        try:
            text, metadata = read_whole(
                file, content, limit_bytes=LINE_LIMIT_BYTES, replaces=self._replaces
            )
        except (InputError, LimitError) as error:
            deque(content.stored, maxlen=0)  # to the end, so that the hash is of the whole file
            yield _rejection(file, name, str(error))
            return
        yield from self._of_answer(name, Answer(parts={COMPLETION: text}), metadata)


def parts_named(name: str) -> tuple[str, ...]:
    """Return the parts of an answer that a name stands for.

    Raises:
        InputError: It is neither a part nor ``all``.
    """
    if name == ALL_PARTS:
        return PARTS
    if name in PARTS:
        return (name,)
    raise InputError(
        f"there is no part {printable(name)!r} of an answer",
        hint=f"the parts are {', '.join(PARTS)}, and {ALL_PARTS} for all of them",
    )


def _rejection(
    file: SourceFile,
    record_id: str,
    reason: str,
    *,
    line: int | None = None,
    outcome: str | None = None,
) -> Rejection:
    file.input.rejected += 1
    return Rejection(record_id, reason, path_text(file.found.path), line, outcome)
