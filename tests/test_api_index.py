"""An index: what it is built from, what it says of itself, how it travels."""

# ruff: noqa: S301, S603 - what is unpickled and run is ours

from __future__ import annotations

import copy
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import memscan
from memscan import Document, Index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Write = Callable[[str, Sequence[object]], Path]


def test_corpus_may_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "one.txt").write_text("call me ishmael")
    index = Index.build(tmp_path / "books", tmp_path / "index.memscan")
    assert index.find("ishmael").occurrences[0].document_id == "one.txt"


def test_corpus_may_be_several_paths(tmp_path: Path, json_lines: Write) -> None:
    first = json_lines("a.jsonl", [{"id": "a", "text": "call me ishmael"}])
    second = json_lines("b.jsonl", [{"id": "b", "text": "it is a truth"}])
    index = Index.build([first, second], tmp_path / "index.memscan")
    assert index.info.documents == 2


def test_fields_of_a_corpus_may_be_named(tmp_path: Path, json_lines: Write) -> None:
    path = json_lines("a.jsonl", [{"key": "k", "page": {"words": "call me ishmael"}}])
    index = Index.build(path, tmp_path / "index.memscan", text_field="page.words", id_field="key")
    assert index.find("call me").occurrences[0].document_id == "k"


@pytest.mark.parametrize(
    ("corpus", "expected_id"),
    [
        ([Document("x", "call me ishmael", {"year": 1851})], "x"),
        ([("x", "call me ishmael")], "x"),
        (iter(["it is a truth", "call me ishmael"]), "1"),
    ],
    ids=["documents", "pairs", "texts"],
)
def test_corpus_may_be_in_memory(tmp_path: Path, corpus: object, expected_id: str) -> None:
    index = Index.build(corpus, tmp_path / "index.memscan")  # type: ignore[arg-type]
    assert index.find("ishmael").occurrences[0].document_id == expected_id


def test_text_in_place_of_a_path_is_told(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="a text stands where a path") as error:
        Index.build(["one\ntwo"], tmp_path / "index.memscan")
    assert error.value.hint == "give texts with their ids: [(id, text), ...]"


@pytest.mark.parametrize("corpus", [5, [1], [("id", 2)], [b"bytes"]])
def test_corpus_of_another_type_is_a_type_error(tmp_path: Path, corpus: object) -> None:
    with pytest.raises(TypeError, match="expected"):
        Index.build(corpus, tmp_path / "index.memscan")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_two_documents_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="two documents have the id 'a'"):
        Index.build([("a", "one"), ("a", "two")], tmp_path / "index.memscan")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("corpus", [[], [("a", "")], [("a", "?!")]])
def test_corpus_without_a_unit_is_refused(tmp_path: Path, corpus: list[tuple[str, str]]) -> None:
    with pytest.raises(memscan.InputError):
        Index.build(corpus, tmp_path / "index.memscan")
    assert list(tmp_path.iterdir()) == []


def test_lone_surrogate_in_a_document_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match=r"document 'b' .* U\+D800, at character 4"):
        Index.build([("a", "fine"), ("b", "one \ud800")], tmp_path / "index.memscan")
    assert list(tmp_path.iterdir()) == []


def test_metadata_that_are_no_json_are_told(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="metadata of document 'a'"):
        Index.build([Document("a", "one", {"x": object()})], tmp_path / "index.memscan")


def test_field_names_without_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="text_field"):
        Index.build([("a", "one")], tmp_path / "index.memscan", text_field="x")


def test_error_of_the_callers_iterator_arrives_as_it_is(tmp_path: Path) -> None:
    def documents() -> object:
        yield ("a", "one")
        raise KeyError("theirs")

    with pytest.raises(KeyError, match="theirs"):
        Index.build(documents(), tmp_path / "index.memscan")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_existing_output_is_kept_unless_overwritten(tmp_path: Path) -> None:
    output = tmp_path / "index.memscan"
    Index.build([("a", "one")], output)
    with pytest.raises(memscan.OutputError):
        Index.build([("b", "two")], output)
    assert Index.open(output).count("one") == 1
    assert Index.build([("b", "two")], output, overwrite=True).count("one") == 0


def test_number_out_of_range_is_told(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="threads is 0; expected a whole number from 1"):
        Index.build([("a", "one")], tmp_path / "index.memscan", threads=0)
    with pytest.raises(TypeError, match="filter_k is a float"):
        Index.build([("a", "one")], tmp_path / "i", filter_k=2.5)  # type: ignore[arg-type]


def test_nothing_and_something_else_are_no_index(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(memscan.NotAnIndexError) as error:
            Index.open(path)
        assert str(path) in str(error.value)
        assert error.value.hint


def test_index_says_what_it_holds(index: Index) -> None:
    info = index.info
    assert (info.unit, info.documents, info.units) == ("word", 2, 23 + 14)
    assert info.file_bytes == sum(shard.file_bytes for shard in info.shards) > 0
    assert sum(shard.documents for shard in info.shards) == 2


def test_index_lists_its_documents(tmp_path: Path) -> None:
    corpus = [Document("é", "ça va", {"year": 1851}), Document("plain", "no metadata", {})]
    table = Index.build(corpus, tmp_path / "index.memscan").documents()
    assert table.column("document_id").to_pylist() == ["é", "plain"]
    assert table.column("n_units").to_pylist() == [2, 2]
    assert table.column("metadata").to_pylist() == ['{"year":1851}', "{}"]


def test_index_prints_its_path_and_size(index: Index) -> None:
    assert repr(index) == f"<Index {str(index.path)!r}: 2 documents, 37 word units>"


def test_sound_index_verifies(index: Index) -> None:
    index.verify()
    index.verify(threads=1)


def test_copy_of_an_index_is_open(index: Index) -> None:
    for other in (copy.copy(index), pickle.loads(pickle.dumps(index))):
        assert other.info == index.info
        assert other.count("ishmael") == 1


def test_pickled_index_opens_only_if_it_is_the_same(tmp_path: Path) -> None:
    output = tmp_path / "index.memscan"
    pickled = pickle.dumps(Index.build([("a", "one")], output))
    Index.build([("b", "two")], output, overwrite=True)
    with pytest.raises(memscan.IncompatibleIndexError, match="changed since"):
        pickle.loads(pickled)


def test_pickled_index_does_not_depend_on_the_working_folder(
    index_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(index_folder.parent)
    pickled = pickle.dumps(Index.open(index_folder.name))
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(pickled).count("ishmael") == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_index_works_in_another_process(index: Index, method: str) -> None:
    assert index.count("ishmael") == 1
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(index.count, "ishmael").result(timeout=60) == 1


def test_index_answers_many_threads_at_once(index: Index) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(index.count, ["a", "ishmael", "nothing"] * 50))
    assert answers == [4, 1, 0] * 50


def test_import_is_quick() -> None:
    heavy = {"typer", "rich", "jinja2", "pyarrow", "numpy", "orjson"}
    code = f"import memscan, sys; sys.exit(bool({heavy!r} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_public_names_are_all_there() -> None:
    assert set(memscan.__all__) <= set(dir(memscan))
    assert all(getattr(memscan, name) for name in memscan.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        memscan.nonsense  # noqa: B018
