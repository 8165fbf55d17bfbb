"""What is measured: a corpus, and generations to hold against it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from memscan.demo import OUTPUTS
from memscan.demo.corpus import read_corpus
from memscan.readers import DocumentSource, GenerationSource
from memscan.records import Generation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from memscan.records import Document


ENVIRONMENT = "MEMSCAN_DATA"
"""The variable that names the data folder, if none is given."""


@dataclass(frozen=True)
class Workload:
    """A corpus, and named sets of generations with the files they come from."""

    name: str
    documents: Sequence[Document]
    generations: Mapping[str, Sequence[Generation]]
    files: Mapping[str, Sequence[str]]

    @cached_property
    def corpus_bytes(self) -> int:
        """Size of all documents in UTF-8."""
        return sum(len(document.text.encode()) for document in self.documents)


def demo_workload() -> Workload:
    """Return what the demo uses: a small corpus that is surely there."""
    files = {"demo": [str(OUTPUTS)]}
    return Workload("demo", list(read_corpus()), {"demo": _generations(files["demo"])}, files)


def folder_workload(folder: Path) -> Workload:
    """Return books, ordinary outputs and recitations from a data folder."""
    files = {
        "ordinary": [str(folder / "alpaca_eval" / "*.jsonl.gz")],
        "recitations": [str(folder / "recap" / "*" / "generations.jsonl.gz")],
    }
    documents = list(DocumentSource([folder / "books.jsonl.gz"]))
    generations = {name: _generations(paths) for name, paths in files.items()}
    return Workload("books", documents, generations, files)


def _generations(paths: Sequence[str]) -> list[Generation]:
    return [record for record in GenerationSource(paths) if isinstance(record, Generation)]
