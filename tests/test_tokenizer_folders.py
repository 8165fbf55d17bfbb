"""Folders of ``transformers`` without a tokenizer.json, read with the real package."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("tokenizers")
pytest.importorskip("transformers")

import tokenizer_kinds as kinds
from memscan import Index
from memscan.tokenizing import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "the quick brown fox jumps over the lazy dog, and the dog sleeps on"


def gpt2(folder: Path) -> None:
    model = json.loads(kinds.trained("bpe"))["model"]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    settings = {"tokenizer_class": "GPT2Tokenizer", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def bert(folder: Path) -> None:
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz,"]
    vocabulary += ["the", "dog", "sleep", "##s", *(f"##{c}" for c in "abcdefghijklmnopqrtuvwxyz")]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')


def t5(folder: Path) -> None:
    sentencepiece = pytest.importorskip("sentencepiece")
    pytest.importorskip("google.protobuf")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(kinds.CORPUS),
        model_writer=model,
        vocab_size=60,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer"}')


@pytest.mark.parametrize("write", [gpt2, bert, t5])
def test_folder_gives_a_tokenizer_and_an_index(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    write(folder)
    before = sorted(path.name for path in folder.iterdir())
    tokenizer = Tokenizer.load(folder)
    assert tokenizer.name == "model"
    assert sorted(path.name for path in folder.iterdir()) == before, "nothing is written there"
    (tokens,) = tokenizer.encode([TEXT])
    assert len(tokens.ids) > 10
    index = Index.build([("a", TEXT)], tmp_path / "index", unit="token", tokenizer=folder)
    assert index.info.units == len(tokens.ids)
    (row,) = index.scan([TEXT], min_length=10).spans.to_pylist()
    assert row["text"] == row["document_text"] == TEXT
