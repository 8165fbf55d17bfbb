"""Indexes of every unit, and of token ids that the caller has already."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan import Index, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import DTypeLike

TEXT = "the quick brown fox jumps over the lazy dog, and the Dog sleeps on"
UNITS = ["word", "lexeme", "byte"]


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """Return the file of a small tokenizer."""
    pytest.importorskip("tokenizers")
    from tokenizer_kinds import trained  # noqa: PLC0415 - it needs the package

    path = tmp_path / "tokenizer.json"
    path.write_text(trained("bpe"))
    return path


@pytest.mark.parametrize(("unit", "units", "count"), [("word", 14, 2), ("lexeme", 15, 1)])
def test_unit_decides_what_a_text_is_made_of(
    tmp_path: Path, unit: str, units: int, count: int
) -> None:
    index = Index.build([("a", TEXT)], tmp_path / "i", unit=unit)
    assert (index.info.unit, index.info.units) == (unit, units)
    assert index.count("dog") == count
    assert index.info.unicode_version == "18.0.0"


def test_bytes_are_counted_as_such_and_need_no_unicode(tmp_path: Path) -> None:
    index = Index.build([("a", "aéa")], tmp_path / "i", unit="byte")
    assert (index.info.units, index.info.unicode_version) == (4, None)
    assert index.count("é") == 1


@pytest.mark.parametrize("unit", UNITS)
def test_filter_suits_the_unit_unless_it_is_said(tmp_path: Path, unit: str) -> None:
    expected = {"word": 5, "lexeme": 8, "byte": 20}[unit]
    index = Index.build([("a", TEXT)], tmp_path / "i", unit=unit)
    assert index.info.parameters["filter_k"] == expected
    other = Index.build([("a", TEXT)], tmp_path / "j", unit=unit, filter_k=3)
    assert other.info.parameters["filter_k"] == 3


def test_unknown_unit_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unit is 'words'; expected word, lexeme, byte or token"):
        Index.build(tmp_path / "nothing", tmp_path / "i", unit="words")


def test_tokens_without_a_tokenizer_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the unit is token, and no tokenizer is given") as error:
        Index.build([("a", TEXT)], tmp_path / "i", unit="token")
    assert error.value.hint == "give tokenizer=, or token ids to Index.build_from_ids"


@pytest.mark.parametrize("unit", UNITS)
def test_tokenizer_for_another_unit_is_refused(tmp_path: Path, unit: str) -> None:
    with pytest.raises(InputError, match=f"a tokenizer is given, and the unit is '{unit}'"):
        Index.build([("a", TEXT)], tmp_path / "i", unit=unit, tokenizer=tmp_path)


def test_missing_tokenizer_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    with pytest.raises(FileNotFoundError):
        Index.build([("a", "b")], tmp_path / "i", unit="token", tokenizer=tmp_path / "none.json")
    assert list(tmp_path.iterdir()) == []


def test_tokens_are_cut_by_the_tokenizer_that_the_index_keeps(
    tmp_path: Path, tokenizer: Path
) -> None:
    from memscan.tokenizing import Tokenizer  # noqa: PLC0415 - it needs the package

    loaded = Tokenizer.load(tokenizer)
    index = Index.build([("a", TEXT)], tmp_path / "i", unit="token", tokenizer=tokenizer)
    assert index.info.units == len(loaded.encode([TEXT])[0].ids)
    assert (index.info.unit, index.info.tokenizer) == ("token", "tokenizer.json")
    assert index.info.store_text
    again = Index.build([("a", TEXT)], tmp_path / "j", unit="token", tokenizer=loaded)
    assert again.info.id == index.info.id
    tokenizer.unlink()
    added = Index.add(tmp_path / "i", [("b", TEXT.upper()), ("c", TEXT)])
    assert added.info.documents == 3
    assert added.count(TEXT) == 2
    added.verify()


def test_lone_surrogate_in_a_text_for_tokens_is_told(tmp_path: Path, tokenizer: Path) -> None:
    with pytest.raises(InputError, match=r"document 'b' .* U\+D800, at character 0"):
        Index.build(
            [("a", "x"), ("b", "\ud800")], tmp_path / "i", unit="token", tokenizer=tokenizer
        )


@pytest.mark.parametrize("unit", UNITS)
def test_texts_need_not_be_kept(tmp_path: Path, unit: str) -> None:
    with_texts = Index.build([("a", TEXT)], tmp_path / "i", unit=unit)
    without = Index.build([("a", TEXT)], tmp_path / "j", unit=unit, store_text=False)
    assert (with_texts.info.store_text, without.info.store_text) == (True, False)
    assert without.info.units == with_texts.info.units
    assert without.count("dog") == with_texts.count("dog")
    without.verify()


def ids_in(index: Index) -> list[str]:
    ids: list[str] = index.documents().column("document_id").to_pylist()
    return ids


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "int64", ">u4"])
def test_ids_may_be_of_any_integer_type(tmp_path: Path, dtype: DTypeLike) -> None:
    expected = Index.build_from_ids([[1, 2, 3], [2, 3, 1, 2]], tmp_path / "i")
    arrays = [np.array([1, 2, 3], dtype), np.array([2, 3, 1, 2, 0, 0], dtype)[:4]]
    index = Index.build_from_ids(iter(arrays), tmp_path / "j")
    assert index.info.id == expected.info.id
    assert (index.info.unit, index.info.units, ids_in(index)) == ("token", 7, ["0", "1"])
    assert (index.info.store_text, index.info.tokenizer) == (False, None)
    index.verify()


def test_ids_may_lie_in_a_mapped_file(tmp_path: Path) -> None:
    np.arange(100, dtype=np.uint16).tofile(tmp_path / "ids.bin")
    mapped = np.memmap(tmp_path / "ids.bin", dtype=np.uint16, mode="r")
    index = Index.build_from_ids((mapped[at : at + 10] for at in range(0, 100, 10)), tmp_path / "i")
    assert (index.info.documents, index.info.units) == (10, 100)


def test_documents_of_ids_may_have_names(tmp_path: Path) -> None:
    pairs = Index.build_from_ids([("a", np.array([1, 2])), ("b", np.array([3]))], tmp_path / "i")
    given = Index.build_from_ids([[1, 2], [3]], tmp_path / "j", ids=iter("ab"))
    assert pairs.info.id == given.info.id
    assert ids_in(given) == ["a", "b"]


def test_largest_and_least_ids_are_taken(tmp_path: Path) -> None:
    documents: list[Any] = [[0, 2**32 - 1], np.array([], np.uint32), []]
    index = Index.build_from_ids(documents, tmp_path / "i")
    assert (index.info.documents, index.info.units) == (3, 2)
    index.verify()


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([[1], [-1]], "document '1' holds the id -1; expected ids from 0 to 4294967295"),
        ([np.array([1, 2**32])], "document '0' holds the id 4294967296; expected ids"),
        ([np.zeros((2, 2), np.uint16)], "document '0' has 2 dimensions; expected one"),
        ([("x", [[1]])], "document 'x' has more dimensions; expected one"),
        (np.array([1, 2]), "document '0' has 0 dimensions; expected one"),
        ([("x", [1]), ("x", [2])], "two documents have the id 'x'; each must have its own"),
        ([("\ud800", [1])], r"id 0 holds a lone surrogate, U\+D800, at character 0"),
        ([], "the corpus has no documents"),
        ([[]], "the corpus has no tokens: 1 documents without one"),
    ],
)
def test_ids_that_cannot_be_are_told(tmp_path: Path, documents: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=message):
        Index.build_from_ids(documents, tmp_path / "i")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([np.array([1.0])], "document '0' holds values of type float64; expected whole numbers"),
        ([np.array([True])], "document '0' holds values of type bool; expected whole numbers"),
        ([[1, True]], "document '0' holds values of type bool; expected whole numbers"),
        (["text"], "document '0' is a str; expected an array of token ids"),
        ("text", "documents is a str; expected an iterable of arrays of token ids"),
        (5, "documents is a int; expected an iterable of arrays of token ids"),
    ],
)
def test_what_are_no_ids_is_a_type_error(tmp_path: Path, documents: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(TypeError, match=message):
        Index.build_from_ids(documents, tmp_path / "i")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("documents", "names", "message"),
    [
        ([[1], [2]], ["a"], "there are 1 ids for more than 1 documents"),
        ([[1]], ["a", "b"], "there are 1 documents for more than 1 ids"),
    ],
)
def test_as_many_names_as_documents_are_wanted(
    tmp_path: Path, documents: list[list[int]], names: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Index.build_from_ids(documents, tmp_path / "i", ids=names)


def test_names_of_another_type_are_a_type_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="id 0 is a int; expected a str"):
        Index.build_from_ids([[1]], tmp_path / "i", ids=[1])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="ids is a str; expected an iterable of str"):
        Index.build_from_ids([[1]], tmp_path / "i", ids="a")


def test_tokenizer_may_be_kept_with_ids(tmp_path: Path, tokenizer: Path) -> None:
    from memscan.tokenizing import Tokenizer  # noqa: PLC0415 - it needs the package

    ids = Tokenizer.load(tokenizer).encode([TEXT])[0].ids
    index = Index.build_from_ids([ids], tmp_path / "i", tokenizer=tokenizer)
    assert index.info.tokenizer == "tokenizer.json"
    assert index.count(TEXT) == 1
    kept = json.loads((tmp_path / "i" / "tokenizer.json").read_text())
    assert kept["model"]["type"] == "BPE"


def test_ids_are_added_to_ids_only(tmp_path: Path) -> None:
    Index.build_from_ids([[1, 2]], tmp_path / "i")
    index = Index.add_ids(tmp_path / "i", [("b", np.array([1, 2, 3], np.int64))])
    assert (index.info.documents, index.info.units, ids_in(index)) == (2, 5, ["0", "b"])
    index.verify()
    with pytest.raises(InputError, match="the index has a document with the id '0' already"):
        Index.add_ids(tmp_path / "i", [[5]])
    with pytest.raises(InputError, match="keeps no tokenizer") as error:
        Index.add(tmp_path / "i", [("c", "text")])
    assert error.value.hint == "token ids without texts are added with Index.add_ids"
    assert Index.open(tmp_path / "i").info == index.info


def test_ids_are_not_added_to_texts(tmp_path: Path, tokenizer: Path) -> None:
    Index.build([("a", TEXT)], tmp_path / "i")
    with pytest.raises(InputError, match="holds words, expected an index of tokens"):
        Index.add_ids(tmp_path / "i", [[1]])
    Index.build([("a", TEXT)], tmp_path / "j", unit="token", tokenizer=tokenizer)
    with pytest.raises(InputError, match="stores its texts, and token ids have none"):
        Index.add_ids(tmp_path / "j", [[1]])


@given(
    st.lists(st.lists(st.integers(0, 3), max_size=9), min_size=1, max_size=9).filter(any),
    st.integers(0, 9),
)
def test_ids_built_and_added_are_those_built_at_once(
    tmp_path_factory: pytest.TempPathFactory, documents: list[list[int]], first: int
) -> None:
    folder = tmp_path_factory.mktemp("ids")
    pairs = [(str(number), ids) for number, ids in enumerate(documents)]
    at_once = Index.build_from_ids(pairs, folder / "i", filter_k=2)
    assert at_once.info.units == sum(map(len, documents))
    if any(documents[:first]) and any(documents[first:]):
        Index.build_from_ids(pairs[:first], folder / "j", filter_k=2)
        added = Index.add_ids(folder / "j", pairs[first:])
        assert added.documents().equals(at_once.documents())
        added.verify()
        assert Index.compact(folder / "j").info.id == at_once.info.id
