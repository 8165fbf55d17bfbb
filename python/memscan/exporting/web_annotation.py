"""W3C Web Annotations: a passage of a generation, linked to its places in the corpus.

One annotation for each passage, in one ``AnnotationCollection`` with one page, an annotation a
line. Target and bodies are specific resources with two selectors each, which select the same: by
position, in code points as the model asks, and by the text itself with what stands around it. W3C
Recommendation of 23 February 2017, "Web Annotation Data Model", sections 4.2.4, 4.2.5 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memscan.exporting.json_text import json_text
from memscan.exporting.places import (
    document_uri,
    expect_characters,
    generation_uri,
    passage_id,
    stable_id,
)
from memscan.passages import generations_with_passages
from memscan.report.folder import SPAN_COLUMNS, sha256
from memscan.report.telling import telling_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memscan.exporting.counts import ExportCounts
    from memscan.report.columns import Row
    from memscan.report.folder import Results

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_OWN_TERMS = {"memscan": "urn:memscan:term:"}
_FACTS = ("n_units", "count", "document_count", "count_is_capped", "echo_units")


def web_annotations(results: Results, _table: str, counts: ExportCounts) -> Iterator[bytes]:
    """Yield an annotation collection."""
    tables = (results.spans.path, results.generations.path)
    name = stable_id("collection", results.section("index").get("id"), *map(sha256, tables))
    head = {
        "@context": [CONTEXT, _OWN_TERMS],
        "id": name.urn,
        "type": "AnnotationCollection",
        "label": "Passages of generations that stand in a corpus",
        "generator": {"id": "urn:memscan", "type": "Software", "name": "memscan"},
    }
    page = {"id": stable_id("page", name.urn).urn, "type": "AnnotationPage", "startIndex": 0}
    yield json_text(head)[:-1] + b',"first":' + json_text(page)[:-1] + b',"items":['
    facts = (*_FACTS, *telling_columns(results.generations))
    for generation in generations_with_passages(results, SPAN_COLUMNS):
        for passage in generation.passages:
            expect_characters(passage[0], "w3c")
            id_ = passage_id(results, generation, passage[0]).urn
            yield (b",\n" if counts.records else b"\n") + json_text(
                _annotation(id_, passage, facts)
            )
            counts.records += 1
    yield b'\n]},"total":%d}\n' % counts.records


def _annotation(id_: str, passage: Sequence[Row], facts: Sequence[str]) -> dict[str, object]:
    found = passage[0]
    target = _resource(
        {
            "id": generation_uri(found["generation_id"]),
            "type": "Text",
            "dcterms:identifier": found["generation_id"],
        },
        _selectors(found, ""),
    )
    if found["model"] is not None:
        target["source"] |= {"creator": {"type": "Software", "name": found["model"]}}
    return {
        "id": id_,
        "type": "Annotation",
        "motivation": "linking",
        "target": target,
        "body": [_body(place) for place in passage],
        **_own(found, facts),
    }


def _body(place: Row) -> dict[str, Any]:
    source = {
        "id": document_uri(place["document_id"]),
        "type": "Text",
        "dcterms:identifier": place["document_id"],
    }
    is_known = place["document_text"] is not None
    body = _resource(source, _selectors(place, "document_") if is_known else None)
    return {**body, **_own(place, ("fidelity",))}


def _resource(source: dict[str, object], selectors: list[object] | None) -> dict[str, Any]:
    """Return a part of a resource, or all of it if the index has no text to point into."""
    selector = {} if selectors is None else {"selector": selectors}
    return {"type": "SpecificResource", "source": source, **selector}


def _selectors(row: Row, prefix: str) -> list[object]:
    start, end = row[f"{prefix}start"], row[f"{prefix}end"]
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": row[f"{prefix}text"],
            "prefix": row[f"{prefix}context_before"] or "",
            "suffix": row[f"{prefix}context_after"] or "",
        },
    ]


def _own(row: Row, names: Sequence[str]) -> dict[str, object]:
    return {f"memscan:{name}": row[name] for name in names if row.get(name) is not None}
