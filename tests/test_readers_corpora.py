"""Corpora as other tools lay them out, and files that change while they are read."""

import gzip
import sys
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from memscan import Document
from memscan.readers import DocumentSource, GenerationSource

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DATATROVE = Path(__file__).parent / "samples" / "datatrove"
TEXTS = {
    "a": "It is a truth universally acknowledged.",
    "b": "Zwölf Boxkämpfer jagen Viktor.",
    "c": "Call me Ishmael.",
}
GOOD = b'{"text": "words"}\n'


@pytest.mark.parametrize("name", ["jsonl-gzip", "jsonl-zstd", "jsonl-None", "parquet"])
def test_what_datatrove_writes_is_a_corpus(name: str) -> None:
    [*documents] = DocumentSource([DATATROVE / name])
    assert {document.id: document.text for document in documents} == TEXTS
    for document in documents:
        [metadata] = document.metadata.values()
        assert orjson.loads(str(metadata)) == {
            "url": f"https://example.org/{document.id}",
            "score": 0.5,
        }


def test_a_folder_of_dolma_is_a_corpus(tmp_path: Path) -> None:
    """The layout of dolma's documentation: ``documents/`` of gzip or zstd, attributes beside it."""
    folder = tmp_path / "documents" / "books"
    folder.mkdir(parents=True)
    records = [
        {
            "id": id,
            "text": text,
            "source": "books",
            "added": "2026-11-02T00:00:00.000Z",
            "created": "1851-10-18T00:00:00.000Z",
            "metadata": {"lang": {"en": 0.98}},
        }
        for id, text in TEXTS.items()  # noqa: A001
    ]
    lines = [orjson.dumps(record) + b"\n" for record in records]
    (folder / "0.json.gz").write_bytes(gzip.compress(lines[0]) + gzip.compress(lines[1]))
    (folder / "1.jsonl.zst").write_bytes(zstd.compress(lines[2]))
    told: list[str] = []
    documents = list(DocumentSource([tmp_path / "documents"], on_detect=told.append))
    assert {document.id: document.text for document in documents} == TEXTS
    assert documents[0] == Document(
        "a",
        TEXTS["a"],
        {
            "source": "books",
            "added": "2026-11-02T00:00:00.000Z",
            "created": "1851-10-18T00:00:00.000Z",
            "metadata": '{"lang":{"en":0.98}}',
        },
    )
    assert told == [
        f"detected: {folder}/0.json.gz is gzip JSON lines, text = text, id = id",
        f"detected: {folder}/1.jsonl.zst is zstd JSON lines, text = text, id = id",
    ]


def test_a_file_that_grows_is_read_to_its_end_as_it_then_is(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(GOOD * 500_000)
    source = GenerationSource([path])
    records = iter(source)
    next(records)
    with path.open("ab") as file:
        file.write(GOOD * 10)
    assert sum(1 for _ in records) == 500_000 + 10 - 1
    assert source.inputs[0].bytes == path.stat().st_size
    assert source.inputs[0].sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_file_that_shrinks_ends_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(GOOD * 500_000)
    source = GenerationSource([path])
    records = iter(source)
    next(records)
    path.write_bytes(b"")
    read = 1 + sum(1 for _ in records)
    assert read < 500_000
    assert source.inputs[0].records == read
    assert source.inputs[0].bytes < source.total_bytes
