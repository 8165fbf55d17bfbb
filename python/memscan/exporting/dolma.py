"""Attributes of documents as the dolma toolkit reads them, to filter or mask what was found.

Its attribute files have a line for each document, in the order of the documents. A span is
``[start, end, score]``, where ``text[start:end]`` is the passage in Python; the score here is its
length in units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memscan.exporting.json_text import json_text
from memscan.exporting.places import expect_characters
from memscan.passages import generations_with_passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memscan.exporting.counts import ExportCounts
    from memscan.report.folder import Results

ATTRIBUTE = "memscan__span__match"
"""Named by the rule of the toolkit: experiment, tagger, attribute."""


def dolma_attributes(results: Results, _table: str, counts: ExportCounts) -> Iterator[bytes]:
    """Yield one line for each generation, also for those without a passage or not read."""
    for generation in generations_with_passages(results, ("byte_start",)):
        spans = []
        for passage in generation.passages:
            row = passage[0]
            expect_characters(row, "dolma")
            spans.append([row["start"], row["end"], row["n_units"]])
        counts.records += 1
        attributes = {"id": generation.row["generation_id"], "attributes": {ATTRIBUTE: spans}}
        yield json_text(attributes) + b"\n"
