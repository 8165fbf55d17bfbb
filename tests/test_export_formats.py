"""Formats of other tools: they point at the passage itself, and are what their standards ask."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow.parquet as pq
import pytest

from exported import DOCUMENT, GENERATIONS, exported, scan
from memscan.errors import InputError
from memscan.exporting.dolma import ATTRIBUTE
from test_report_results import found, generation, rejected, span, write_results

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = {"one": DOCUMENT, "two": f"Again: {DOCUMENT}"}


def web_annotations(results: Path) -> list[dict[str, Any]]:
    """Return the annotations of a collection, which is checked on the way."""
    collection = json.loads(exported(results, "w3c"))
    assert collection["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert collection["type"] == "AnnotationCollection"
    page = collection["first"]
    assert page["type"] == "AnnotationPage"
    assert page["startIndex"] == 0
    items: list[dict[str, Any]] = page["items"]
    assert collection["total"] == len(items)
    ids = [collection["id"], page["id"], *(item["id"] for item in items)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", id_) for id_ in ids)
    return items


def sarif_run(results: Path) -> dict[str, Any]:
    """Return the run of a SARIF log, whose objects are checked against ``SARIF``."""
    log = json.loads(exported(results, "sarif"))
    check(log, "log")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


SARIF: dict[str, tuple[str, dict[str, str]]] = {
    "log": ("version runs", {"$schema": "str", "version": "str", "runs": "run"}),
    "run": (
        "tool results",
        {
            "tool": "tool",
            "columnKind": "str",
            "properties": "bag",
            "results": "result",
            "invocations": "invocation",
        },
    ),
    "tool": ("driver", {"driver": "driver"}),
    "driver": ("name", {"name": "str", "version": "str", "rules": "rule"}),
    "rule": (
        "id",
        {
            "id": "str",
            "name": "str",
            "shortDescription": "message",
            "defaultConfiguration": "level",
        },
    ),
    "level": ("", {"level": "str"}),
    "message": ("text", {"text": "str"}),
    "invocation": (
        "executionSuccessful",
        {
            "executionSuccessful": "bool",
            "startTimeUtc": "str",
            "endTimeUtc": "str",
            "toolExecutionNotifications": "notification",
        },
    ),
    "notification": ("message", {"level": "str", "message": "message"}),
    "result": (
        "message",
        {
            "ruleId": "str",
            "ruleIndex": "int",
            "level": "str",
            "message": "message",
            "locations": "location",
            "relatedLocations": "location",
            "guid": "str",
            "partialFingerprints": "bag",
            "properties": "bag",
        },
    ),
    "location": (
        "",
        {"id": "int", "physicalLocation": "physical", "logicalLocations": "logical"},
    ),
    "physical": ("artifactLocation", {"artifactLocation": "artifact", "region": "region"}),
    "artifact": ("", {"uri": "str"}),
    "region": (
        "",
        {
            "charOffset": "int",
            "charLength": "int",
            "byteOffset": "int",
            "byteLength": "int",
            "snippet": "message",
        },
    ),
    "logical": ("", {"name": "str", "fullyQualifiedName": "str", "kind": "str"}),
}
"""The objects of SARIF 2.1.0 that are written: what its schema requires and allows of these."""


def check(value: object, kind: str) -> None:
    """Check an object, or each object of a list."""
    if isinstance(value, list):
        for one in value:
            check(one, kind)
        return
    if kind not in SARIF:
        expected = {"str": str, "int": int, "bool": bool, "bag": dict}[kind]
        assert type(value) is expected
        return
    required, allowed = SARIF[kind]
    assert isinstance(value, dict)
    assert set(required.split()) <= set(value) <= set(allowed)
    for name, part in value.items():
        check(part, allowed[name])


def selected(text: str, resource: dict[str, Any]) -> str:
    """Return what both selectors of a resource select in its text, which must be the same."""
    position, quote = resource["selector"]
    assert position["type"] == "TextPositionSelector"
    assert quote["type"] == "TextQuoteSelector"
    start, end = position["start"], position["end"]
    assert quote["exact"] == text[start:end]
    assert text[:start].endswith(quote["prefix"])
    assert text[end:].startswith(quote["suffix"])
    by_quote = text.index(quote["prefix"] + quote["exact"] + quote["suffix"])
    assert by_quote + len(quote["prefix"]) == start
    return text[start:end]


def test_selectors_of_annotations_select_the_passage_in_both_texts(tmp_path: Path) -> None:
    results = scan(tmp_path, occurrences=2)
    spans = pq.read_table(results / "spans.parquet").to_pylist()
    chosen = []
    for annotation in web_annotations(results):
        assert annotation["type"] == "Annotation"
        assert annotation["motivation"] == "linking"
        source = annotation["target"]["source"]
        assert source["id"] == f"urn:memscan:generation:{source['dcterms:identifier']}"
        passage = selected(GENERATIONS[source["dcterms:identifier"]], annotation["target"])
        for body in annotation["body"]:
            document = body["source"]["dcterms:identifier"]
            chosen.append((passage, document, selected(DOCUMENTS[document], body)))
    assert len(chosen) == 12
    assert chosen == [(row["text"], row["document_id"], row["document_text"]) for row in spans]


def test_ids_of_annotations_do_not_change_with_the_run(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first, second = scan(tmp_path), scan(tmp_path / "other")
    assert web_annotations(first) == web_annotations(second)


def test_dolma_has_a_line_for_every_record_in_order(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in exported(scan(tmp_path), "dolma").splitlines()]
    ids = ["none", "plain", "twice", "plain", "twice", "g.jsonl:6"]
    assert [line["id"].split("/")[-1] for line in lines] == ids
    assert [len(line["attributes"][ATTRIBUTE]) for line in lines] == [0, 1, 2, 1, 2, 0]
    text = GENERATIONS["plain"]
    ((start, end, score),) = lines[1]["attributes"][ATTRIBUTE]
    assert text[start:end].startswith("IT IS A TRUTH")
    assert text[start:end].endswith("GOOD FORTUNE")
    assert score == 16
    assert all(set(line) == {"id", "attributes"} for line in lines)


def test_dolma_does_not_repeat_a_passage_with_several_places(tmp_path: Path) -> None:
    once, often = tmp_path / "once", tmp_path / "often"
    once.mkdir()
    often.mkdir()
    assert exported(scan(often, occurrences=2), "dolma") == exported(scan(once), "dolma")


def test_sarif_locates_the_passage_in_both_texts(tmp_path: Path) -> None:
    run = sarif_run(scan(tmp_path, occurrences=2))
    assert len(run["results"]) == 6
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        for location, texts in [
            *((location, GENERATIONS) for location in result["locations"]),
            *((location, DOCUMENTS) for location in result["relatedLocations"]),
        ]:
            text = texts[location["logicalLocations"][0]["name"]]
            region = location["physicalLocation"]["region"]
            start, start_byte = region["charOffset"], region["byteOffset"]
            end, end_byte = start + region["charLength"], start_byte + region["byteLength"]
            assert text[start:end] == region["snippet"]["text"]
            assert text.encode()[start_byte:end_byte].decode() == region["snippet"]["text"]
    assert len({result["guid"] for result in run["results"]}) == 6
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", invocation["startTimeUtc"])
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("1 record could not be read")


@pytest.mark.parametrize(
    ("n_units", "echo", "level"),
    [
        *((10, None, "warning"), (49, 0, "warning"), (50, None, "error")),
        *((59, 10, "warning"), (19, 10, "note"), (500, 500, "note")),
    ],
)
def test_level_of_a_sarif_result_is_the_length_without_its_echo(
    tmp_path: Path, n_units: int, echo: int | None, level: str
) -> None:
    results = write_results(tmp_path / "r", [span(n_units=n_units, echo_units=echo)], [found()])
    assert [result["level"] for result in sarif_run(results)["results"]] == [level]


def test_sarif_messages_hold_no_data(tmp_path: Path) -> None:
    attack = "[x](http://example.org) {0} \x1b[31m"
    spans = [span(attack, document_id=attack, text=attack, model=attack)]
    run = sarif_run(write_results(tmp_path / "r", spans, [found(attack, model=attack)]))
    (result,) = run["results"]
    assert "example" not in result["message"]["text"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9:%._~-]+", uri)
    assert unquote(uri) == f"urn:memscan:generation:{attack}"


def test_source_without_a_text_is_named_and_not_pointed_into(tmp_path: Path) -> None:
    results = scan(tmp_path, store_text=False)
    for annotation in web_annotations(results):
        assert "selector" in annotation["target"]
        assert "selector" not in annotation["body"][0]
    for result in sarif_run(results)["results"]:
        assert result["ruleId"] == "passage/not-compared"
        assert "region" in result["locations"][0]["physicalLocation"]
        assert "region" not in result["relatedLocations"][0]["physicalLocation"]


@pytest.mark.parametrize("to", ["dolma", "w3c", "sarif"])
def test_passage_without_a_text_is_refused(tmp_path: Path, to: str) -> None:
    ids = dict.fromkeys(("text", "byte_start", "byte_end", "n_chars", "context_before"))
    results = write_results(tmp_path / "r", [span() | ids], [found()])
    with pytest.raises(InputError, match="token ids without a text"):
        exported(results, to)


@pytest.mark.parametrize("to", ["dolma", "w3c", "sarif"])
def test_tables_that_do_not_belong_together_are_refused(tmp_path: Path, to: str) -> None:
    for name, spans, generations in (
        ("few", [span()], [found("g1", n_spans=2)]),
        ("stray", [span("g1"), span("g2")], [found("g1"), generation("g2")]),
        ("order", [span("g2"), span("g1")], [found("g1"), found("g2")]),
    ):
        with pytest.raises(InputError, match=r"spans\.parquet") as error:
            exported(write_results(tmp_path / name, spans, generations), to)
        assert error.value.hint


def test_rows_of_generations_with_one_id_go_to_the_right_one(tmp_path: Path) -> None:
    spans = [span("same"), span("same"), span("same", start=90, end=95), span("last")]
    places = [span("twice", count=2, document_start=at) for at in (4, 8, 4, 8)]
    rows = [
        *(found("same"), rejected(), generation("same"), found("same", n_spans=2)),
        *(found("last"), found("twice"), found("twice")),
    ]
    results = write_results(tmp_path / "r", [*spans, *places], rows, row_group_size=2)
    lines = exported(results, "dolma").splitlines()
    counts = [len(json.loads(line)["attributes"][ATTRIBUTE]) for line in lines]
    assert counts == [1, 0, 0, 2, 1, 1, 1]
    assert len(web_annotations(results)) == 6


def test_truncated_generation_has_the_passages_that_are_listed(tmp_path: Path) -> None:
    rows = [found("long", n_spans=900, status="truncated"), found("next")]
    results = write_results(tmp_path / "r", [span("long"), span("next")], rows)
    assert len(web_annotations(results)) == 2
