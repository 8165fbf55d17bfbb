"""Scanning and asking with every unit, with ids alone, and without the texts of the corpus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

import memscan
from memscan import Index, ScanOptions, scan_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike

    from conftest import CommandLine

    Write = Callable[[str, Sequence[object]], Path]

CODE = "def f(x):\n    return x + 1  # naïve\n"
PASSAGES = {
    "lexeme": ("f( x ) :return x", 6, "f(x):\n    return x", "folded"),
    "byte": ("«turn x + 1  # naïve»", 19, "turn x + 1  # naïve", "exact"),
}
IDS: list[ArrayLike] = [np.arange(100, dtype=np.uint16), [7, 8, 9, 10**9]]


def built(folder: Path, unit: str, **options: object) -> Index:
    return Index.build([("code", CODE)], folder / "index", unit=unit, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", PASSAGES)
def test_passage_of_any_unit_stands_where_it_says(tmp_path: Path, unit: str) -> None:
    text, _, source, fidelity = PASSAGES[unit]
    index = built(tmp_path, unit)
    (row, *_) = index.scan([text], min_length=6).spans.to_pylist()
    assert text[row["start"] : row["end"]] == row["text"]
    assert text.encode()[row["byte_start"] : row["byte_end"]].decode() == row["text"]
    assert CODE[row["document_start"] : row["document_end"]] == row["document_text"] == source
    spans = index.unit_spans(text)
    assert spans[row["unit_start"]][0] == row["start"]
    assert spans[row["unit_end"] - 1][1] == row["end"]
    assert (row["fidelity"], row["unit_end"] - row["unit_start"]) == (fidelity, row["n_units"])
    match = index.longest_match(text)
    assert match is not None
    assert (match.text, match.unit_start) == (row["text"], row["unit_start"])
    assert match.text
    assert index.count(match.text) == index.find(match.text).count == 1


@pytest.mark.parametrize(("unit", "length"), [("word", 10), ("lexeme", 20), ("byte", 50)])
def test_shortest_match_suits_the_unit(
    tmp_path: Path, json_lines: Write, unit: str, length: int
) -> None:
    text = "a b c d e f g h i j k l m n o p q r s t u v w x y z"
    index = Index.build([("a", text)], tmp_path / "index", unit=unit)
    (row,) = index.scan([text]).spans.to_pylist()
    at_length = text[: index.unit_spans(text)[length - 1][1]]
    assert index.scan([at_length]).spans.num_rows == 1
    assert index.scan([at_length[:-2]]).spans.num_rows == 0
    scan_files(index, [json_lines("g.jsonl", [{"text": text}])], tmp_path / "out")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["parameters"]["min_length"] == length <= row["n_units"]


def test_shortest_match_may_be_told_in_characters_too(tmp_path: Path) -> None:
    index = Index.build([("a", "to be or not"), ("b", "tobacconists and be")], tmp_path / "index")
    text = "to be or. tobacconists and"
    kept = {
        min_chars: index.scan([text], min_length=2, min_chars=min_chars)
        for min_chars in (0, 8, 9, 17)
    }
    texts = {limit: result.spans["text"].to_pylist() for limit, result in kept.items()}
    assert texts == {
        0: ["to be or", "tobacconists and"],
        8: ["to be or", "tobacconists and"],
        9: ["tobacconists and"],
        17: [],
    }
    rows = {limit: result.generations.to_pylist()[0] for limit, result in kept.items()}
    assert [rows[limit]["covered_units"] for limit in rows] == [5, 5, 2, 0]
    assert [rows[limit]["covered_chars"] for limit in rows] == [24, 24, 16, 0]
    assert [rows[limit]["longest_match"] for limit in rows] == [3, 3, 2, 0]
    assert [rows[limit]["n_spans"] for limit in rows] == [2, 2, 1, 0]


def test_without_texts_places_count_units(tmp_path: Path) -> None:
    index = built(tmp_path, "lexeme", store_text=False)
    (row,) = index.scan([PASSAGES["lexeme"][0]], min_length=6).spans.to_pylist()
    assert (row["document_start"], row["document_end"]) == (1, 8)
    assert (row["document_unit_start"], row["document_unit_end"]) == (1, 8)
    unknown = [name for name, value in row.items() if value is None]
    assert unknown == [
        *("model", "document_byte_start", "document_byte_end", "fidelity"),
        *("echo_units", "template_units", "baseline_units"),
        *("document_text", "document_context_before", "document_context_after"),
        *("corpus", "corpora", "turn"),
    ]
    (place,) = index.find("return x").occurrences
    assert (place.document_unit_start, place.document_text, place.fidelity) == (6, None, None)


def test_without_texts_the_command_line_says_so(
    tmp_path: Path, command_line: CommandLine, json_lines: Write
) -> None:
    built(tmp_path, "lexeme", store_text=False)
    json_lines("g.jsonl", [{"id": "a", "text": PASSAGES["lexeme"][0]}])
    done = command_line("scan", "index", "g.jsonl", "-o", "out", "--min-length", "6")
    assert done.stdout == (
        "1 of 1 generation (100.0 %) holds a passage of at least 6 lexemes of the corpus; 7 of 7 "
        "lexemes (100.0 %) covered; longest 7 lexemes. The index stores no text: no occurrence was "
        "compared with its text, and fidelity is unknown.\n"
    )
    assert not json.loads((tmp_path / "out" / "run.json").read_text())["index"]["store_text"]
    found = command_line("find", "index", "return x")
    assert "\ncode, lexemes 6 to 8; the index stores no text\n" in found.stdout
    done = command_line("scan", "index", "g.jsonl", "-o", "o2", "--min-length=2", "--min-chars=20")
    assert "0 of 1 generation (0.0 %) hold a passage of at least 2 lexemes and 20" in done.stdout


def test_ids_are_scanned_as_they_are(tmp_path: Path) -> None:
    index = Index.build_from_ids(IDS, tmp_path / "index", ids=["long", "short"])
    arrays = [np.arange(40, 95, dtype=np.int64), [7, 8, 9, 10**9, 5], []]
    result = index.scan_ids(arrays, min_length=3, prompts=[[41, 42], None, []], models=["m"] * 3)
    columns = ["generation_id", "model", "start", "end", "unit_start", "unit_end", "echo_units"]
    columns += ["document_id", "document_start", "document_unit_end", "count"]
    assert [tuple(row.values()) for row in result.spans.select(columns).to_pylist()] == [
        ("0", "m", 0, 55, 0, 55, 2, "long", 40, 95, 1),
        ("1", "m", 0, 4, 0, 4, None, "short", 0, 4, 1),
    ]
    assert result.spans["text"].null_count == result.spans["fidelity"].null_count == 2
    generations = result.generations.to_pydict()
    assert generations["n_units"] == [55, 5, 0]
    assert generations["covered_units"] == [55, 4, 0]
    assert generations["status"] == ["ok", "ok", "empty"]
    assert generations["n_chars"] == [None] * 3
    assert index.scan_ids(iter(arrays)).spans.num_rows == 1, "50 tokens by default"


def test_ids_are_asked_for_as_texts_are(tmp_path: Path) -> None:
    index = Index.build_from_ids(IDS, tmp_path / "index", ids=["long", "short"])
    assert index.count([7, 8]) == index.find(np.array([7, 8], np.uint16)).count == 2
    (place, other) = index.find((7, 8)).occurrences
    assert (place.document_id, place.document_unit_start) == ("long", 7)
    assert (other.document_id, other.document_text) == ("short", None)
    match = index.longest_match([0, 500, 8, 9, 10**9, 500])
    assert match is not None
    assert (match.start, match.end, match.text, match.count) == (2, 5, None, 1)
    assert index.longest_match([500]) is None
    assert index.matching_statistics([8, 9, 10, 7]).tolist() == [3, 2, 1, 1]
    assert index.backward_statistics(np.array([8, 9, 10, 7])).tolist() == [1, 2, 3, 1]
    many = index.matching_statistics_many(iter([[1], [], [2, 3]]))
    assert [lengths.tolist() for lengths in many] == [[1], [], [2, 1]]
    curve = index.novelty([[1, 2, 9], [3]], longest=2)
    assert (curve.runs.tolist(), curve.novel.tolist()) == ([4, 2], [0, 1])


def test_ids_that_are_none_are_named(tmp_path: Path, index: Index) -> None:
    tokens = Index.build_from_ids(IDS, tmp_path / "index")
    with pytest.raises(memscan.InputError, match="array 1 holds the id -1"):
        tokens.scan_ids([[1], [-1]])
    with pytest.raises(TypeError, match="prompt 0 holds values of type float"):
        tokens.scan_ids([[1]], prompts=[[1.5]])
    with pytest.raises(memscan.InputError, match="1 prompts for 2 arrays"):
        tokens.scan_ids([[1], [2]], prompts=[[1]])
    with pytest.raises(memscan.InputError, match="is an index of words"):
        index.scan_ids([[1]])
    with pytest.raises(memscan.InputError, match=r"text 1 is an array of ids; .* index of words"):
        index.novelty(["text", [1]])
    with pytest.raises(memscan.InputError, match="the text holds the id -1"):
        tokens.count([-1])
    with pytest.raises(memscan.InputError, match="the text has no tokens to look for"):
        tokens.count([])
    with pytest.raises(TypeError, match="text 1 is a dict; expected an array of token ids"):
        tokens.matching_statistics_many([[1], {}])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="texts is a str; expected an iterable"):
        tokens.novelty("text")


def test_texts_need_the_tokenizer(tmp_path: Path) -> None:
    index = Index.build_from_ids(IDS, tmp_path / "index")
    for ask in (index.count, index.find, index.longest_match, index.unit_spans):
        with pytest.raises(memscan.InputError, match="keeps no tokenizer") as error:
            ask("text")
        assert error.value.hint
        assert "Index.scan_ids" in error.value.hint
    with pytest.raises(memscan.InputError, match="keeps no tokenizer"):
        index.scan(["text"])


def test_texts_are_cut_by_the_tokenizer_of_the_index(tmp_path: Path, json_lines: Write) -> None:
    pytest.importorskip("tokenizers")
    from memscan.tokenizing import Tokenizer  # noqa: PLC0415
    from tokenizer_kinds import CORPUS, trained  # noqa: PLC0415

    tokenizer = Tokenizer.from_json(trained("bpe"), name="bpe")
    documents = [(str(place), text) for place, text in enumerate(CORPUS[:3])]
    index = Index.build(documents, tmp_path / "index", unit="token", tokenizer=tokenizer)
    text = "Hello, the quick brown fox jumps over 漢字 Ünïcödé naïve 😀"
    result = index.scan([text, ""], min_length=5, prompts=["quick brown", None])
    rows = result.spans.to_pylist()
    assert {row["document_id"] for row in rows} == {"0", "1"}
    for row in rows:
        assert text[row["start"] : row["end"]] == row["text"] == row["document_text"]
        assert row["echo_units"] is not None
    (tokens,) = tokenizer.encode([text])
    found = index.scan_ids([tokens.ids], min_length=5).spans
    for name in ("unit_start", "unit_end", "document_text", "document_start", "count"):
        assert found[name].to_pylist() == result.spans[name].to_pylist(), name
    assert index.matching_statistics(text).shape == index.unit_spans(text).shape[:1]
    path = json_lines("g.jsonl", [{"text": text, "prompt": "quick brown"}])
    scan_files(index, [path], tmp_path / "out", options=ScanOptions(min_length=5))
    spans = pq.read_table(tmp_path / "out" / "spans.parquet")
    assert spans["text"].to_pylist() == [row["text"] for row in rows]
    with pytest.raises(memscan.InputError, match=r"text 1 .* U\+DC80"):
        index.scan(["fine", "no \udc80"])
