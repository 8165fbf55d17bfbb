"""A finished index is changed: it answers as one that was built of what it now holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan import Document, Index, InputError
from memscan.building import build_index
from memscan.options import BuildOptions, ShardOptions
from memscan.revising import add_to_index, compact_index
from strategies import plain_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Write = Callable[[str, Sequence[object]], Path]

LIMITED: dict[str, Any] = {"memory": 10**9, "threads": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of an index of one document, ``pride``."""
    Index.build([("pride", PRIDE)], tmp_path / "index.memscan")
    return tmp_path / "index.memscan"


def ids_in(index: Index) -> list[str]:
    ids: list[str] = index.documents().column("document_id").to_pylist()
    return ids


def files_in(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def answers(index: Index) -> list[Any]:
    """Return what an index says of a text; the id of a document alone says which one."""
    result = index.scan([RECITAL, "a a b a b a b b"], min_length=1, occurrences=3)
    return [result.spans.to_pylist(), result.generations.to_pylist()]


def test_added_documents_are_found_beside_the_old(folder: Path) -> None:
    before = Index.open(folder)
    index = Index.add(folder, [Document("moby", MOBY, {"year": 1851})])
    assert ids_in(index) == ["pride", "moby"]
    assert index.documents().column("metadata").to_pylist() == ["{}", '{"year":1851}']
    assert (index.info.documents, len(index.info.shards)) == (2, 2)
    assert (index.count("ishmael"), index.count("truth")) == (1, 1)
    assert before.count("ishmael") == 0, "an index that is open does not change"
    assert index.path == folder
    index.verify()


def test_files_are_added_as_they_are_built(folder: Path, json_lines: Write) -> None:
    path = json_lines("m.jsonl", [{"key": "moby", "page": {"words": MOBY}}])
    told: list[str] = []
    stages: set[str] = set()
    index = Index.add(
        folder,
        path,
        text_field="page.words",
        id_field="key",
        on_detect=told.append,
        progress=lambda stage, _done, _total: stages.add(stage),
        **LIMITED,
    )
    assert ids_in(index) == ["pride", "moby"]
    assert told == [f"detected: {path} is JSON lines, text = page.words, id = key"]
    assert stages == {"read", "sorting suffixes"}


def test_ids_of_files_are_told_apart_from_those_in_the_index(
    folder: Path, json_lines: Write
) -> None:
    path = json_lines("m.jsonl", [{"id": "pride", "text": MOBY}] * 2)
    told: list[str] = []
    index = Index.add(folder, path, on_detect=told.append)
    assert ids_in(index) == ["pride", "pride#2", "pride#3"]
    assert told[1:] == [
        f"warning: the id 'pride' of the index occurs again in {path}:{line}; the second document "
        f"is called 'pride#{line + 1}'"
        for line in (1, 2)
    ]


def test_ids_in_memory_must_be_new_to_the_index(folder: Path) -> None:
    before = files_in(folder)
    with pytest.raises(InputError, match="the index has a document with the id 'pride'") as error:
        Index.add(folder, [("new", MOBY), ("pride", MOBY)])
    assert error.value.hint == (
        "give each document an id of its own, or remove the one that is there"
    )
    with pytest.raises(InputError, match="two documents have the id 'new'"):
        Index.add(folder, [("new", MOBY), ("new", MOBY)])
    assert files_in(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        ([], "the corpus has no documents"),
        ([("a", "?!")], "the corpus has no words: 1 documents without one"),
        ([("a", "one \ud800")], r"document 'a' holds a lone surrogate, U\+D800, at character 4"),
        ([Document("a", "one", {"x": object()})], "metadata of document 'a' cannot be written"),
    ],
)
def test_what_cannot_be_added_changes_nothing(folder: Path, corpus: Any, message: str) -> None:  # noqa: ANN401
    before = files_in(folder)
    with pytest.raises(InputError, match=message):
        Index.add(folder, corpus)
    assert files_in(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_error_of_the_callers_iterator_changes_nothing(folder: Path) -> None:
    def documents() -> Any:  # noqa: ANN401
        yield ("a", "one")
        raise KeyError("theirs")

    before = files_in(folder)
    with pytest.raises(KeyError, match="theirs"):
        Index.add(folder, documents())
    assert files_in(folder) == before


def test_index_that_another_changed_meanwhile_is_not_added_to(folder: Path) -> None:
    def documents() -> Any:  # noqa: ANN401
        yield ("a", "one")
        Index.add(folder, [("b", "two")])

    with pytest.raises(memscan.OutputError):
        Index.add(folder, documents())
    assert ids_in(Index.open(folder)) == ["pride"]


def test_index_changed_before_it_was_locked_is_not_added_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: object, **__: object) -> None:
        monkeypatch.undo()
        Index.add(folder, [("b", "two")])

    monkeypatch.setattr("memscan.revising.open_corpus", meanwhile)
    with pytest.raises(memscan.OutputError, match="changed by another process") as error:
        Index.add(folder, [("a", "one")])
    assert error.value.hint == "try again"
    assert ids_in(Index.open(folder)) == ["pride", "b"]
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_nothing_is_no_index_to_change(tmp_path: Path) -> None:
    changes: list[Callable[[], object]] = [
        lambda: Index.add(tmp_path / "i", [("a", "b")]),
        lambda: Index.add_ids(tmp_path / "i", [[1]]),
        lambda: Index.remove(tmp_path / "i", ["a"]),
        lambda: Index.compact(tmp_path / "i"),
    ]
    for change in changes:
        with pytest.raises(memscan.NotAnIndexError):
            change()
    assert list(tmp_path.iterdir()) == []


def test_removed_documents_are_neither_found_nor_counted(folder: Path) -> None:
    Index.add(folder, [("moby", MOBY), ("again", MOBY)])
    index = Index.remove(folder, iter(["moby", "moby"]))
    assert ids_in(index) == ["pride", "again"]
    assert (index.info.documents, index.info.removed_documents) == (2, 1)
    shard = index.info.shards[1]
    assert (shard.documents, shard.removed_documents) == (1, 1)
    assert (shard.units, shard.removed_units) == (14, 14)
    assert shard.text_bytes == shard.removed_bytes == len(MOBY.encode())
    assert index.info.units == 23 + 14
    assert (index.count("ishmael"), index.find("ishmael").document_count) == (1, 1)
    index.verify()


def test_id_of_a_removed_document_is_free_again(folder: Path) -> None:
    Index.add(folder, [("moby", MOBY)])
    Index.remove(folder, ["moby"])
    index = Index.add(folder, [("moby", "another text")])
    assert index.count("ishmael") == 0
    assert Index.remove(folder, ["moby"]).count("another text") == 0


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["pride", "none"], "has no document `none`"),
        ([], "no id is given of a document to remove"),
        (["\ud800"], r"id 0 holds a lone surrogate, U\+D800, at character 0"),
    ],
)
def test_what_is_not_there_is_not_removed(folder: Path, ids: list[str], message: str) -> None:
    before = files_in(folder)
    with pytest.raises(InputError, match=message):
        Index.remove(folder, ids)
    assert files_in(folder) == before


def test_ids_to_remove_must_be_strings(folder: Path) -> None:
    with pytest.raises(TypeError, match="ids is a str; expected an iterable of str"):
        Index.remove(folder, "pride")
    with pytest.raises(TypeError, match="id 0 is a int; expected a str"):
        Index.remove(folder, [1])  # type: ignore[list-item]


def test_compacting_gives_the_index_of_what_is_left(tmp_path: Path, folder: Path) -> None:
    moby = Document("moby", MOBY, {"year": 1851})
    Index.add(folder, [Document("gone", RECITAL, {}), moby])
    Index.remove(folder, ["gone"])
    index = Index.compact(folder, **LIMITED)
    corpus = [Document("pride", PRIDE, {}), moby]
    assert index.info.id == Index.build(corpus, tmp_path / "other").info.id
    assert (len(index.info.shards), index.info.removed_documents) == (1, 0)


def test_index_without_texts_cannot_be_compacted_unless_of_tokens(tmp_path: Path) -> None:
    Index.build([("a", "one")], tmp_path / "i", store_text=False)
    Index.add(tmp_path / "i", [("b", "two")])
    with pytest.raises(InputError, match="holds no text to write anew") as error:
        Index.compact(tmp_path / "i")
    assert error.value.hint == "build it again from the corpus"
    assert Index.open(tmp_path / "i").count("two") == 1


def test_summaries_say_what_was_done(tmp_path: Path, json_lines: Write) -> None:
    path = json_lines("m.jsonl", [{"id": "moby", "text": MOBY}])
    built = build_index(path, tmp_path / "i", options=BuildOptions(unit="lexeme"))
    assert (built.unit, built.documents, built.shards, built.store_text) == ("lexeme", 1, 1, True)
    assert [file.records for file in built.inputs] == [1]
    added = add_to_index(tmp_path / "i", [("a", "x"), ("b", "y")], options=ShardOptions())
    assert (added.unit, added.documents, added.units, added.inputs) == ("lexeme", 2, 2, ())
    compacted = compact_index(tmp_path / "i")
    assert (len(compacted.before.shards), len(compacted.after.shards)) == (2, 1)
    for peak in (built.peak_bytes, added.peak_bytes, compacted.peak_bytes):
        assert (peak or 10**6) >= 10**6


@pytest.mark.parametrize("option", ["memory", "shard_units", "threads"])
def test_numbers_out_of_range_are_told(folder: Path, option: str) -> None:
    calls: list[Callable[..., object]] = [
        lambda **given: Index.build([("a", "b")], folder.parent / "i", **given),
        lambda **given: Index.build_from_ids([[1]], folder.parent / "i", **given),
        lambda **given: Index.add(folder, [("a", "b")], **given),
        lambda **given: Index.add_ids(folder, [[1]], **given),
        lambda **given: Index.compact(folder, **given),
    ]
    for call in calls:
        with pytest.raises(InputError, match=f"{option} is 0; expected a whole number from 1"):
            call(**{option: 0})
        with pytest.raises(TypeError, match=f"{option} is a str; expected a whole number"):
            call(**{option: "1"})


def test_memory_too_small_is_told_and_nothing_is_left(folder: Path) -> None:
    before = files_in(folder)
    with pytest.raises(InputError, match="memory is 1,000 bytes; expected at least"):
        Index.build([("a", "b")], folder.parent / "i", memory=1000)
    with pytest.raises(InputError, match="memory is 1,000 bytes; expected at least"):
        Index.add(folder, [("a", "b")], memory=1000)
    assert files_in(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(["word", "lexeme", "byte"]))
def test_changed_index_answers_as_one_built_of_what_is_left(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, unit: str
) -> None:
    texts = data.draw(st.lists(plain_texts(shortest=1), min_size=2, max_size=7))
    corpus = [(str(number), text) for number, text in enumerate(texts)]
    cut = data.draw(st.integers(1, len(corpus) - 1))
    gone = data.draw(st.sets(st.sampled_from([name for name, _ in corpus[1:]])))
    shard_units = data.draw(st.none() | st.integers(1, 30))
    folder = tmp_path_factory.mktemp("changed")
    left = [document for document in corpus if document[0] not in gone]
    expected = Index.build(left, folder / "i", unit=unit, filter_k=2)
    Index.build(corpus[:cut], folder / "j", unit=unit, filter_k=2, shard_units=shard_units)
    index = Index.add(folder / "j", corpus[cut:], shard_units=shard_units)
    if gone:
        index = Index.remove(folder / "j", gone)
    index.verify()
    assert answers(index) == answers(expected)
    assert index.documents().equals(expected.documents())
    assert Index.compact(folder / "j").info.id == expected.info.id
