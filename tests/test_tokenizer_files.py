from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("tokenizers")

import tokenizer_kinds as kinds
from memscan import InputError
from memscan.tokenizing import Tokenizer

if TYPE_CHECKING:
    from pathlib import Path

VALID = kinds.trained("bpe")
EXPECTED = "expected a tokenizer.json as the package tokenizers writes it"


def refusal(text: str) -> tuple[str, str | None]:
    with pytest.raises(InputError) as caught:
        Tokenizer.from_json(text, name="mine")
    return str(caught.value), caught.value.hint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my-model"
    path.mkdir()
    return path


def test_a_file_and_its_folder_give_the_same_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text(VALID)
    (folder / "vocab.json").write_text("damaged, but not needed")
    of_folder, of_file = Tokenizer.load(folder), Tokenizer.load(folder / "tokenizer.json")
    assert (of_folder.name, of_file.name) == ("my-model", "tokenizer.json")
    assert of_folder.json == of_file.json == Tokenizer.from_json(VALID, name="").json
    assert len(of_folder.identity) == 64


def test_a_missing_path_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Tokenizer.load(tmp_path / "nothing")


def test_a_folder_without_a_tokenizer_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="holds no tokenizer") as caught:
        Tokenizer.load(folder)
    assert caught.value.hint == "name a tokenizer.json, or a folder that holds one"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spiece.model").write_bytes(b"\n\x0e\xff\xfe")
    with pytest.raises(InputError, match=r"spiece\.model is not UTF-8 at byte offset 2") as caught:
        Tokenizer.load(tmp_path / "spiece.model")
    assert caught.value.hint == "name a tokenizer.json, or the folder of the tokenizer"


@pytest.mark.parametrize(
    "text", ["", "{", VALID[:-1], VALID + "}", "NaN", '{"a": "\\ud800"}', "\ud800"]
)
def test_damaged_json_is_refused(text: str) -> None:
    message, hint = refusal(text)
    assert message.startswith("mine is no valid JSON: ")
    assert hint == "expected a tokenizer.json; copy or save it again if it is damaged"


def test_deep_json_is_refused() -> None:
    deep = "[" * 900 + "]" * 900
    assert refusal(f'{{"model": {deep}}}')[0].startswith("mine is no ")
    assert refusal("[" * 100_000)[0].startswith("mine is no ")


@pytest.mark.parametrize("text", ["[]", "1", "null", '"text"'])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    assert refusal(text) == ("mine is no tokenizer: it holds no JSON object", EXPECTED)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"model": null}',
        '{"model": {"merges": [1]}}',
        '{"tokenizer_class": "GPT2Tokenizer", "model_max_length": 1024}',
        kinds.changed("bpe", version="9.9"),
        kinds.changed("bpe", model_merges=[["the", "nothing-like-it"]]),
        kinds.changed("bpe", model_merges=["a b c"]),
        kinds.changed("bpe", model_vocab={"a": -1}),
        kinds.changed("bpe", model_vocab={"a": 2**32}),
        kinds.changed("unigram", model_unk_id=10_000),
        kinds.changed("unigram", pre_tokenizer={"type": "Nothing"}),
    ],
)
def test_other_json_is_refused(text: str) -> None:
    message, hint = refusal(text)
    assert message.startswith("mine is no tokenizer: ")
    assert "\n" not in message
    assert hint == EXPECTED


def test_a_panic_of_the_library_is_an_error() -> None:
    prefix = "much longer than any token of the merges"
    message, hint = refusal(kinds.changed("bpe", model_continuing_subword_prefix=prefix))
    assert message.startswith("mine is no tokenizer: ")
    assert hint == EXPECTED


def test_an_empty_vocabulary_is_refused() -> None:
    message, _ = refusal(kinds.changed("bpe", model_vocab={}, model_merges=[]))
    assert message == "the tokenizer mine has an empty vocabulary"


def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    message, hint = refusal(VALID)
    assert message == "a tokenizer needs the package `tokenizers`, which is not installed"
    assert hint == "pip install tokenizers"


def test_memscan_does_not_import_the_package() -> None:
    program = "import memscan, memscan.tokenizing, sys; print('tokenizers' in sys.modules)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own
    assert done.stdout == b"False\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_child_encodes_without_a_word() -> None:
    program = (
        "import os, sys\n"
        "from memscan.tokenizing import Tokenizer\n"
        "tokenizer = Tokenizer.from_json(sys.stdin.read(), name='')\n"
        "texts = ['the dog'] * 50\n"
        "tokenizer.encode(texts)\n"
        "child = os.fork()\n"
        "count = len(tokenizer.encode(texts)[49].ids)\n"
        "os._exit(count) if child == 0 else print(os.waitstatus_to_exitcode(os.wait()[1]) - count)"
    )
    environment = {key: value for key, value in os.environ.items() if "TOKENIZERS" not in key}
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", program],
        input=VALID.encode(),
        capture_output=True,
        env=environment,
        timeout=60,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"0\n", b"")


PACKAGE = """
import json, os, sys
print("noise")
class Backend:
    def to_str(self):
        return open(os.path.join(self.folder, "vocab.txt")).read()
class Loaded:
    is_fast = {is_fast}
    backend_tokenizer = Backend()
class AutoTokenizer:
    @staticmethod
    def from_pretrained(folder, *, local_files_only, use_fast, trust_remote_code):
        assert local_files_only and use_fast and not trust_remote_code
        assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
        Backend.folder = folder
        return Loaded() if {is_fast} is not None else json.loads("")
"""


@pytest.fixture
def old_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder without a tokenizer.json, where no package can convert it."""
    (folder / "vocab.txt").write_text(VALID)
    (folder / "transformers.py").write_text("raise SystemExit('run from the folder')")
    monkeypatch.chdir(folder)
    return folder


def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put a stand-in for `transformers` before all packages."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "transformers.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(packages))


def test_a_folder_of_other_files_is_converted_offline(
    old_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, PACKAGE.format(is_fast=True))
    assert Tokenizer.load(old_folder) == Tokenizer.from_json(VALID, name="my-model")
    assert "HF_HUB_OFFLINE" not in os.environ


@pytest.mark.parametrize(
    ("package", "told"),
    [
        (PACKAGE.format(is_fast=False), "Loaded is a slow tokenizer, which tells no places"),
        (PACKAGE.format(is_fast=None), "Expecting value: line 1 column 1"),
        ("raise ImportError('tokenizers is too\\nold')", "tokenizers is too old"),
        ("import os; os._exit(9)", "transformers ended with status 9"),
    ],
)
def test_a_folder_that_cannot_be_converted_is_refused(
    old_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, told: str
) -> None:
    install(tmp_path, monkeypatch, package)
    with pytest.raises(InputError, match="no tokenizer can be read from the folder ") as caught:
        Tokenizer.load(old_folder)
    assert told in str(caught.value)
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("so that the folder has a tokenizer.json")


def test_a_missing_converter_is_named_with_how_to_install_it(
    old_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = "raise ModuleNotFoundError(name='transformers')"
    install(tmp_path, monkeypatch, missing)
    with pytest.raises(InputError, match="need the package `transformers`, which is") as caught:
        Tokenizer.load(old_folder)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("pip install transformers sentencepiece protobuf, or ")
