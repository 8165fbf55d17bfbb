"""Folders that ``datasets`` saved: their rows are records, the rest says of which split."""

import shutil
from pathlib import Path

import orjson
import pytest

from memscan import Document, Generation, InputError
from memscan.readers import DocumentSource, GenerationSource

SAMPLES = Path(__file__).parent / "samples" / "datasets"
TEXTS = {
    "a": "It is a truth universally acknowledged.",
    "b": "Zwölf Boxkämpfer jagen Viktor.",
    "c": "Call me Ishmael.",
}
TURNS = (
    '[{"role":"user","content":"How does the book begin?"},'
    '{"role":"assistant","content":"Call me Ishmael."}]'
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES, tmp_path / "saved")
    return tmp_path / "saved"


def documents(*paths: Path) -> list[Document]:
    return list(DocumentSource(paths))


def test_a_dataset_is_its_rows_from_all_files() -> None:
    told: list[str] = []
    source = DocumentSource([SAMPLES / "one"], on_detect=told.append)
    read = list(source)
    assert {document.id: document.text for document in read} == TEXTS
    assert [document.metadata["turns"] for document in read] == [TURNS, "[]", None]
    assert [file.path.name for file in source.inputs] == [
        "data-00000-of-00002.arrow",
        "data-00001-of-00002.arrow",
    ]
    assert told == [
        f"detected: {SAMPLES}/one/data-00000-of-00002.arrow is Arrow stream, text = text, id = id"
    ]


def test_splits_are_told_and_kept() -> None:
    told: list[str] = []
    source = DocumentSource([SAMPLES / "splits"], on_detect=told.append)
    read = list(source)
    assert [(document.id, document.metadata["split"]) for document in read] == [
        ("a", "test"),
        ("a#2", "train"),
        ("b", "train"),
        ("c", "train"),
    ]
    assert [line for line in told if line.startswith("detected")] == [
        f"detected: {SAMPLES}/splits/{split}/data-00000-of-00001.arrow is Arrow stream, "
        f"text = text, id = id, split = {split}"
        for split in ("test", "train")
    ]


def test_rows_that_were_filtered_out_are_not_there() -> None:
    assert [document.id for document in documents(SAMPLES / "filtered")] == ["a", "c"]


@pytest.mark.parametrize("name", ["exported.parquet", "exported.jsonl", "exported.json"])
def test_what_datasets_exports_holds_the_same(name: str) -> None:
    read = documents(SAMPLES / name)
    assert {document.id: document.text for document in read} == TEXTS
    assert [document.metadata["turns"] for document in read] == [TURNS, "[]", None]


def test_rows_are_generations_too() -> None:
    read = list(GenerationSource([SAMPLES / "one"]))
    assert [record.text for record in read if isinstance(record, Generation)] == [*TEXTS.values()]


def test_data_files_may_be_named_by_a_glob() -> None:
    assert len(documents(SAMPLES / "one" / "*.arrow")) == 3


def test_a_folder_above_may_be_given(saved: Path) -> None:
    (saved / "write.py").unlink()
    read = documents(saved / "one" / "..")
    assert len(read) == 3 + 4 + 2 + 3 + 3 + 3


def test_files_that_the_dataset_does_not_list_are_not_read(saved: Path) -> None:
    shutil.copy(saved / "one/data-00000-of-00002.arrow", saved / "one/cache-0.arrow")
    assert len(documents(saved / "one")) == 3


def test_a_missing_data_file_is_an_error(saved: Path) -> None:
    (saved / "one/data-00001-of-00002.arrow").unlink()
    with pytest.raises(InputError, match=r"data-00001-of-00002\.arrow is missing, but state\.json"):
        documents(saved / "one")


@pytest.mark.parametrize(
    "state",
    [b"", b"{", b"[]", b"{}", b'{"_data_files": [1]}', b'{"_data_files": [{"filename": "../x"}]}'],
)
def test_a_damaged_state_is_an_error(saved: Path, state: bytes) -> None:
    (saved / "one/state.json").write_bytes(state)
    with pytest.raises(InputError, match=r"state\.json does not say which files hold the rows"):
        documents(saved / "one")


def test_rows_left_out_by_indices_are_an_error(saved: Path) -> None:
    state = orjson.loads((saved / "one/state.json").read_bytes())
    state["_indices_data_files"] = [{"filename": "indices.arrow"}]
    (saved / "one/state.json").write_bytes(orjson.dumps(state))
    with pytest.raises(InputError, match="leaves out rows by indices"):
        documents(saved / "one")


def test_files_of_these_names_elsewhere_are_files_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(b'{"text": "a"}')
    (tmp_path / "dataset_dict.json").write_bytes(b'{"text": "b"}')
    assert [document.text for document in documents(tmp_path)] == ["b", "a"]
