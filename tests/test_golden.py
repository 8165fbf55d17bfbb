"""Indexes of every format version that is read, written by the versions that had them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from golden.write import CORPORA, DOCUMENTS, IDS
from memscan import Index

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = sorted(GOLDEN.glob("format-*"))
TEXTS = [text for name, text in DOCUMENTS if name != "gone" and text]


def test_every_version_has_its_indexes() -> None:
    assert [path.name for path in VERSIONS] == ["format-2", "format-3"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
@pytest.mark.parametrize("unit", ["word", "lexeme", "byte"])
def test_an_old_index_answers_as_a_new_one(version: Path, unit: str, tmp_path: Path) -> None:
    old = Index.open(version / unit)
    old.verify()
    assert old.info.format_version == int(version.name.removeprefix("format-"))
    corpora = CORPORA if old.info.corpora else DOCUMENTS
    Index.build(corpora, tmp_path / "new", unit=unit)
    new = Index.remove(tmp_path / "new", ["gone"])
    assert old.info.documents == new.info.documents == 4
    assert old.count(TEXTS[0]) == 1
    found = [index.scan(TEXTS, min_length=3) for index in (old, new)]
    assert found[0].generations.equals(found[1].generations)
    assert found[0].spans.equals(found[1].spans)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.name)
def test_an_old_index_of_ids_is_read(version: Path) -> None:
    index = Index.open(version / "token")
    index.verify()
    assert index.info.documents == len(IDS)
    assert index.count([6, 7, 8]) == 2
    assert index.find([4_000_000_000]).occurrences[0].document_id == "first"


@pytest.mark.parametrize("unit", ["word", "byte"])
def test_an_old_index_can_be_changed(unit: str, tmp_path: Path) -> None:
    path = tmp_path / "index"
    shutil.copytree(GOLDEN / "format-2" / unit, path)
    added = Index.add(path, {"new": [("added", "text that is added")]})
    added.verify()
    assert (added.info.format_version, added.count("text that is added")) == (3, 1)
    assert Index.remove(path, ["added"]).count("text that is added") == 0
    Index.compact(path).verify()
