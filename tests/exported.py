"""Results to export: of a real scan, and made up; and what reads them back."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import memscan
from memscan.exporting import export

if TYPE_CHECKING:
    from pathlib import Path

SENTENCE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune"
)
DOCUMENT = f"\U0001f40b Motto:\r\n{SENTENCE}, must be in want of a wife. Ünd so weiter."
GENERATIONS = {
    "none": "Nothing of this stands anywhere else.",
    "plain": f"\U0001f600 é {SENTENCE.upper()}! And then?",
    "twice": f"{SENTENCE}; or, as they say, {SENTENCE.lower()}.",
}


def scan(folder: Path, *, occurrences: int = 1, store_text: bool = True) -> Path:
    """Return the results of a small scan, in which two documents hold the same sentence."""
    documents = [("one", DOCUMENT), ("two", f"Again: {DOCUMENT}")]
    index = memscan.Index.build(documents, folder / "corpus.memscan", store_text=store_text)
    lines = memscan_lines([*GENERATIONS.items(), *list(GENERATIONS.items())[1:]])
    (folder / "g.jsonl").write_bytes(lines + b"not JSON\n")
    options = memscan.ScanOptions(occurrences=occurrences)
    memscan.scan_files(
        index, [folder / "g.jsonl"], folder / "results", options=options, max_rejected="100%"
    )
    return folder / "results"


def memscan_lines(generations: list[tuple[str, str]]) -> bytes:
    """Return generations as JSON lines."""
    return b"".join(
        json.dumps({"id": id_, "text": text, "model": "m", "score": -1.5}).encode() + b"\n"
        for id_, text in generations
    )


def exported(results: Path, to: str, table: str | None = None) -> bytes:
    """Return what an export writes."""
    output = BytesIO()
    summary = export(results, output, to=to, table=table)
    assert summary.bytes == len(output.getvalue())
    return output.getvalue()
