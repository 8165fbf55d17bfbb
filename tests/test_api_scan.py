"""Scanning texts in memory, and asking for single passages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from memscan import Index


def rows(result: memscan.ScanResult) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result.spans.to_pylist()
    return found


def test_scan_reports_the_passage_and_its_source(index: Index) -> None:
    (row,) = rows(index.scan([RECITAL]))
    assert (row["n_units"], row["document_id"], row["count"]) == (14, "pride", 1)
    assert row["text"] == RECITAL[row["start"] : row["end"]]
    assert row["document_text"] == PRIDE[row["document_start"] : row["document_end"]]
    assert row["fidelity"] == "folded"


def test_offsets_are_in_code_points_and_in_bytes(index: Index) -> None:
    text = "„Größe“: call me Ishmael. Some years ago"
    (row,) = rows(index.scan([text], min_length=3))
    assert text[row["start"] : row["end"]] == "call me Ishmael. Some years ago"
    encoded = text.encode()[row["byte_start"] : row["byte_end"]]
    assert encoded.decode() == row["text"]


def test_every_text_has_its_row(index: Index) -> None:
    result = index.scan([RECITAL, "", "?!", "nothing of it"])
    table = result.generations.to_pydict()
    assert table["generation_id"] == ["0", "1", "2", "3"]
    assert table["status"] == ["ok", "empty", "empty", "ok"]
    assert table["n_units"] == [17, 0, 0, 3]
    assert table["n_spans"] == [1, 0, 0, 0]
    assert table["coverage"] == [pytest.approx(14 / 17), None, None, 0.0]


def test_tables_have_the_fixed_columns(index: Index) -> None:
    for texts in ([], [""], [RECITAL]):
        result = index.scan(texts)
        assert result.spans.schema.equals(SPANS_SCHEMA)
        assert result.generations.schema.equals(GENERATIONS_SCHEMA)


def test_ids_models_and_prompts_are_kept_together(index: Index) -> None:
    result = index.scan(
        (text for text in ["nothing", RECITAL]),
        ids=["a", "b"],
        models=[None, "m"],
        prompts=["what?", PRIDE],
    )
    (row,) = rows(result)
    assert (row["generation_id"], row["model"], row["echo_units"]) == ("b", "m", 14)
    assert result.generations.column("model").to_pylist() == [None, "m"]


def test_without_a_prompt_nothing_is_known_of_an_echo(index: Index) -> None:
    assert [row["echo_units"] for row in rows(index.scan([RECITAL]))] == [None]


def test_result_does_not_depend_on_the_batches(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [RECITAL, "", MOBY, "nothing", PRIDE] * 3
    whole = index.scan(texts, min_length=3)

    def one_by_one(items: Iterable[object], _size: object) -> Iterable[list[object]]:
        return ([item] for item in items)

    monkeypatch.setattr("memscan.index.in_batches", one_by_one)
    pieces = index.scan(texts, min_length=3)
    assert pieces.spans.equals(whole.spans)
    assert pieces.generations.equals(whole.generations)


def test_all_occurrences_can_be_asked_for(tmp_path: object) -> None:
    corpus = [(str(n), "call me ishmael, some years ago") for n in range(20)]
    index = memscan.Index.build(corpus, f"{tmp_path}/index.memscan")
    result = index.scan(["call me ishmael"], min_length=3, occurrences=20)
    assert len({row["document_id"] for row in rows(result)}) == 20
    assert result.generations.column("n_spans").to_pylist() == [1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_length": 0}, "min_length is 0; expected a whole number from 1"),
        ({"occurrences": -1}, "occurrences is -1"),
        ({"context_chars": 2**40}, "context_chars is 1099511627776"),
        ({"threads": 10**6}, "threads is 1000000; expected a whole number from 1 to 1024"),
    ],
)
def test_option_out_of_range_is_told(index: Index, options: dict[str, int], message: str) -> None:
    with pytest.raises(memscan.InputError, match=message):
        index.scan([RECITAL], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [2.0, "10", True])
def test_option_of_another_type_is_a_type_error(index: Index, value: object) -> None:
    with pytest.raises(TypeError, match="min_length is a"):
        index.scan([RECITAL], min_length=value)  # type: ignore[arg-type]


def test_numpy_integers_are_whole_numbers(index: Index) -> None:
    assert index.scan([RECITAL], min_length=np.int64(14)).spans.num_rows == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("texts", ["one text", b"bytes", 5, [None], [b"bytes"], [["nested"]]])
def test_texts_of_another_type_are_a_type_error(index: Index, texts: object) -> None:
    with pytest.raises(TypeError, match="expected"):
        index.scan(texts)  # type: ignore[arg-type]


def test_ids_of_another_type_are_a_type_error(index: Index) -> None:
    with pytest.raises(TypeError, match="id 0 is a int; expected a str"):
        index.scan(["one"], ids=[7])  # type: ignore[list-item]


@pytest.mark.parametrize("name", ["prompts", "ids", "models"])
@pytest.mark.parametrize("values", [["a"], ["a", "b", "c"]], ids=["fewer", "more"])
def test_lengths_that_differ_are_told(index: Index, name: str, values: list[str]) -> None:
    for given in (values, iter(values)):
        with pytest.raises(memscan.InputError, match=f"{name} for .*2 texts|{name} for more"):
            index.scan(["one", "two"], **{name: given})  # type: ignore[arg-type]


def test_lone_surrogate_is_told_with_its_text_and_place(index: Index) -> None:
    with pytest.raises(memscan.InputError, match=r"text 1 .* U\+DC80, at character 3"):
        index.scan(["fine", "no \udc80"])
    with pytest.raises(memscan.InputError, match=r"prompt 0 .* U\+D800, at character 0"):
        index.scan(["fine"], prompts=["\ud800"])
    with pytest.raises(memscan.InputError, match="id 0 holds a lone surrogate"):
        index.scan(["fine"], ids=["\ud800"])
    with pytest.raises(memscan.InputError, match="the text holds a lone surrogate"):
        index.count("\ud800")


def test_result_prints_its_size(index: Index) -> None:
    assert repr(index.scan([RECITAL])) == "<ScanResult: 1 generations, 1 rows of spans>"


def test_find_gives_the_places_of_a_whole_text(index: Index) -> None:
    found = index.find("some years ago never mind")
    assert (found.count, found.document_count, found.count_is_capped) == (1, 1, False)
    (place,) = found.occurrences
    assert place.document_text == "Some years ago\r\n— never mind"
    assert MOBY[place.document_start : place.document_end] == place.document_text
    assert place.document_context_before == "Call me Ishmael. "


def test_find_gives_at_most_as_many_places_as_asked_for(index: Index) -> None:
    found = index.find("a", limit=2)
    assert (found.count, len(found.occurrences)) == (4, 2)


def test_find_of_what_is_not_there_gives_nothing(index: Index) -> None:
    found = index.find("call me starbuck")
    assert (found.count, found.document_count, found.occurrences) == (0, 0, ())


def test_text_without_a_unit_cannot_be_found(index: Index) -> None:
    for ask in (index.find, index.count):
        with pytest.raises(memscan.InputError):
            ask("?!")


def test_longest_match_is_the_longest_part_of_the_text(index: Index) -> None:
    match = index.longest_match(RECITAL)
    assert match is not None
    assert (match.n_units, match.count) == (14, 1)
    assert RECITAL[match.start : match.end] == match.text
    assert match.occurrence.document_id == "pride"


def test_longest_match_may_be_none(index: Index) -> None:
    assert index.longest_match("xyzzy") is None
    assert index.longest_match("") is None


def test_matching_statistics_stand_beside_the_units(index: Index) -> None:
    text = "He said: call me Ishmael!"
    statistics, spans = index.matching_statistics(text), index.unit_spans(text)
    assert [text[start:end] for start, end in spans] == ["He", "said", "call", "me", "Ishmael"]
    assert statistics.tolist() == [0, 0, 3, 2, 1]
    assert (statistics.dtype.name, spans.dtype.name) == ("uint32", "int64")
    assert index.unit_spans("").shape == (0, 2)


def test_tables_go_to_other_libraries_as_arrow(index: Index) -> None:
    result = index.scan([RECITAL])
    assert pa.table(result.spans).num_rows == 1
    assert not math.isnan(result.generations.column("coverage")[0].as_py())


def test_a_text_that_repeats_itself_past_the_corpus_is_counted_whole_and_listed_in_part(
    tmp_path: Path,
) -> None:
    repeated = memscan.Index.build([("loop", "round and " * 2000)], tmp_path / "loop.memscan")
    rows = repeated.scan(["round and " * 6000, "round and " * 10]).generations.to_pylist()
    assert [row["status"] for row in rows] == ["truncated", "ok"]
    assert rows[0]["coverage"] == 1.0
    assert rows[0]["longest_match"] == 4000
    assert rows[0]["n_spans"] == 4001
    assert rows[0]["error"] == (
        "only the first 1,678 of 4,001 matches are listed: their texts are too large"
    )
