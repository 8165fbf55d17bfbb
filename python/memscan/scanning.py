"""From files of generations to a folder of results, in bounded memory.

One thread reads ahead; this one scans a batch (the compiled side uses all cores) and appends its
rows. The output is there when all of it is, and not before.
"""

from __future__ import annotations

import os
import platform
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan import _native
from memscan.batches import in_batches, read_ahead
from memscan.common import Common, Template, read_template
from memscan.errors import InputError
from memscan.options import ScanOptions
from memscan.progress import Progress, ignore
from memscan.readers import GenerationSource
from memscan.records import COMPLETION, Generation, Rejection
from memscan.tally import CorpusCounts, RunCounts, Tally
from memscan.writers import ResultsWriter, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from memscan.index import Index
    from memscan.query_tokens import Cut
    from memscan.readers.prompts import PromptCounts, Prompts
    from memscan.records import InputFile, OnError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What is worth saying of a run.

    Attributes:
        output: The folder of results.
        unit: What a unit is, such as ``word``.
        min_length: The shortest match that was looked for, in units.
        min_chars: The shortest match that was looked for, in characters; 0 for no such limit.
        store_text: Whether the index stores texts; if not, no occurrence was compared with its
            text, and fidelity is unknown.
        discounts: What was discounted of the matches: ``prompts``, ``template``, ``baseline``.
        counts: What it saw and found.
        corpora: What it found in each named corpus, by its name.
        prompts: How many prompts of a file of their own met a generation; ``None`` without one.
        rejections: The first of the rejected records.
        seconds: How long it took.
    """

    output: Path
    unit: str
    min_length: int
    min_chars: int
    store_text: bool
    discounts: tuple[str, ...]
    counts: RunCounts
    corpora: dict[str, CorpusCounts]
    prompts: PromptCounts | None
    rejections: tuple[Rejection, ...]
    seconds: float


def scan_files(  # noqa: PLR0913 - the options are keyword-only
    index: Index,
    paths: Sequence[str | Path],
    output: str | Path,
    *,
    options: ScanOptions | None = None,
    format: str | None = None,  # noqa: A002 - the word that users have for it
    part: str = COMPLETION,
    text_field: str | None = None,
    id_field: str | None = None,
    prompt_field: str | None = None,
    model_field: str | None = None,
    on_error: OnError | None = None,
    prompts: str | Path | None = None,
    refusal_patterns: Sequence[str] | None = None,
    template: str | Path | None = None,
    baseline: Index | None = None,
    progress: Progress = ignore,
    on_detect: Callable[[str], None] | None = None,
    check_inputs: Callable[[Sequence[InputFile]], None] | None = None,
) -> RunSummary:
    """Find what the generations in some files reproduce of a corpus, and write a results folder.

    Args:
        index: The corpus.
        paths: Files, folders and globs of generations; ``-`` is standard input.
        output: The folder to create.
        options: How closely to look, and how much to report.
        format: What all files are, such as ``parquet``, or their records, such as
            ``openai-batch``; found by itself, file by file.
        part: Which part of each answer: ``completion``, ``reasoning``, ``tool`` or ``all``.
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
        progress: Called after every batch.
        on_detect: Called with a line on each file, saying what was found out about it.
        check_inputs: Called with the files when they were read; nothing is kept if it raises.

    Returns:
        The summary of the run; records that were rejected are counted there.

    Raises:
        InputError: If a file cannot be read, or holds no record at all.
        OutputError: If ``output`` exists, or cannot be written.
        IncompatibleIndexError: If the baseline has other units.
    """
    options = options or ScanOptions()
    options = replace(options, min_length=options.min_length_in(index.info.unit))
    output = Path(output)
    started, start_seconds = datetime.now(UTC), time.monotonic()
    shared = read_template(template) if template is not None else None
    common = Common(template=shared.text if shared else None, baseline=baseline)
    source = GenerationSource(
        paths,
        format=format,
        part=part,
        text_field=text_field,
        id_field=id_field,
        prompt_field=prompt_field,
        model_field=model_field,
        on_error=on_error,
        prompts=prompts,
        refusal_patterns=refusal_patterns,
        on_detect=on_detect,
    )
    tally = Tally()
    with (
        new_folder(output) as folder,
        ResultsWriter(folder, output) as writer,
        read_ahead(_cut(index, in_batches(source, _size))) as batches,
    ):
        for records, cut in batches:
            spans, generations = index.scan_records(records, options, cut=cut, common=common)
            writer.add(spans, generations, [_metadata(record) for record in records])
            tally.add(records, spans, generations)
            progress("scan", source.bytes_read, source.total_bytes or None)
        counts = tally.counts()
        if not counts.generations:
            raise InputError(f"no record in {', '.join(str(path) for path in paths)}")
        if check_inputs is not None:
            check_inputs(source.inputs)
        seconds = time.monotonic() - start_seconds
        writer.finish(
            {
                "memscan": _native.version(),
                "python": platform.python_version(),
                "pyarrow": pa.__version__,
                "unicode_version": _native.unicode_version(),
                "index": _about_index(index),
                "template": _about_template(shared) if shared else None,
                "baseline": _about_index(baseline) if baseline else None,
                "parameters": asdict(options),
                "arguments": {
                    "generations": [_printable(path) for path in paths],
                    "format": format,
                    "part": part,
                    "on_error": on_error,
                    "text_field": text_field,
                    "id_field": id_field,
                    "prompt_field": prompt_field,
                    "model_field": model_field,
                    "refusal_pattern": refusal_patterns and list(refusal_patterns),
                },
                "inputs": [_about_input(file) for file in source.inputs],
                "part": part,
                "prompts": _about_prompts(source.prompts) if source.prompts else None,
                "outcome_rules": source.rules.described(),
                "counts": asdict(counts),
                "corpora": {name: asdict(one) for name, one in tally.corpora.items()},
                "started": started.isoformat(),
                "finished": datetime.now(UTC).isoformat(),
                "seconds": round(seconds, 3),
            }
        )
    return RunSummary(
        output=output,
        unit=index.info.unit,
        min_length=options.min_length_in(index.info.unit),
        min_chars=options.min_chars,
        store_text=index.info.store_text,
        discounts=_discounts(common, has_prompts=tally.has_prompts),
        counts=counts,
        corpora=tally.corpora,
        prompts=source.prompts.counts() if source.prompts else None,
        rejections=tuple(tally.rejections),
        seconds=seconds,
    )


def _cut(
    index: Index, batches: Iterable[list[Generation | Rejection]]
) -> Generator[tuple[list[Generation | Rejection], Cut]]:
    """Yield each batch with its tokens, so that texts are cut where they are read."""
    for records in batches:
        yield records, index.cut(records)


def _size(record: Generation | Rejection) -> int:
    if isinstance(record, Rejection):
        return 0
    return len(record.text) + len(record.prompt or "")


def _metadata(record: Generation | Rejection) -> Mapping[str, object]:
    return record.metadata if isinstance(record, Generation) else {}


def _about_index(index: Index) -> dict[str, object]:
    info = index.info
    return {
        "path": _printable(index.path),
        "id": info.id,
        "unit": {
            "kind": info.unit,
            "rules_version": info.unit_rules_version,
            "unicode_version": info.unicode_version,
            "tokenizer": info.tokenizer,
        },
        "documents": info.documents,
        "units": info.units,
        "text_bytes": info.text_bytes,
        "store_text": info.store_text,
    }


def _discounts(common: Common, *, has_prompts: bool) -> tuple[str, ...]:
    given = {
        "prompts": has_prompts,
        "template": common.template is not None,
        "baseline": common.baseline is not None,
    }
    return tuple(name for name, is_given in given.items() if is_given)


def _about_template(template: Template) -> dict[str, object]:
    return {
        "path": _printable(template.path),
        "bytes": template.bytes,
        "sha256": template.sha256,
    }


def _about_input(file: InputFile) -> dict[str, object]:
    return asdict(file) | {"path": _printable(file.path)}


def _about_prompts(prompts: Prompts) -> dict[str, object]:
    return _about_input(prompts.file) | asdict(prompts.counts())


def _printable(path: str | Path) -> str:
    """Return a path as text, with the bytes escaped that are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
