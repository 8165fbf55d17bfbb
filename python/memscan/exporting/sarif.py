"""SARIF 2.1.0, for gates and viewers that read the results of analyses.

One result for each passage: its rule is the fidelity, its level the length. It is located in the
generation, by a URI and the generation's id, and related to its places in the corpus. No text that
is data stands in a message, where it could make links (section 3.11.6 of the standard).
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from memscan.exporting.json_text import json_text
from memscan.exporting.places import document_uri, expect_characters, generation_uri, passage_id
from memscan.passages import generations_with_passages
from memscan.report.columns import integer, string
from memscan.report.folder import SPAN_ADDED_NUMBERS, SPAN_COLUMNS
from memscan.report.settings import measure
from memscan.report.telling import telling_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from memscan.exporting.counts import ExportCounts
    from memscan.report.columns import Row
    from memscan.report.folder import Results
    from memscan.report.sentence import Measure

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ERROR_LENGTHS = 5
"""A passage of at least so many times the shortest length is an error."""
NOT_COMPARED = "not-compared"
RULES = {
    "exact": "The passage stands in the corpus, byte for byte.",
    "whitespace": "The passage stands in the corpus, white space apart.",
    "typography": "The passage stands in the corpus, white space and typography apart.",
    "folded": "The passage stands in the corpus as the same units in the same order.",
    NOT_COMPARED: "The passage's units stand in the corpus; its text was not compared.",
}
_FACTS = (
    *("n_units", "n_chars", "count", "document_count", "count_is_capped", "echo_units"),
    *("template_units", "baseline_units", "discounted_units", "model", "corpus"),
)


def sarif(results: Results, _table: str, counts: ExportCounts) -> Iterator[bytes]:
    """Yield a SARIF log with one run, a result a line."""
    columns = [*SPAN_COLUMNS, *_added(results)]
    facts = (*_FACTS, *telling_columns(results.generations))
    about = measure(results)
    rejected = 0
    yield json_text({"$schema": SCHEMA, "version": "2.1.0"})[:-1] + b',"runs":['
    yield json_text(_run(results))[:-1] + b',"results":['
    for generation in generations_with_passages(results, columns):
        rejected += generation.row["status"] == "rejected"
        for passage in generation.passages:
            expect_characters(passage[0], "sarif")
            id_ = passage_id(results, generation, passage[0])
            result = _result(passage, about, id_, facts)
            yield (b",\n" if counts.records else b"\n") + json_text(result)
            counts.records += 1
    yield b'\n],"invocations":[' + json_text(_invocation(results, rejected)) + b"]}]}\n"


def _added(results: Results) -> list[str]:
    names = (*SPAN_ADDED_NUMBERS, "corpus")
    return [name for name in names if name in results.spans.columns]


def _run(results: Results) -> dict[str, object]:
    rules = [
        {
            "id": f"passage/{name}",
            "name": "".join(part.title() for part in f"{name}-passage".split("-")),
            "shortDescription": {"text": text},
            "defaultConfiguration": {"level": "warning"},
        }
        for name, text in RULES.items()
    ]
    driver = {"name": "memscan", "version": str(results.run.get("memscan")), "rules": rules}
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "properties": {
            "index": results.section("index"),
            "parameters": results.section("parameters"),
            "counts": results.section("counts"),
        },
    }


def _invocation(results: Results, rejected: int) -> dict[str, object]:
    times = {"startTimeUtc": "started", "endTimeUtc": "finished"}
    invocation: dict[str, object] = {"executionSuccessful": True}
    for name, ours in times.items():
        with suppress(ValueError, OverflowError):
            time = datetime.fromisoformat(str(results.run.get(ours))).astimezone(UTC)
            invocation[name] = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if rejected:
        noun = "record" if rejected == 1 else "records"
        text = f"{rejected} {noun} could not be read; see the rejected rows of generations.parquet."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _result(
    passage: Sequence[Row], about: Measure, id_: UUID, facts: Sequence[str]
) -> dict[str, object]:
    found = passage[0]
    fidelity = str(found["fidelity"]) if found["fidelity"] in RULES else NOT_COMPARED
    length = about.unit.count(integer(found, "n_units"))
    text = hashlib.sha256(string(found, "text").encode()).hexdigest()
    return {
        "ruleId": f"passage/{fidelity}",
        "ruleIndex": list(RULES).index(fidelity),
        "level": _level(found, about.min_length),
        "message": {"text": f"{length} of the corpus. {RULES[fidelity]}"},
        "locations": [_location(found, "", generation_uri)],
        "relatedLocations": [
            {"id": number, **_location(place, "document_", document_uri)}
            for number, place in enumerate(passage, 1)
        ],
        "guid": str(id_),
        "partialFingerprints": {"passageText/v1": text},
        "properties": {name: found[name] for name in facts if found.get(name) is not None},
    }


def _level(row: Row, min_length: int) -> str:
    """Return ``note`` if an echo left too little, ``error`` if much is left."""
    left = row.get("discounted_units")
    units = left if isinstance(left, int) else integer(row, "n_units") - integer(row, "echo_units")
    if units < min_length:
        return "note"
    return "error" if units >= ERROR_LENGTHS * min_length else "warning"


def _location(row: Row, prefix: str, uri: Callable[[object], str]) -> dict[str, object]:
    """Return where one side of a passage stands; only the document, if the index has no text."""
    name = row["document_id" if prefix else "generation_id"]
    physical: dict[str, object] = {"artifactLocation": {"uri": uri(name)}}
    if row[f"{prefix}text"] is not None:
        start, end = integer(row, f"{prefix}start"), integer(row, f"{prefix}end")
        byte_start = integer(row, f"{prefix}byte_start")
        physical["region"] = {
            "charOffset": start,
            "charLength": end - start,
            "byteOffset": byte_start,
            "byteLength": integer(row, f"{prefix}byte_end") - byte_start,
            "snippet": {"text": row[f"{prefix}text"]},
        }
    kind = "document" if prefix else "generation"
    logical = {"name": name, "fullyQualifiedName": name, "kind": kind}
    return {"physicalLocation": physical, "logicalLocations": [logical]}
