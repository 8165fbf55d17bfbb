"""Writes the samples beside it, with the version of ``datatrove`` that ``README.md`` names."""

from pathlib import Path

from datatrove.data import Document
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

FOLDER = Path(__file__).parent
TEXTS = {
    "a": "It is a truth universally acknowledged.",
    "b": "Zwölf Boxkämpfer jagen Viktor.",
    "c": "Call me Ishmael.",
}


def write() -> None:
    documents = [
        Document(text=text, id=id, metadata={"url": f"https://example.org/{id}", "score": 0.5})
        for id, text in TEXTS.items()  # noqa: A001
    ]
    for compression in ("gzip", "zstd", None):
        writer = JsonlWriter(str(FOLDER / f"jsonl-{compression}"), compression=compression)
        list(writer.run(iter(documents), rank=0, world_size=1))
    list(ParquetWriter(str(FOLDER / "parquet")).run(iter(documents), rank=0, world_size=1))


if __name__ == "__main__":
    write()
