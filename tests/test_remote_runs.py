"""Builds and scans of files at URLs, as a person runs them: repeated, resumed, without secrets."""

from __future__ import annotations

import base64
import gzip
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL, CommandLine
from memscan.batches import in_batches
from memscan.errors import OutputError
from memscan.readers import remote
from memscan.scanning import scan_files
from remote_files import Counted, LibraryError, register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = ("spans.parquet", "generations.parquet")
USER = "me:hidden-password"
SIGNATURE = "X-Amz-Signature=hidden-signature"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return a folder with a corpus and generations, and an archive of both."""
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "pride.txt").write_text(PRIDE)
    (tmp_path / "books" / "moby.txt").write_text(MOBY)
    (tmp_path / "runs" / "more").mkdir(parents=True)
    record = json.dumps({"custom_id": "a", "text": RECITAL}) + "\n"
    (tmp_path / "runs" / "g.jsonl").write_text(record)
    (tmp_path / "runs" / "more" / "h.jsonl.gz").write_bytes(gzip.compress(record.encode()))
    (tmp_path / "prompts.jsonl").write_text(json.dumps({"custom_id": "a", "prompt": "Recite."}))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("books/pride.txt", "books/moby.txt", "runs/g.jsonl", "runs/more/h.jsonl.gz"):
            archive.write(tmp_path / name, name)
    return tmp_path


def run(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command, which is to end with a code."""
    done = CommandLine(folder)(*words)
    assert done.returncode == code, done.stderr
    return done


def tables(output: Path) -> list[bytes]:
    return [(output / name).read_bytes() for name in TABLES]


def test_remote_scan_has_the_tables_of_a_local_one(work: Path) -> None:
    run(work, "index", "build", "books", "-o", "here.memscan")
    run(work, "index", "build", "--corpus", f"b=file://{work}/books", "-o", "there.memscan")
    assert memscan.Index.open(work / "there.memscan").info.corpora[0].name == "b"
    run(work, "scan", "here.memscan", "runs", "-o", "here", "--prompts", "prompts.jsonl")
    base = f"file://{work}"
    words = (f"{base}/runs", "-o", "there", "--prompts", f"{base}/prompts.jsonl")
    run(work, "scan", "here.memscan", *words)
    run(work, "scan", "here.memscan", f"zip://runs::{base}/all.zip", "-o", "zipped", *words[3:])
    assert tables(work / "there") == tables(work / "here") == tables(work / "zipped")
    about = json.loads((work / "there" / "run.json").read_text())
    assert [file["path"] for file in about["inputs"]] == [
        f"{base}/runs/g.jsonl",
        f"{base}/runs/more/h.jsonl.gz",
    ]
    assert about["inputs"][0]["bytes"] == (work / "runs" / "g.jsonl").stat().st_size
    again = run(work, "scan", "--from", "there", "-o", "again")
    assert again.stderr.startswith("repeating there/run.json: 2 files")
    assert tables(work / "again") == tables(work / "here")


def test_remote_file_that_was_changed_is_refused(work: Path) -> None:
    run(work, "index", "build", "books", "-o", "books.memscan")
    words = ("books.memscan", f"file://{work}/runs", "-o", "out")
    run(work, "scan", *words)
    (work / "runs" / "g.jsonl").write_text(json.dumps({"text": "other"}))
    again = run(work, "scan", "--from", "out", "-o", "again", code=2)
    assert f"file://{work}/runs/g.jsonl is not what out/run.json read: 17 bytes" in again.stderr
    resumed = run(work, "scan", *words, "--resume", code=2)
    assert f"size of file://{work}/runs/g.jsonl: " in resumed.stderr


def test_other_commands_take_urls(work: Path) -> None:
    run(work, "index", "build", "books", "-o", "books.memscan")
    url = f"file://{work}/runs"
    assert run(work, "novelty", "books.memscan", url).stdout.startswith("2 generations")
    assert "would scan 2 files" in run(work, "scan", "books.memscan", url, "--dry-run").stdout
    (work / "more.jsonl").write_text(json.dumps({"id": "new", "text": "A text of its own."}))
    assert run(work, "index", "add", "books.memscan", f"file://{work}/more.jsonl").returncode == 0
    (work / "template.txt").write_text("in possession of a")
    words = (url, "-o", "out", "--template", f"file://{work}/template.txt")
    run(work, "scan", "books.memscan", *words)
    about = json.loads((work / "out" / "run.json").read_text())
    assert about["template"]["path"] == f"file://{work}/template.txt"
    run(work, "scan", "--from", "out", "-o", "again")


@pytest.mark.parametrize(
    "words",
    [
        ("index", "build", "books", "-o", "s3://me:hidden@bucket/x.memscan"),
        ("scan", "books.memscan", "runs", "-o", "s3://me:hidden@bucket/out"),
        ("export", "out", "--to", "csv", "-o", "s3://me:hidden@bucket/out.csv"),
        ("report", "out", "-o", "s3://me:hidden@bucket/out.html"),
    ],
)
def test_nothing_is_written_to_urls(work: Path, words: tuple[str, ...]) -> None:
    run(work, "index", "build", "books", "-o", "books.memscan")
    run(work, "scan", "books.memscan", "runs", "-o", "out")
    done = run(work, *words, code=2)
    assert "error: s3://***@bucket/" in done.stderr
    assert " is a URL, and only files are read from there\nhint: " in done.stderr
    assert not (work / "s3:").exists()


def test_index_at_a_url_is_to_be_copied(work: Path) -> None:
    done = run(work, "scan", "s3://bucket/books.memscan", "runs", "-o", "out", code=4)
    assert "hint: copy the folder to this machine" in done.stderr


def test_fsspec_is_imported_only_for_urls(work: Path) -> None:
    program = (
        "import sys; from memscan.cli import run; code = run(sys.argv[1:]);"
        "sys.exit(code or 'fsspec' in sys.modules)"
    )
    for words in (["--help"], ["index", "build", "books", "-o", "books.memscan"]):
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-c", program, *words], cwd=work, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_url_in_a_settings_file_is_no_path_in_its_folder_and_shows_no_secret(work: Path) -> None:
    (work / "memscan.toml").write_text(f'[index.build]\ncorpus = ["b=gone://{USER}@host/x"]\n')
    (work / "below").mkdir()
    done = run(work / "below", "index", "build", "-o", "books.memscan", code=2)
    assert done.stderr.splitlines()[:2] == [
        'config: ../memscan.toml (index.build.corpus = ["b=gone://***@host/x"])',
        "error: gone://***@host/x: fsspec knows no protocol 'gone'",
    ]


def test_corpus_without_a_name_is_not_named_by_its_url(work: Path) -> None:
    words = ("--corpus", "https://host/a?token=hidden", "-o", "books.memscan")
    done = run(work, "index", "build", *words, code=2)
    assert done.stderr.startswith("error: --corpus 'https://host/a?***' names no path\n")


def test_scan_that_lost_its_connection_goes_on(
    index: memscan.Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    Counted.reset()
    monkeypatch.setitem(remote._BLOCKS, "block_size", 1 << 12)  # noqa: SLF001 - a file that is small
    monkeypatch.setattr("memscan.readers.files.CHUNK_BYTES", 1 << 12)
    monkeypatch.setattr("memscan.running.in_batches", partial(in_batches, most_items=20))
    monkeypatch.setattr("memscan.writers.parts.COMMIT_SECONDS", 0.0)
    record = json.dumps({"text": RECITAL}) + "\n"
    Counted.contents["g.jsonl"] = record.encode() * 500
    urls = ["counted://g.jsonl"]
    scan_files(index, urls, tmp_path / "whole")
    Counted.fetched.clear()
    Counted.failures[9] = LibraryError("the line is dead")
    with pytest.raises(OSError, match="the line is dead") as caught:
        scan_files(index, urls, tmp_path / "out")
    assert re.search("[1-9][0-9]* records are done and kept", caught.value.__notes__[0])
    told: list[str] = []
    summary = scan_files(index, urls, tmp_path / "out", resume=True, on_detect=told.append)
    assert summary.counts.generations == 500
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")
    assert any(line.startswith("resumed: ") for line in told)


def test_remote_file_that_was_changed_since_a_scan_began_is_refused(
    index: memscan.Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register()
    Counted.reset()
    monkeypatch.setattr("memscan.writers.parts.COMMIT_SECONDS", 0.0)
    monkeypatch.setattr("memscan.running.in_batches", partial(in_batches, most_items=20))
    record = json.dumps({"text": RECITAL}) + "\n"
    Counted.contents["g.jsonl"] = record.encode() * 500

    def stop(stage: str, done: int, total: int | None) -> None:
        del done, total
        raise OutputError(f"stopped while {stage} went on")

    with pytest.raises(OutputError, match="stopped"):
        scan_files(index, ["counted://g.jsonl"], tmp_path / "out", progress=stop)
    Counted.contents["g.jsonl"] = record.upper().encode().replace(b"TEXT", b"text") * 500
    with pytest.raises(memscan.InputError, match=r"counted://g\.jsonl is not what it was"):
        scan_files(index, ["counted://g.jsonl"], tmp_path / "out", resume=True)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Gives files to who has the password, and only whole."""

    def send_head(self) -> object:  # type: ignore[override]  # object is all the caller needs
        """Refuse strangers."""
        expected = base64.b64encode(USER.encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            self.send_error(401)
            return None
        return super().send_head()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Does not mind who hangs up."""

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(work: Path) -> Iterator[str]:
    """Return the host of a web server that has the files."""
    pytest.importorskip("aiohttp")
    handler = partial(Handler, directory=os.fspath(work))
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_web_server_gives_folders_globs_and_files(work: Path, site: str) -> None:
    base = f"http://{USER}@{site}"
    run(work, "index", "build", f"{base}/books/", "-o", "books.memscan")
    ids = memscan.Index.open(work / "books.memscan").documents().column("document_id").to_pylist()
    assert ids == ["moby.txt", "pride.txt"]
    run(work, "scan", "books.memscan", "runs", "-o", "here")
    run(work, "scan", "books.memscan", f"{base}/runs/**/*.jsonl*", "-o", "there")
    assert tables(work / "there") == tables(work / "here")


def test_large_file_is_streamed_from_a_server_that_gives_no_parts(work: Path, site: str) -> None:
    records = [{"id": str(n), "text": f"{n} " + "word " * 400} for n in range(5000)]
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    assert len(data) > 2 * remote.BLOCK_BYTES
    (work / "large.jsonl").write_bytes(data)
    done = run(work, "index", "build", f"http://{USER}@{site}/large.jsonl", "-o", "large", "--json")
    assert json.loads(done.stdout)["inputs"][0]["bytes"] == len(data)
    assert json.loads(done.stdout)["documents"] == 5000


def test_large_file_to_be_read_at_places_is_refused_by_such_a_server(work: Path, site: str) -> None:
    (work / "large.parquet").write_bytes(b"PAR1\0" + bytes(2 * remote.BLOCK_BYTES) + b"PAR1")
    done = run(work, "index", "build", f"http://{USER}@{site}/large.parquet", "-o", "large", code=2)
    assert "large.parquet is Parquet, which can only be read from a file" in done.stderr
    assert "hint: save it, and give the path" in done.stderr


def test_credentials_are_written_nowhere(work: Path, site: str) -> None:
    run(work, "index", "build", "books", "-o", "books.memscan")
    url = f"http://{USER}@{site}/runs/g.jsonl?{SIGNATURE}"
    words = ("-o", "out", "--prompts", f"http://{USER}@{site}/prompts.jsonl?{SIGNATURE}")
    told = [run(work, "scan", "books.memscan", url, *words)]
    told.append(run(work, "scan", "books.memscan", url, "--dry-run", "--json"))
    told.append(run(work, "report", "out", "-o", "out.html"))
    missing = url.replace("g.jsonl", "none.jsonl")
    told.append(run(work, "scan", "books.memscan", missing, "-o", "none", code=2))
    wrong = url.replace("me:", "you:")
    told.append(run(work, "scan", "books.memscan", wrong, "-o", "none", code=2))
    written = [path.read_bytes() for path in work.rglob("*") if path.is_file()]
    everything = "".join(done.stdout + done.stderr for done in told) + str(written)
    assert "hidden-" not in everything
    assert f"http://***@{site}/runs/g.jsonl?***" in everything
    again = run(work, "scan", "--from", "out", "-o", "again", code=2)
    assert "is written without its credentials, which are never kept" in again.stderr
    assert run(work, "scan", "books.memscan", url, *words, "--resume").returncode == 0
