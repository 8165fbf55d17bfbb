"""Offsets are of the original text, whatever its folding: characters and bytes, in any reader."""

# ruff: noqa: RUF001 - the signs that are easily confused are what is tested

from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faults.samples import UNITS
from memscan import Index, ScanOptions, scan_files
from memscan.tokenizing import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

AWKWARD = (
    *("straße", "STRASSE", "İstanbul", "ﬁne", "ǆ", "é", "e\u0301", "Å", "한글", "ᄒ\u1161\u11ab"),
    *("👩\u200d👩\u200d👧", "🇩🇪", "❤\ufe0f", "co\u00adop", "\u2028", "\u0000", "\ufeff", "漢字"),
    *("ς", "\u1e9e", "½", "\U0001d54f", "don’t", "\u0e01\u0e33", "\r\n", "ŉ", "\u0390", "ﷺ"),
)
ANY = st.text(st.characters(codec="utf-8"), max_size=6)
PIECES = st.sampled_from(AWKWARD) | ANY | st.sampled_from("ab ")
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map("".join)


def check_spans(rows: list[dict[str, Any]], text: str, document: str) -> None:
    """Check that each span is the part of the two texts that it says it is."""
    for row in rows:
        assert text[row["start"] : row["end"]] == row["text"]
        part = text.encode()[row["byte_start"] : row["byte_end"]]
        assert part.decode() == row["text"]
        assert document[row["document_start"] : row["document_end"]] == row["document_text"]
        part = document.encode()[row["document_byte_start"] : row["document_byte_end"]]
        assert part.decode() == row["document_text"]
        assert row["n_chars"] == row["end"] - row["start"]
        assert text[: row["start"]].endswith(row["context_before"])
        assert text[row["end"] :].startswith(row["context_after"])
        assert document[: row["document_start"]].endswith(row["document_context_before"])
        assert document[row["document_end"] :].startswith(row["document_context_after"])


def byte_tokenizer() -> Tokenizer:
    """Return a tokenizer of bytes, some joined: its tokens may be parts of characters."""
    pytest.importorskip("tokenizers")
    from tokenizer_kinds import trained  # noqa: PLC0415 - it needs the package

    return Tokenizer.from_json(trained("bpe"), name="bpe")


@pytest.mark.parametrize("unit", UNITS)
def test_span_is_the_part_of_the_text_it_says(unit: str) -> None:
    tokenizer = byte_tokenizer() if unit == "token" else None

    @settings(max_examples=60, deadline=None)
    @given(TEXTS, TEXTS, TEXTS)
    def check(before: str, common: str, after: str) -> None:
        document, text = f"a b {common} c {after}", f"{before} {common} {after}"
        with TemporaryDirectory() as folder:
            index = Index.build(
                [("d", document)], Path(folder, "i"), unit=unit, tokenizer=tokenizer, threads=1
            )
            rows = index.scan([text], min_length=1, context_chars=5, threads=1).spans.to_pylist()
            check_spans(rows, text, document)
            units = index.unit_spans(text).tolist()
            for row in rows:
                assert units[row["unit_start"]][0] == row["start"]
                assert units[row["unit_end"] - 1][1] == row["end"]

    check()


@pytest.mark.parametrize(
    "word",
    [
        *("straße", "İstanbul", "ﬁne", "ǆ", "e\u0301", "ᄒ\u1161\u11ab", "co\u00adop", "don’t"),
        *("\u1e9e", "ŉ", "\u0390", "ﷺ", "ｆｕｌｌ", "\U0001d54f"),
    ],
)
def test_word_is_told_whole_however_long_its_folding(tmp_path: Path, word: str) -> None:
    text = f"a {word}"
    document, end = f"{text}\u00ad b", len(text)
    index = Index.build([("d", document)], tmp_path / "index")
    assert index.unit_spans(document).tolist() == [[0, 1], [2, end], [end + 2, end + 3]]
    (row,) = index.scan([text], min_length=2).spans.to_pylist()
    assert (row["text"], row["document_text"], row["end"]) == (text, text, len(text))


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.casefold, str.title])
def test_copy_in_another_spelling_is_placed_in_both_texts(
    tmp_path: Path, form: Literal["NFC", "NFD", "NFKC", "NFKD"], change: Callable[[str], str]
) -> None:
    document = " ".join(AWKWARD)
    text = "«👩\u200d🚀 " + change(unicodedata.normalize(form, document)) + "»"
    # Where the document starts depends on the one before it.
    documents = [("before", "İ漢\u0301"), ("d", document)]
    index = Index.build(documents, tmp_path / "index")
    rows = index.scan([text], min_length=2).spans.to_pylist()
    assert rows
    check_spans(rows, text, document)


def as_text(path: Path, text: str) -> Path:
    file = path.with_suffix(".txt")
    file.write_bytes(text.encode())
    return file


def as_json_lines(path: Path, text: str) -> Path:
    file = path.with_suffix(".jsonl")
    file.write_text(json.dumps({"id": "d", "text": text}, ensure_ascii=False) + "\n", newline="")
    return file


def as_escaped_json_lines(path: Path, text: str) -> Path:
    file = path.with_suffix(".jsonl")
    file.write_text(json.dumps({"id": "d", "text": text}) + "\n")
    return file


def compressed(write: Callable[[Path, str], Path]) -> Callable[[Path, str], Path]:
    def write_compressed(path: Path, text: str) -> Path:
        plain = write(path, text)
        file = plain.with_name(f"{plain.name}.gz")
        file.write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
        return file

    return write_compressed


WRITERS = {
    "text": as_text,
    "JSON lines": as_json_lines,
    "escaped JSON lines": as_escaped_json_lines,
    "gzip of JSON lines": compressed(as_json_lines),
}


@pytest.mark.parametrize("reader", WRITERS)
@pytest.mark.parametrize("unit", ["word", "lexeme", "byte"])
def test_offsets_are_of_what_stands_in_the_file(tmp_path: Path, unit: str, reader: str) -> None:
    document = "x " + " ".join(word for word in AWKWARD if word != "\ufeff")
    text = "İ ﬁ 👩\u200d👧 " + document[2:] + " ß"
    corpus = WRITERS[reader](tmp_path / "corpus", document)
    generations = WRITERS[reader](tmp_path / "generations", text)
    index = Index.build(corpus, tmp_path / "index", unit=unit)
    options = ScanOptions(min_length=2, context_chars=7)
    scan_files(index, [generations], tmp_path / "out", options=options)
    rows = pq.read_table(tmp_path / "out" / "spans.parquet").to_pylist()
    assert rows
    check_spans(rows, text, document)
