"""What is compared on: documents in an order, and some generations of each kind."""

from __future__ import annotations

import random
from itertools import chain, islice
from typing import TYPE_CHECKING

from benches.workloads import demo_workload, folder_workload
from memscan import _native

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benches.workloads import Workload
    from memscan.records import Document

SEED = 7


def read_workload(folder: Path | None) -> Workload:
    """Return the workload of a data folder, or the demo's."""
    return folder_workload(folder) if folder else demo_workload()


def ordered_documents(workload: Workload) -> list[Document]:
    """Return the documents, first those that generations recite.

    So there is about as much to find in a small part of the corpus as in all of it, and what
    differs is its size. A generation's book is ``Treasure_Island_-_Robert_Louis_Stevenson``.
    """
    names = {
        str(generation.metadata.get("book", "")).split("_-_")[0]
        for generation in chain.from_iterable(workload.generations.values())
    }
    recited = {tuple(_native.segment(name.replace("_", " "))) for name in names} - {()}

    def is_recited(document: Document) -> bool:
        return tuple(_native.segment(str(document.metadata.get("title", "")))) in recited

    return sorted(workload.documents, key=lambda document: not is_recited(document))


def sampled_queries(workload: Workload, count: int, least_words: int) -> dict[str, list[str]]:
    """Return so many texts of each kind, drawn at random, so that any first few are alike."""
    draw = random.Random(SEED)  # noqa: S311 - a sample, no secret
    return {
        kind: _draw([generation.text for generation in generations], count, least_words, draw)
        for kind, generations in workload.generations.items()
    }


def _draw(texts: Sequence[str], count: int, least_words: int, draw: random.Random) -> list[str]:
    shuffled = draw.sample(texts, len(texts))
    long_enough = (text for text in shuffled if len(_native.segment(text)) >= least_words)
    return list(islice(long_enough, count))
