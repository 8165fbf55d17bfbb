"""The commands that build an index and change it: what they print, and what they refuse."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import MOBY, PRIDE, CommandLine

if TYPE_CHECKING:
    import subprocess

PEAK = r"; peak memory \d+\.\d [MG]B\n"


@pytest.fixture
def books(command_line: CommandLine) -> CommandLine:
    """Return the command line in a folder with two text files and the index of one of them."""
    (command_line.folder / "pride.txt").write_text(PRIDE)
    (command_line.folder / "moby.txt").write_text(MOBY, newline="")
    memscan.Index.build(command_line.folder / "pride.txt", command_line.folder / "b.memscan")
    return command_line


def refused(done: subprocess.CompletedProcess[str], code: int = 2) -> list[str]:
    """Return the lines on stderr of a command that failed as it should, without notes."""
    assert (done.returncode, done.stdout) == (code, "")
    return [line for line in done.stderr.splitlines() if not line.startswith("detected: ")]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("word", "14 words (14 different)"),
        ("lexeme", "17 lexemes (16 different)"),
        ("byte", "90 bytes (28 different)"),
    ],
)
def test_build_counts_what_the_units_are(books: CommandLine, unit: str, expected: str) -> None:
    done = books("index", "build", "moby.txt", "-o", "m.memscan", "--unit", unit)
    shown = re.escape(f"built m.memscan: 1 document, {expected}, 90 bytes of text, 1 shard, in ")
    assert re.fullmatch(shown + r"\d+\.\d s" + PEAK, done.stdout)
    assert json.loads(books("index", "info", "m.memscan", "--json").stdout)["unit"] == unit


def test_build_takes_a_tokenizer_from_a_file_or_a_folder(books: CommandLine) -> None:
    pytest.importorskip("tokenizers")
    from tokenizer_kinds import trained  # noqa: PLC0415 - it needs the package

    folder = books.folder / "a:tokenizer"
    folder.mkdir()
    (folder / "tokenizer.json").write_text(trained("bpe"))
    for output, path in (("i", folder), ("j", folder / "tokenizer.json")):
        done = books("index", "build", "moby.txt", "-o", output, "--unit", f"token:{path}")
        assert re.match(r"built .: 1 document, \d+ tokens \(\d+ different\), ", done.stdout)
    lines = books("index", "info", "i").stdout
    assert "unit        token (rules 1, tokenizer a:tokenizer)\n" in lines
    assert books("index", "add", "i", "pride.txt").returncode == 0
    assert books("index", "verify", "i").returncode == 0


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("words", ["error: unit is 'words'; expected word, lexeme, byte or token"]),
        ("", ["error: unit is ''; expected word, lexeme, byte or token"]),
        (
            "token",
            [
                "error: the unit token needs a tokenizer",
                "hint: --unit token:PATH, with a tokenizer.json or the folder of a tokenizer",
            ],
        ),
        (
            "byte:x",
            [
                "error: a tokenizer is given, and the unit is 'byte'",
                "hint: a tokenizer belongs to the unit token",
            ],
        ),
        ("token:none.json", ["error: none.json: No such file or directory"]),
    ],
)
def test_unit_that_cannot_be_is_told(books: CommandLine, unit: str, expected: list[str]) -> None:
    if ":" in unit:
        pytest.importorskip("tokenizers")
    before = sorted(books.folder.iterdir())
    assert refused(books("index", "build", "moby.txt", "-o", "m", "--unit", unit)) == expected
    assert sorted(books.folder.iterdir()) == before


def test_build_without_texts_says_so(books: CommandLine) -> None:
    done = books("index", "build", "moby.txt", "-o", "m", "--no-store-text")
    assert "14 words (14 different), 90 bytes of text, not stored, 1 shard" in done.stdout
    assert "text        not stored\n" in books("index", "info", "m").stdout
    assert json.loads(books("index", "info", "m", "--json").stdout)["store_text"] is False
    lines = refused(books("index", "compact", "m"))
    assert lines == [
        "error: `m` holds no text to write anew",
        "hint: build it again from the corpus",
    ]


@pytest.mark.parametrize("size", ["500MB", "1GiB", "1000000000"])
def test_memory_is_taken_as_people_write_it(books: CommandLine, size: str) -> None:
    assert books("index", "build", "moby.txt", "-o", "m", "--memory", size).returncode == 0
    assert books("index", "add", "m", "pride.txt", "--memory", size).returncode == 0
    assert books("index", "compact", "m", "--memory", size).returncode == 0


def test_memory_that_cannot_be_is_told(books: CommandLine) -> None:
    for command in (["build", "moby.txt", "-o", "m"], ["add", "b.memscan", "moby.txt"]):
        lines = refused(books("index", *command, "--memory", "much"))
        assert lines[0] == (
            "error: Invalid value for '--memory': 'much' is no size; expected bytes, or a number "
            "with a unit such as 4GB or 512MiB"
        )
        lines = refused(books("index", *command, "--memory", "1MB"))
        assert lines[0].startswith("error: memory is 1,000,000 bytes; expected at least ")
        assert lines[1] == "hint: give more, or leave it out: then half of what is free is used"


def test_add_says_what_was_added(books: CommandLine) -> None:
    done = books("index", "add", "b.memscan", "moby.txt")
    shown = re.escape(
        "added to b.memscan: 1 document, 14 words (14 different), 90 bytes of text, 1 shard, in "
    )
    assert re.fullmatch(shown + r"\d+\.\d s" + PEAK, done.stdout)
    assert done.stderr == "detected: moby.txt is text, id = file name\n"
    assert books("index", "info", "b.memscan", "--documents").stdout == "pride.txt\nmoby.txt\n"


def test_add_tells_ids_apart(books: CommandLine) -> None:
    done = books("index", "add", "b.memscan", "pride.txt")
    assert done.stderr.splitlines()[1] == (
        "warning: the id 'pride.txt' of the index occurs again in pride.txt; "
        "the second document is called 'pride.txt#2'"
    )


def test_documents_are_listed_as_json_lines(books: CommandLine) -> None:
    (books.folder / "c.jsonl").write_text(
        '{"id": "new\\nline \\u001b", "text": "a b", "year": 1851}\n'
    )
    books("index", "add", "b.memscan", "c.jsonl")
    plain = books("index", "info", "b.memscan", "--documents").stdout
    assert plain.splitlines() == ["pride.txt", r"new\nline \x1b"]
    lines = books("index", "info", "b.memscan", "--documents", "--json").stdout.splitlines()
    assert json.loads(lines[1]) == {
        "document_id": "new\nline \x1b",
        "n_units": 2,
        "n_chars": 3,
        "n_bytes": 3,
        "metadata": {"year": 1851},
        "corpus": None,
    }


def test_remove_says_what_is_left(books: CommandLine) -> None:
    books("index", "add", "b.memscan", "moby.txt")
    done = books("index", "remove", "b.memscan", "--id", "pride.txt")
    assert done.stdout == (
        "removed 1 document from b.memscan: 1 document left; "
        "1 removed document on disk until it is compacted\n"
    )
    info = books("index", "info", "b.memscan").stdout
    assert "documents   1 (1 removed)\nunits       14\n" in info
    assert "nowhere" not in books("find", "b.memscan", "call me ishmael").stdout
    assert books("index", "verify", "b.memscan").returncode == 0


@pytest.mark.parametrize(
    "ids", [b"pride.txt\nmoby.txt", b"\xef\xbb\xbfpride.txt\r\n\r\nmoby.txt\r\n"]
)
def test_ids_to_remove_may_stand_in_a_file(books: CommandLine, ids: bytes) -> None:
    books("index", "add", "b.memscan", "moby.txt", "pride.txt")
    (books.folder / "ids.txt").write_bytes(ids)
    done = books("index", "remove", "b.memscan", "--ids-from", "ids.txt", "--id", "moby.txt")
    assert done.stdout.startswith("removed 2 documents from b.memscan: 1 document left; ")
    books("index", "add", "b.memscan", "moby.txt")
    done = books("index", "remove", "b.memscan", "--ids-from", "-", stdin=b"moby.txt\n")
    assert done.stdout.startswith("removed 1 document from b.memscan: 1 document left; ")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--id", "none"], "error: `b.memscan` has no document `none`"),
        ([], "error: no document is named; expected --id ID or --ids-from FILE"),
        (["--ids-from", "none.txt"], "error: none.txt: No such file or directory"),
        (["--ids-from", "empty.txt"], "error: no id is given of a document to remove"),
        (["--ids-from", "latin.txt"], "error: latin.txt is not UTF-8 at byte 3"),
    ],
)
def test_ids_that_cannot_be_removed_are_told(
    books: CommandLine, words: list[str], expected: str
) -> None:
    (books.folder / "empty.txt").write_text("\n")
    (books.folder / "latin.txt").write_bytes(b"caf\xe9")
    assert refused(books("index", "remove", "b.memscan", *words))[0] == expected
    assert books("index", "info", "b.memscan", "--documents").stdout == "pride.txt\n"


def test_compact_says_what_became_smaller(books: CommandLine) -> None:
    books("index", "add", "b.memscan", "moby.txt")
    books("index", "remove", "b.memscan", "--id", "pride.txt")
    done = books("index", "compact", "b.memscan")
    shown = r"compacted b\.memscan: 2 shards to 1, \d+\.\d kB to \d+\.\d kB, in \d+\.\d s"
    assert re.fullmatch(shown + PEAK, done.stdout)
    info = json.loads(books("index", "info", "b.memscan", "--json").stdout)
    assert (info["documents"], info["removed_documents"], len(info["shards"])) == (1, 0, 1)


@pytest.mark.parametrize(
    "words", [["add", "none", "moby.txt"], ["remove", "none", "--id", "a"], ["compact", "none"]]
)
def test_missing_index_to_change_exits_4(books: CommandLine, words: list[str]) -> None:
    before = sorted(books.folder.iterdir())
    assert "`none` is not an index" in refused(books("index", *words), 4)[0]
    assert sorted(books.folder.iterdir()) == before


def test_index_under_change_is_not_changed_by_another(books: CommandLine) -> None:
    path = books.folder / "b.memscan"

    def documents() -> object:
        yield ("a", "one")
        for done in (
            books("index", "add", path, "moby.txt"),
            books("index", "remove", path, "--id", "pride.txt"),
        ):
            assert refused(done)[0].startswith("error: another build is under way in ")
        assert refused(books("index", "compact", path))

    memscan.Index.add(path, documents())  # type: ignore[arg-type]
    assert books("index", "verify", path).returncode == 0
