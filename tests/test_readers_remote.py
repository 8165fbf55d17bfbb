"""Files that fsspec reads: found and read as those here, never fetched whole or twice."""

from __future__ import annotations

import copy
import errno
import io
import json
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from memscan import Document, Generation, InputError, Rejection
from memscan.readers import DocumentSource, GenerationSource, remote
from memscan.readers.paths import find_files
from memscan.readers.remote import RemotePath
from remote_files import Counted, LibraryError, register

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parent / "samples"
NAMES = [
    *("a.jsonl", "b.txt", ".hidden.jsonl", "x/a.jsonl", "x/y/b.jsonl", "x/y/z/c.jsonl"),
    *("x/.folder/d.jsonl", "w/e [1].jsonl", "w/f.jsonl.gz"),
]


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Begin and end with filesystems that are empty."""
    register()
    Counted.reset()
    yield
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


def copied(folder: Path) -> str:
    """Copy a folder to memory, and return its URL."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            fsspec.filesystem("memory").pipe(f"/top/{name}", path.read_bytes())
    return "memory:///top"


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "/x", "/*", "/*.jsonl", "/**", "/**/*.jsonl", "/x/**", "/x/**/b.jsonl", "/*/*.jsonl"),
        *(
            "/**/y/*",
            "/?.jsonl",
            "/[ab].*",
            "/.hid*",
            "/x/.*/*",
            "/**/**/c.jsonl",
            "/w/e [1].jsonl",
        ),
    ],
)
def test_same_files_are_found_as_here(tmp_path: Path, pattern: str) -> None:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    url = copied(tmp_path)
    here, there = find_files(f"{tmp_path}{pattern}"), find_files(f"{url}{pattern}")
    told = [(file.name, file.size_bytes, file.is_named) for file in here]
    assert told == [(file.name, file.size_bytes, file.is_named) for file in there]
    assert [file.path.read_bytes() for file in there] == [file.path.read_bytes() for file in here]


@pytest.mark.parametrize(
    "name",
    [
        *("datasets/one", "datasets/splits", "datasets/exported.json", "datasets/exported.parquet"),
        *("datatrove/jsonl-zstd", "datatrove/jsonl-gzip", "datatrove/parquet"),
    ],
)
def test_corpora_are_read_as_here(name: str) -> None:
    url = copied(SAMPLES)
    here, there = DocumentSource([SAMPLES / name]), DocumentSource([f"{url}/{name}"])
    assert list(there) == list(here)
    assert [(file.sha256, file.bytes) for file in there.inputs] == [
        (file.sha256, file.bytes) for file in here.inputs
    ]


@pytest.mark.parametrize(
    "name", ["inspect", "openai/chat.jsonl", "lm_eval", "anthropic/results.jsonl"]
)
def test_generations_are_read_as_here(name: str) -> None:
    folder = SAMPLES / "generations"
    url = copied(folder)
    here = [_known(one) for one in GenerationSource([folder / name])]
    assert here
    assert [_known(one) for one in GenerationSource([f"{url}/{name}"])] == here


def test_arrow_file_is_read_at_its_places(tmp_path: Path) -> None:
    table = pa.table({"id": ["a", "b"], "text": ["one", "two"]})
    with pa.ipc.new_file(tmp_path / "a.feather", table.schema) as writer:
        writer.write_table(table)
    url = copied(tmp_path)
    assert list(DocumentSource([f"{url}/a.feather"])) == [
        Document("a", "one", {}),
        Document("b", "two", {}),
    ]


def test_shards_of_a_merged_log_are_known_by_when_they_were_written() -> None:
    log = (SAMPLES / "generations" / "inspect" / "begin.eval").read_bytes()
    files = fsspec.filesystem("memory")
    files.pipe("/top/log.shards/0/part.eval", log)
    files.pipe("/top/log.eval", log)
    told: list[str] = []
    source = GenerationSource(["memory:///top"], on_detect=told.append)
    assert [file.found.name for file in source._files] == ["log.eval"]  # noqa: SLF001
    files.pipe("/top/log.shards/0/part.eval", log)
    source = GenerationSource(["memory:///top"])
    assert len(source.inputs) == 2, "a shard was written after its log"


def test_named_file_that_is_missing_is_named() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        find_files("memory:///top/none.jsonl")
    assert caught.value.filename == "memory:///top/none.jsonl"
    with pytest.raises(InputError, match=r"no file matches memory:///top/\*\.jsonl"):
        find_files("memory:///top/*.jsonl")


def test_large_file_is_fetched_in_blocks_and_once() -> None:
    lines = b"".join(b'{"id": "%d", "text": "%s"}\n' % (n, b"word " * 200) for n in range(20_000))
    Counted.contents["a.jsonl"] = lines
    assert sum(1 for _ in DocumentSource(["counted://a.jsonl"])) == 20_000
    assert len(lines) > 4 * remote.BLOCK_BYTES
    assert max(end - start for start, end in Counted.fetched) <= remote.BLOCK_BYTES
    assert len({start for start, _ in Counted.fetched}) == len(Counted.fetched)


def test_parquet_is_fetched_once_though_it_is_read_at_places_and_hashed() -> None:
    rows = 30_000
    columns = {
        "id": [str(n) for n in range(rows)],
        "text": [f"{n} {n * 7919 % 104_729} " * 60 for n in range(rows)],
        "note": [f"{n * 31 % 9973} " * 20 for n in range(rows)],
    }
    stored = io.BytesIO()
    pq.write_table(pa.table(columns), stored, row_group_size=6000, compression="none")
    Counted.contents["a.parquet"] = stored.getvalue()
    source = DocumentSource(["counted://a.parquet"])
    assert [document.text for document in source] == columns["text"]
    assert source.inputs[0].sha256
    blocks = -(-len(stored.getvalue()) // remote.BLOCK_BYTES)
    assert blocks > 4
    assert len(Counted.fetched) == blocks


def test_error_of_a_library_is_a_failed_read_that_names_the_url() -> None:
    url = "counted://user:secret@host/a.jsonl?sig=hidden"
    Counted.contents["user:secret@host/a.jsonl?sig=hidden"] = b'{"text": "one"}\n' * 10
    message = f"no answer from {url} to sig=hidden of user:secret\nand a trace"
    Counted.failures[1] = LibraryError(message)
    with pytest.raises(OSError, match="no answer") as caught:
        list(DocumentSource([url]))
    assert caught.value.errno == errno.EIO
    assert caught.value.filename == "counted://***@host/a.jsonl?***"
    assert caught.value.strerror == f"no answer from {caught.value.filename} to *** of ***"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("name", ["a.parquet", "a.feather"])
def test_failed_read_is_no_damage_of_a_file_that_is_read_at_places(name: str) -> None:
    table = pa.table({"id": ["a"], "text": ["one"]})
    stored = io.BytesIO()
    if name == "a.parquet":
        pq.write_table(table, stored)
    else:
        with pa.ipc.new_file(stored, table.schema) as writer:
            writer.write_table(table)
    Counted.contents[name] = stored.getvalue() + bytes(0)
    file = RemotePath.of(f"counted://{name}")
    found = find_files(f"counted://{name}")
    assert [one.path for one in found] == [file]
    Counted.failures[1] = LibraryError("the line is dead")
    with pytest.raises(OSError, match="the line is dead"):
        list(DocumentSource([f"counted://{name}"]))


def test_file_that_ends_before_its_size_is_an_error() -> None:
    Counted.contents["a.jsonl"] = b'{"text": "one"}\n' * 10
    source = DocumentSource(["counted://a.jsonl"])
    documents = iter(source)
    short = Counted.contents["a.jsonl"][:64]

    class Shrinking(dict[str, bytes]):
        def __getitem__(self, key: str) -> bytes:
            return short if Counted.fetched else super().__getitem__(key)

    whole = Counted.contents
    Counted.contents = Shrinking(whole)
    try:
        with pytest.raises(OSError, match="ends after 64 of its 160 bytes"):
            list(documents)
    finally:
        Counted.contents = whole


def test_file_that_is_changed_while_it_is_read_is_an_error() -> None:
    Counted.contents["a.jsonl"] = b'{"text": "one"}\n' * 800_000
    assert len(Counted.contents["a.jsonl"]) > 2 * remote.BLOCK_BYTES
    documents = iter(DocumentSource(["counted://a.jsonl"]))
    next(documents)
    Counted.contents["a.jsonl"] = b'{"text": "two"}\n' * 800_000
    with pytest.raises(InputError, match=r"counted://a\.jsonl was changed while it was read"):
        list(documents)


def test_folder_that_cannot_be_listed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    files = fsspec.filesystem("counted")
    Counted.contents["a.jsonl"] = b"{}"

    def refuse(*_: object, **__: object) -> object:
        raise PermissionError("refused")

    monkeypatch.setattr(type(files), "ls", refuse)
    with pytest.raises(PermissionError) as caught:
        find_files("counted://refused")
    assert caught.value.filename == "counted://refused"


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(InputError, match="is remote, which needs fsspec") as caught:
        find_files("s3://bucket/a.jsonl")
    assert caught.value.hint == 'install it with: pip install "memscan[remote]"'


def test_package_of_a_protocol_that_is_missing_is_named() -> None:
    fsspec.register_implementation("absent", "not_there.fs.Files", errtxt="Install not_there")
    with pytest.raises(InputError, match="Install not_there") as caught:
        find_files("absent://bucket/a.jsonl")
    assert caught.value.hint == "install it with: pip install not_there"
    with pytest.raises(InputError, match="fsspec knows no protocol 'nobody'"):
        find_files("nobody://bucket/a.jsonl")


def test_url_that_was_written_down_is_refused() -> None:
    with pytest.raises(InputError, match="without its credentials") as caught:
        find_files("https://***@host/a.jsonl")
    assert caught.value.hint
    assert caught.value.hint.startswith("give the whole URL again")


def test_path_goes_to_other_processes_and_never_shows_a_secret() -> None:
    path = RemotePath.of("counted://user:secret@host/a/b.eval")
    assert pickle.loads(pickle.dumps(path)) == path  # noqa: S301 - our own
    assert copy.deepcopy(path) is path
    assert str(path) == "counted://***@host/a/b.eval"
    assert "secret" not in repr(path)
    assert (path.name, path.suffix) == ("b.eval", ".eval")
    assert path.parent / "b.eval" == path.with_name("b.eval") == path
    assert json.dumps(str(path.with_suffix(".shards"))) == '"counted://***@host/a/b.shards"'


def _known(record: Generation | Rejection) -> tuple[object, ...]:
    """Return what does not name the file."""
    if isinstance(record, Generation):
        return (record.key, record.text, record.prompt, record.model, record.outcome)
    return (record.id, record.line, record.problem)
