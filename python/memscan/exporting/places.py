"""Where passages stand, as other formats say it: names that are URIs, ids that do not change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID, uuid5

from memscan.errors import InputError
from memscan.exporting.json_text import json_text

if TYPE_CHECKING:
    from memscan.passages import GenerationPassages
    from memscan.report.columns import Row
    from memscan.report.folder import Results

_NAMESPACE = UUID("9398250b-dee7-5fc4-8723-2f3bce11a0c2")  # uuid5(NAMESPACE_URL, "urn:memscan")


def generation_uri(id_: object) -> str:
    """Return the URI of a generation."""
    return f"urn:memscan:generation:{quote(str(id_), safe='')}"


def document_uri(id_: object) -> str:
    """Return the URI of a document of the corpus."""
    return f"urn:memscan:document:{quote(str(id_), safe='')}"


def stable_id(*parts: object) -> UUID:
    """Return an id that depends on the parts alone: the same for the same, at any time."""
    return uuid5(_NAMESPACE, json_text(parts).decode())


def passage_id(results: Results, generation: GenerationPassages, row: Row) -> UUID:
    """Return the id of a passage: by index, generation, its place among the others, and span."""
    return stable_id(
        "passage",
        results.section("index").get("id"),
        generation.number,
        row["generation_id"],
        row["model"],
        row["start"],
        row["end"],
    )


def expect_characters(row: Row, format_: str) -> None:
    """Refuse a passage whose place is only known in tokens.

    Raises:
        InputError: Token ids were scanned, so that there is no text to point into.
    """
    if row["byte_start"] is None:
        raise InputError(
            f"{format_} points into texts, and these results are of token ids without a text",
            "export them as jsonl or csv",
        )
