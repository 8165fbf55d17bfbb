"""From files of generations to a folder of results: a run is described, then begun or resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from memscan.common import Common, read_template
from memscan.job import describe, refuse_differences
from memscan.options import ScanOptions
from memscan.progress import Progress, ignore
from memscan.readers import GenerationSource
from memscan.readers.messages import path_text
from memscan.records import COMPLETION
from memscan.rejection_limit import DEFAULT, RejectionLimit
from memscan.run_summary import RunSummary, finished_run
from memscan.running import Run
from memscan.shares import Share, are_files_dealt
from memscan.writers import working_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from memscan.index import Index
    from memscan.records import InputFile, OnError, SplitReasoning

__all__ = ["RunSummary", "scan_files"]


def scan_files(  # noqa: PLR0913 - the options are keyword-only
    index: Index,
    paths: Sequence[str | Path],
    output: str | Path,
    *,
    options: ScanOptions | None = None,
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
    template: str | Path | None = None,
    baseline: Index | None = None,
    share: tuple[int, int] | None = None,
    max_rejected: str | float = DEFAULT,
    resume: bool = False,
    progress: Progress = ignore,
    on_detect: Callable[[str], None] | None = None,
    check_inputs: Callable[[Sequence[InputFile]], None] | None = None,
) -> RunSummary:
    """Find what the generations in some files reproduce of a corpus, and write a results folder.

    What a run has scanned is kept in ``OUTPUT.partial`` until it is complete. If it is interrupted
    or fails before, but after the first ten seconds, that folder stays, and ``resume`` goes on.

    Args:
        index: The corpus.
        paths: Files, folders and globs of generations; ``-`` is standard input.
        output: The folder to create.
        options: How closely to look, and how much to report.
        format: What all files are, such as ``parquet``, or their records, such as
            ``openai-batch``; found by itself, file by file.
        part: Which part of each answer: ``completion``, ``reasoning``, ``tool`` or ``all``.
        split_reasoning: What becomes of reasoning that stands in one text with the answer: split
            off where it is ``found`` by its tags, in all texts as if the template had ``opened`` it
            for them, or ``never``.
        text_field: Which field of a record is its text; found by itself if not given.
        id_field: Which is its id.
        prompt_field: Which is its prompt.
        model_field: Which is its model.
        on_error: What becomes of a record that is no generation, or holds what is no Unicode:
            ``skip`` (it is counted as rejected), ``fail`` or ``replace``.
        prompts: A file with the prompts, joined by their ids.
        refusal_patterns: Regular expressions of refusals, in place of memscan's own; ``default``
            stands for those.
        template: A file with the text that all prompts share, in UTF-8; discounted as the prompt.
        baseline: An index of common material, of the same units; likewise.
        share: Scan only the records of share ``i`` of ``n``, as ``(i, n)`` counted from one, to be
            merged by ``merge_results``.
        max_rejected: The most records that may be rejected: a share (``"1%"``, ``0.01``) or a
            number of them (``"100"``, ``100``).
        resume: Whether to go on with what was left unfinished; what is complete stays as it is.
        progress: Called after every batch, and while a run that is resumed reads its input again.
        on_detect: Called with a line on each file, saying what was found out about it, and on what
            is resumed.
        check_inputs: Called with the files when they were read; nothing is published if it raises.

    Returns:
        The summary of the run; records that were rejected are counted there.

    Raises:
        InputError: If a file cannot be read, holds no record at all, too many records are rejected,
            or a run to be resumed is another one.
        OutputError: If ``output`` exists, is unfinished and shall not be resumed, or cannot be
            written.
        IncompatibleIndexError: If the baseline has other units.
    """
    options = options or ScanOptions()
    options = replace(options, min_length=options.min_length_in(index.info.unit))
    shared = read_template(template) if template is not None else None
    common = Common(template=shared.text if shared else None, baseline=baseline)
    limit, own = RejectionLimit.of(max_rejected), Share(*(share or (1, 1)))
    fields = {"text": text_field, "id": id_field, "prompt": prompt_field, "model": model_field}
    named = {f"{role}_field": field for role, field in fields.items()}
    source = GenerationSource(
        paths,
        format=format,
        part=part,
        split_reasoning=split_reasoning,
        on_error=on_error,
        prompts=prompts,
        refusal_patterns=refusal_patterns,
        on_detect=on_detect,
        **named,
    )
    if source.prompts is not None:
        source.prompts.read()
    is_by_files = are_files_dealt([file.size_bytes for file in source.files], own.of)
    if is_by_files:
        source.read_only([place for place in range(len(source.files)) if own.holds(place)])
    job = describe(
        index,
        options,
        template=shared,
        common=common,
        arguments={
            "generations": [path_text(path) for path in paths],
            "format": format,
            "part": part,
            "split_reasoning": split_reasoning,
            "on_error": on_error,
            **named,
            "refusal_pattern": refusal_patterns and list(refusal_patterns),
        },
        prompts=source.prompts.file if source.prompts else None,
        outcome_rules=source.rules.described(),
        files=source.files,
        share=own,
        is_by_files=is_by_files,
    )
    output = Path(output)
    note = on_detect or _say_nothing
    if resume and (finished := finished_run(output)):
        done, summary = finished
        refuse_differences(output, done, job)
        note(f"{output} is complete already")
        return summary
    with working_folder(output, resume=resume) as folder:
        run = Run(
            index=index,
            options=options,
            common=common,
            source=source,
            share=None if is_by_files or own.of == 1 else own,
            limit=limit,
            folder=folder,
            progress=progress,
            check_inputs=check_inputs,
        )
        return run.to_its_end(job, note)


def _say_nothing(line: str) -> None:
    """Tell nobody."""
