"""Novelty: how much of texts, in runs of n units, does not stand in the corpus.

Of a text's runs of n units (its n-grams, each place counted), the novel ones stand nowhere inside
a document of the corpus. The share of these, drawn over n, is the novelty curve of McCoy et al.
(2023), "How much do language models copy from their training data?" (TACL 11), at all n at once
as in Merrill et al. (2024), "Evaluating n-gram novelty of language models using Rusty-DAWG".

From the matching statistics ms of a text, the run of n units at place i is novel exactly when
ms[i] < n, so one pass over them gives all n.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from memscan.batches import in_batches, read_ahead
from memscan.errors import InputError
from memscan.options import whole_number
from memscan.progress import Progress, ignore
from memscan.readers import GenerationSource
from memscan.readers.messages import shown
from memscan.records import COMPLETION, Generation, Rejection
from memscan.tally import REJECTIONS_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from memscan.index import Index
    from memscan.records import OnError, SplitReasoning

LONGEST = 20
MOST_LENGTHS = 1000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NoveltyCurve:
    """How much is novel at each length; all arrays have the shape ``(longest,)``.

    Attributes:
        n: The lengths, in units: 1 to ``longest``.
        runs: How many runs of n units the texts have together; the denominators.
        novel: How many of them stand nowhere in the corpus.
        share: ``novel / runs``; NaN where there is no run.
    """

    n: NDArray[np.int64]
    runs: NDArray[np.int64]
    novel: NDArray[np.int64]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Novelty(NoveltyCurve):
    """The curve of some texts together, and that of each; see ``NoveltyCurve``.

    Attributes:
        text_runs: How many runs each text has; shape ``(texts, longest)``, as are the others.
        text_novel: How many of them stand nowhere in the corpus.
        text_share: ``text_novel / text_runs``; NaN where there is no run.
    """

    text_runs: NDArray[np.int64]
    text_novel: NDArray[np.int64]
    text_share: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NoveltySummary:
    """What the generations of some files have that the corpus lacks.

    Attributes:
        curve: The curve of all generations together.
        generations: How many there are.
        rejected: How many further records are no generation.
        rejections: The first of these.
        seconds: How long it took.
    """

    curve: NoveltyCurve
    generations: int
    rejected: int
    rejections: tuple[Rejection, ...]
    seconds: float


Counts = tuple["NDArray[np.int64]", "NDArray[np.int64]"]
"""Runs and novel ones of some texts, each of shape ``(texts, longest)``."""


def novelty_of(batches: Iterable[Counts], longest: int) -> Novelty:
    """Return the curves of texts, from their counts batch by batch."""
    empty = np.empty((0, longest), np.int64)
    counted = [(empty, empty), *batches]
    text_runs, text_novel = (np.concatenate(column) for column in zip(*counted, strict=True))
    runs, novel = text_runs.sum(axis=0), text_novel.sum(axis=0)
    return Novelty(
        n=np.arange(1, longest + 1),
        runs=runs,
        novel=novel,
        share=_share(novel, runs),
        text_runs=text_runs,
        text_novel=text_novel,
        text_share=_share(text_novel, text_runs),
    )


def novelty_files(  # noqa: PLR0913 - the options are keyword-only
    index: Index,
    paths: Sequence[str | Path],
    *,
    longest: int = LONGEST,
    format: str | None = None,  # noqa: A002 - the word that users have for it
    part: str = COMPLETION,
    split_reasoning: SplitReasoning = "found",
    text_field: str | None = None,
    id_field: str | None = None,
    on_error: OnError | None = None,
    threads: int | None = None,
    progress: Progress = ignore,
    on_detect: Callable[[str], None] | None = None,
) -> NoveltySummary:
    """Measure how much of the generations in some files does not stand in a corpus.

    Prompts are not looked at: what a generation repeats of its own counts as what it says itself.

    Args:
        index: The corpus.
        paths: Files, folders and globs of generations; ``-`` is standard input.
        longest: The longest runs to count, in units; at most 1,000.
        format: What all files are, such as ``parquet``, or their records, such as
            ``openai-batch``; found by itself, file by file.
        part: Which part of each answer: ``completion``, ``reasoning``, ``tool`` or ``all``.
        split_reasoning: What becomes of reasoning that stands in one text with the answer:
            ``found``, ``opened`` or ``never``, as for ``scan_files``.
        text_field: Which field of a record is its text; found by itself if not given.
        id_field: Which is its id.
        on_error: What becomes of a record that is no generation, or holds what is no Unicode:
            ``skip`` (it is counted as rejected), ``fail`` or ``replace``.
        threads: How many threads to use; ``None`` for one a core.
        progress: Called after every batch.
        on_detect: Called with a line on each file, saying what was found out about it.

    Raises:
        InputError: If a file cannot be read, or holds no record at all, or ``longest`` is out of
            its range.
    """
    start_seconds = time.monotonic()
    longest = whole_number("longest", longest, least=1, most=MOST_LENGTHS)
    source = GenerationSource(
        paths,
        format=format,
        part=part,
        split_reasoning=split_reasoning,
        text_field=text_field,
        id_field=id_field,
        on_error=on_error,
        on_detect=on_detect,
    )
    generation_count, rejected_count = 0, 0
    rejections: list[Rejection] = []
    runs = novel = np.zeros(longest, np.int64)
    with read_ahead(in_batches(source, _size)) as batches:
        for records in batches:
            texts = [record.text for record in records if isinstance(record, Generation)]
            batch = index.novelty(texts, longest=longest, threads=threads)
            runs, novel = runs + batch.runs, novel + batch.novel
            rejected = [record for record in records if isinstance(record, Rejection)]
            generation_count += len(texts)
            rejected_count += len(rejected)
            rejections.extend(rejected[: REJECTIONS_KEPT - len(rejections)])
            progress("compare", source.bytes_read, source.total_bytes or None)
    if not generation_count + rejected_count:
        raise InputError(f"no record in {', '.join(map(shown, paths))}")
    n = np.arange(1, longest + 1)
    return NoveltySummary(
        curve=NoveltyCurve(n=n, runs=runs, novel=novel, share=_share(novel, runs)),
        generations=generation_count,
        rejected=rejected_count,
        rejections=tuple(rejections),
        seconds=time.monotonic() - start_seconds,
    )


def _size(record: Generation | Rejection) -> int:
    return len(record.text) if isinstance(record, Generation) else 0


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    shares = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
