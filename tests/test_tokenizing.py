from __future__ import annotations

import itertools
import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import texts

pytest.importorskip("tokenizers")

import tokenizer_kinds as kinds
from memscan import InputError
from memscan.tokenizing import Tokenizer, Tokens
from memscan.tokens import tokens_of

SPELLINGS = st.sampled_from(
    ["<|endoftext|>", "[SEP]", "<unk>", " <pause> ", "qu", "</w>", "▁", "Ġ"]
)
FAMILY = "\U0001f468\u200d\U0001f469"


def tokenizer(kind: str, **settings: object) -> Tokenizer:
    return Tokenizer.from_json(kinds.changed(kind, **settings), name=kind)


TOKENIZERS = {kind: tokenizer(kind) for kind in kinds.KINDS}


def slices(text: str, tokens: Tokens) -> list[str]:
    data = text.encode()
    places = zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)
    return [data[start:end].decode() for start, end in places]


def as_rows(tokens: Tokens) -> list[tuple[int, int, int]]:
    columns = (tokens.ids, tokens.starts, tokens.ends)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def strings(kind: str, text: str) -> list[str]:
    [tokens] = TOKENIZERS[kind].encode([text])
    return slices(text, tokens)


@pytest.mark.parametrize("kind", kinds.KINDS)
@given(given_texts=st.lists(texts() | st.lists(texts() | SPELLINGS).map("".join), max_size=4))
def test_places_are_whole_characters_of_the_text_and_in_order(
    kind: str, given_texts: list[str]
) -> None:
    encoded = TOKENIZERS[kind].encode(given_texts)
    assert len(encoded) == len(given_texts)
    for text, tokens in zip(given_texts, encoded, strict=True):
        assert tokens.ids.dtype == np.uint32
        assert tokens.starts.dtype == tokens.ends.dtype == np.uint64
        assert tokens.ids.shape == tokens.starts.shape == tokens.ends.shape
        assert all(spelt in text for spelt in slices(text, tokens))
        assert (tokens.starts <= tokens.ends).all()
        assert (tokens.starts[1:] >= tokens.starts[:-1]).all()
        assert (tokens.ends[1:] >= tokens.ends[:-1]).all()
        assert (tokens.ids < TOKENIZERS[kind].vocabulary_size).all()


@pytest.mark.parametrize("kind", ["bpe", "bpe_prefix"])
@given(text=texts())
def test_nothing_of_a_text_is_lost_between_tokens(kind: str, text: str) -> None:
    [tokens] = TOKENIZERS[kind].encode([text])
    covered = np.zeros(len(text.encode()), dtype=bool)
    for start, end in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True):
        covered[start:end] = True
    assert covered.all()


@pytest.mark.parametrize("kind", kinds.KINDS)
@given(given_texts=st.lists(texts(), min_size=2, max_size=5))
def test_a_text_alone_decides_its_tokens(kind: str, given_texts: list[str]) -> None:
    together = TOKENIZERS[kind].encode(given_texts)
    alone = [TOKENIZERS[kind].encode([text])[0] for text in given_texts]
    assert [as_rows(tokens) for tokens in together] == [as_rows(tokens) for tokens in alone]


def test_a_token_has_its_leading_space() -> None:
    assert strings("bpe", "Hello world, the dog")[-2:] == [" the", " dog"]
    assert " dog" in strings("unigram", "the dog")


def test_places_index_the_text_before_it_was_normalized() -> None:
    assert strings("wordpiece", "THE\u00a0DOG") == ["THE", "DOG"]
    assert "".join(strings("wordlevel", "漢字 naïve")) == "漢字naïve"
    assert strings("unigram", "½") == ["½"] * len(strings("unigram", "½"))


def test_tokens_that_split_a_character_share_its_place() -> None:
    [tokens] = TOKENIZERS["bpe"].encode(["x\U0001d54fy"])
    assert slices("x\U0001d54fy", tokens) == ["x", *["\U0001d54f"] * (len(tokens.ids) - 2), "y"]
    assert len(tokens.ids) > 3


def test_an_inserted_space_has_the_place_of_its_neighbour() -> None:
    assert strings("unigram", "q")[0] == "q"
    assert strings("bpe_prefix", FAMILY)[0] == FAMILY[0]


def test_empty_texts_and_no_texts() -> None:
    assert TOKENIZERS["bpe"].encode([]) == []
    first, second = TOKENIZERS["bpe"].encode(["", ""])
    assert first.ids.shape == second.starts.shape == second.ends.shape == (0,)


def test_what_the_vocabulary_lacks_is_the_unknown_token() -> None:
    [tokens] = TOKENIZERS["wordlevel"].encode(["the \u0e01\u0e33 dog"])
    assert tokens.ids.tolist()[1] == 0
    assert strings("wordlevel", "the \u0e01\u0e33 dog") == ["the", "\u0e01\u0e33", "dog"]


@pytest.mark.parametrize("kind", ["bpe", "wordpiece"])
@pytest.mark.parametrize("special", kinds.SPECIAL)
def test_a_special_token_spelt_in_a_text_is_text(kind: str, special: str) -> None:
    [tokens] = TOKENIZERS[kind].encode([f"the dog {special} over"])
    assert (kind == "wordpiece" and special == "<unk>") or set(tokens.ids.tolist()) & {
        1,
        2,
    } == set()
    assert len(tokens.ids) > 4


def test_an_added_token_that_is_not_special_is_a_token() -> None:
    [tokens] = TOKENIZERS["wordlevel"].encode(["the  <pause> dog"])
    assert slices("the  <pause> dog", tokens) == ["the", "  <pause> ", "dog"]


STORED_SETTINGS: dict[str, object] = {
    "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
    "padding": {
        "strategy": {"Fixed": 50},
        "direction": "Left",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "<unk>",
    },
    "post_processor": {
        "type": "RobertaProcessing",
        "sep": ["[SEP]", 2],
        "cls": ["<unk>", 0],
        "trim_offsets": True,
        "add_prefix_space": True,
    },
    "model_dropout": 0.9,
}


@pytest.mark.parametrize("setting", STORED_SETTINGS)
def test_a_stored_setting_that_is_not_the_texts_is_switched_off(setting: str) -> None:
    plain, other = TOKENIZERS["bpe"], tokenizer("bpe", **{setting: STORED_SETTINGS[setting]})
    assert (other.json, other.identity) == (plain.json, plain.identity)
    text = "the quick brown fox jumps over the lazy dog"
    assert as_rows(other.encode([text])[0]) == as_rows(plain.encode([text])[0])


def test_equal_tokenizers_give_equal_json() -> None:
    tree = json.loads(kinds.trained("bpe"))
    merges = [" ".join(pair) for pair in tree["model"]["merges"]]
    tree["model"]["merges"] = ["#version: 0.2", *merges]
    old = Tokenizer.from_json(json.dumps(dict(reversed(tree.items())), indent=2), name="bpe")
    assert old == TOKENIZERS["bpe"]
    text = "over the dog"
    assert as_rows(old.encode([text])[0]) == as_rows(TOKENIZERS["bpe"].encode([text])[0])
    assert TOKENIZERS["wordpiece"].identity != old.identity


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_json_is_its_own_canonical_spelling(kind: str) -> None:
    again = Tokenizer.from_json(TOKENIZERS[kind].json, name=kind)
    assert again == TOKENIZERS[kind]


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_pickled_tokenizer_is_the_same(kind: str) -> None:
    again: Tokenizer = pickle.loads(pickle.dumps(TOKENIZERS[kind]))  # noqa: S301 - our own
    text = "the dog <|endoftext|> [SEP]"
    assert again == TOKENIZERS[kind]
    assert as_rows(again.encode([text])[0]) == as_rows(TOKENIZERS[kind].encode([text])[0])


def test_threads_share_a_tokenizer() -> None:
    given_texts = [f"the dog {number} and the fox" for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda text: TOKENIZERS["bpe"].encode([text])[0], given_texts))
    expected = TOKENIZERS["bpe"].encode(given_texts)
    assert [as_rows(tokens) for tokens in answers] == [as_rows(tokens) for tokens in expected]


def test_ids_may_have_holes() -> None:
    tree = {"the": 7, "dog": 1_000_000, "<unk>": 3}
    sparse = tokenizer("wordlevel", model_vocab=tree, added_tokens=[])
    [tokens] = sparse.encode(["the dog"])
    assert tokens.ids.tolist() == [7, 1_000_000]
    assert sparse.vocabulary_size == 1_000_001


def test_many_characters_are_encoded_in_several_batches() -> None:
    given_texts = ["the dog é " * 150_000] * 3
    encoded = TOKENIZERS["wordpiece"].encode(given_texts)
    assert all(np.array_equal(tokens.starts, encoded[0].starts) for tokens in encoded)
    assert encoded[2].ends[-1] == len(given_texts[2].encode()) - 1


@pytest.mark.parametrize("text", ["", "ab", "é漢\U0001f600"])
def test_reported_places_are_brought_into_order(text: str) -> None:
    numbers = range(-1, len(text) + 3)
    for first, second in itertools.product(itertools.product(numbers, numbers), repeat=2):
        tokens = tokens_of(text, [1, 2], [first, second])
        assert all(spelt in text for spelt in slices(text, tokens))
        assert tokens.starts[0] <= tokens.starts[1] <= tokens.ends[1]
        assert tokens.starts[0] <= tokens.ends[0] <= tokens.ends[1]


def test_a_token_without_characters_is_an_empty_place() -> None:
    tokens = tokens_of("é漢b", [1, 2, 3], [(0, 1), (1, 1), (1, 3)])
    assert as_rows(tokens) == [(1, 0, 2), (2, 2, 2), (3, 2, 6)]


def test_a_byte_fallback_with_a_suffix_stays_in_the_text() -> None:
    vocab = json.loads(kinds.trained("bpe_clip"))["model"]["vocab"]
    vocab |= {f"<0x{byte:02X}>": 1000 + byte for byte in range(256)}
    fallback = tokenizer("bpe_clip", model_vocab=vocab, model_byte_fallback=True)
    [tokens] = fallback.encode(["z\U0001d54f q"])
    assert int(tokens.ends[-1]) <= 7
    assert (np.diff(tokens.starts.astype(np.int64)) >= 0).all()


def test_a_lone_surrogate_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"text 1 holds a lone surrogate, U\+D800, at character 2"):
        TOKENIZERS["bpe"].encode(["fine", "ab\ud800"])


def test_a_single_string_is_refused() -> None:
    with pytest.raises(TypeError, match="texts is a str"):
        TOKENIZERS["bpe"].encode("the dog")


def test_a_text_that_the_tokenizer_fails_on_is_refused() -> None:
    broken = tokenizer("wordpiece", model_unk_token="nothing")  # noqa: S106 - no password
    with pytest.raises(InputError, match="the tokenizer wordpiece fails on a text: ") as caught:
        broken.encode(["\u0e01"])
    assert caught.value.hint == "use a tokenizer with a token for what its vocabulary lacks"
