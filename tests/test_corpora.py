"""Several named corpora in one index: each is counted as if it were all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import memscan
from memscan import Document, Index, ScanOptions, scan_files
from strategies import corpora as any_corpora
from strategies import texts_like

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine

    Write = Callable[[str, Sequence[object]], Path]

BOOKS = [("one", "a b c d e f"), ("two", "a b c")]
WEB = [("page", "c d e f g h i")]


@pytest.fixture
def both(tmp_path: Path) -> Index:
    return Index.build({"books": BOOKS, "web": WEB}, tmp_path / "both.memscan")


def test_each_corpus_is_counted(both: Index) -> None:
    result = both.scan(["a b c d e f g h", "z"], min_length=3)
    rows = result.spans.to_pylist()
    assert [(row["text"], row["corpus"], row["document_id"]) for row in rows] == [
        ("a b c d e f", "books", "one"),
        ("c d e f g h", "web", "page"),
    ]
    assert rows[0]["corpora"] == [
        {"corpus": "books", "count": 1, "document_count": 1, "count_is_capped": False}
    ]
    first, second = result.generations["corpora"].to_pylist()
    assert [(one["corpus"], one["covered_units"], one["longest_match"]) for one in first] == [
        ("books", 6, 6),
        ("web", 6, 6),
    ]
    assert [one["n_spans"] for one in second] == [0, 0]
    (row,) = both.scan(["c d e"], min_length=3).spans.to_pylist()
    assert [(one["corpus"], one["count"]) for one in row["corpora"]] == [("books", 1), ("web", 1)]


def test_without_names_there_is_nothing_to_tell_apart(index: Index) -> None:
    result = index.scan(["call me ishmael"], min_length=2)
    assert result.spans["corpus"].null_count == result.spans["corpora"].null_count == 1
    assert result.generations["corpora"].null_count == 1
    assert index.info.corpora == ()


def test_names_are_kept_through_every_change(both: Index) -> None:
    path = both.path
    names = [(one.name, one.documents) for one in both.info.corpora]
    assert names == [("books", 2), ("web", 1)]
    assert both.documents()["corpus"].to_pylist() == ["books", "books", "web"]
    added = Index.add(path, {"web": [("more", "a b")], "new": [("last", "x y z")]})
    assert [(one.name, one.documents) for one in added.info.corpora] == [
        *(("books", 2), ("web", 2), ("new", 1)),
    ]
    Index.add(path, [("unnamed", "p q r")])
    Index.remove(path, ["two"])
    compacted = Index.compact(path)
    compacted.verify()
    assert [(one.name, one.documents) for one in compacted.info.corpora] == [
        *(("books", 1), ("web", 2), ("new", 1)),
    ]
    (row,) = compacted.scan(["p q r"], min_length=3).spans.to_pylist()
    assert (row["corpus"], row["corpora"]) == (None, [])
    assert compacted.find("x y z").occurrences[0].corpus == "new"


def test_one_id_in_two_corpora_is_refused_or_told_apart(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="id 'one'"):
        Index.build({"a": BOOKS, "b": BOOKS[:1]}, tmp_path / "i")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(f"text of {name}")
    index = Index.build({"a": tmp_path / "a", "b": tmp_path / "b"}, tmp_path / "j")
    assert index.documents()["corpus"].to_pylist() == ["a", "b"]
    assert len(set(index.documents()["document_id"].to_pylist())) == 2


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 201])
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(memscan.InputError, match="is no name for a corpus"):
        Index.build({name: BOOKS}, tmp_path / "i")


def test_what_is_no_mapping_of_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="no corpus is given"):
        Index.build({}, tmp_path / "i")
    with pytest.raises(TypeError, match="name of a corpus is a int"):
        Index.build({1: BOOKS}, tmp_path / "i")  # type: ignore[dict-item]


@given(st.data())
def test_a_corpus_among_others_is_as_if_alone(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    texts = {name: data.draw(any_corpora(), label=name) for name in ("a", "b")}
    folder = tmp_path_factory.mktemp("corpora")
    documents = {
        name: [Document(f"{name}{number}", text, {}) for number, text in enumerate(own)]
        for name, own in texts.items()
    }
    query = data.draw(texts_like([*texts["a"], *texts["b"]]))
    length = data.draw(st.integers(1, 4))
    has_units = {name: any(map(str.isalnum, "".join(own))) for name, own in texts.items()}
    assume(all(has_units.values()))
    both = Index.build(documents, folder / "both")
    found = both.scan([query], min_length=length).generations["corpora"].to_pylist()[0]
    for name, own in documents.items():
        alone = Index.build(own, folder / name)
        (row,) = alone.scan([query], min_length=length).generations.to_pylist()
        among = next(one for one in found if one["corpus"] == name)
        for column in ("covered_units", "covered_chars", "longest_match", "n_spans"):
            assert among[column] == row[column], column


def test_the_command_line_counts_each_corpus(
    tmp_path: Path, command_line: CommandLine, json_lines: Write
) -> None:
    for name, documents in (("books", BOOKS), ("web", WEB)):
        json_lines(f"{name}.jsonl", [{"id": one, "text": text} for one, text in documents])
    json_lines("g.jsonl", [{"text": "a b c d e f g h"}])
    done = command_line(
        "index", "build", "--corpus", "books=books.jsonl", "--corpus=web=web.jsonl", "-o", "i"
    )
    assert done.returncode == 0, done.stderr
    info = command_line("index", "info", "i").stdout
    assert "corpora     books (2 documents), web (1 document)" in info
    done = command_line("scan", "i", "g.jsonl", "-o", "out", "--min-length=3")
    assert (
        "  books: 1 of 1 generation (100.0 %); 6 of 8 words (75.0 %) covered; longest 6 words\n"
        "  web: 1 of 1 generation (100.0 %); 6 of 8 words (75.0 %) covered; longest 6 words\n"
    ) in done.stdout
    run: dict[str, Any] = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["corpora"]["web"]["covered_units"] == 6
    for arguments, told in (
        (["-o", "j"], "no corpus is given"),
        (["--corpus", "books", "-o", "j"], "names no path"),
    ):
        failed = command_line("index", "build", *arguments)
        assert (failed.returncode, told in failed.stderr) == (2, True), failed.stderr
    done = command_line("index", "add", "i", "--corpus=web=g.jsonl")
    assert done.returncode == 0, done.stderr


def test_a_run_over_files_sums_each_corpus(both: Index, tmp_path: Path, json_lines: Write) -> None:
    path = json_lines("g.jsonl", [{"text": "a b c"}, {"text": "g h i j"}, {"text": "q"}])
    summary = scan_files(both, [path], tmp_path / "out", options=ScanOptions(min_length=3))
    assert {name: (one.with_span, one.spans) for name, one in summary.corpora.items()} == {
        "books": (1, 1),
        "web": (1, 1),
    }
