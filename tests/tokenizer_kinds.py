"""Small tokenizers of every kind, trained on the spot; import it after ``importorskip``."""

# ruff: noqa: S106 - a token is no password

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

CORPUS = [
    "the quick brown fox jumps over the lazy dog, and the dog sleeps on",
    "Hello world, this is a test; hello again. 漢字 Ünïcödé naïve 😀 fine 1234",
    "it is a truth universally acknowledged, that a single man must be in want of a wife",
] * 10
SPECIAL = ["<unk>", "<|endoftext|>", "[SEP]"]
KINDS = ("bpe", "bpe_prefix", "bpe_clip", "wordpiece", "unigram", "wordlevel")


@cache
def trained(kind: str) -> str:
    """Return the ``tokenizer.json`` of a tokenizer of this kind."""
    tokenizer, trainer = _untrained(kind)
    tokenizer.train_from_iterator(CORPUS, trainer)
    if kind == "wordlevel":
        tokenizer.add_tokens([AddedToken("<pause>", lstrip=True, rstrip=True), AddedToken("qu")])
    return tokenizer.to_str()


def changed(kind: str, **settings: object) -> str:
    """Return the ``tokenizer.json`` of this kind with other settings; ``model_x`` for the model."""
    tree: dict[str, Any] = json.loads(trained(kind))
    for key, value in settings.items():
        (tree["model"] if key.startswith("model_") else tree)[key.removeprefix("model_")] = value
    return json.dumps(tree)


def _untrained(kind: str) -> tuple[Tokenizer, trainers.Trainer]:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    quiet: dict[str, Any] = {"special_tokens": SPECIAL, "show_progress": False}
    if kind.startswith("bpe"):
        suffix = {"end_of_word_suffix": "</w>"} if kind == "bpe_clip" else {}
        tokenizer = Tokenizer(models.BPE(**suffix))
        is_prefixed = kind == "bpe_prefix"
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=is_prefixed)
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
        if kind == "bpe_clip":
            space = normalizers.Replace(Regex(r"\s+"), " ")
            tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), space])
        quiet |= {"initial_alphabet": alphabet, **suffix}
        return tokenizer, trainers.BpeTrainer(vocab_size=360, **quiet)
    if kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("<unk>", 0))
        return tokenizer, trainers.WordPieceTrainer(vocab_size=150, **quiet)
    if kind == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        lower = [normalizers.NFKC(), normalizers.Lowercase()]
        tokenizer.normalizer = normalizers.Sequence(lower)
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        return tokenizer, trainers.UnigramTrainer(vocab_size=150, unk_token="<unk>", **quiet)
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer, trainers.WordLevelTrainer(vocab_size=60, **quiet)
