"""How an answer ended: by what its record says, and by its first words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan import InputError
from memscan.outcomes import LONGEST_REFUSAL, SEARCHED, OutcomeRules

RULES = OutcomeRules()


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I\N{RIGHT SINGLE QUOTATION MARK}m sorry, but I can\N{RIGHT SINGLE QUOTATION MARK}t do so.",
        "I'm really sorry, but I can't assist with that.",
        "Sorry, I cannot reproduce the text of the novel.",
        "I apologize, but I am not able to provide the text of that book.",
        "I can't fulfill that request.",
        "I cannot provide verbatim text from copyrighted works. Here is a summary instead: ...",
        "  **I will not write this passage out.**",
        "As an AI language model, I cannot quote that book.",
        "I must respectfully decline.",
        "I'm sorry, but this request violates my guidelines.",
        "Unfortunately, I'm unable to share the lyrics of that song.",
    ],
)
def test_a_refusal_is_known_by_its_first_words(text: str) -> None:
    assert RULES.judge(text, None) == "refused"
    assert RULES.judge(text, "stop") == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is a truth universally acknowledged.",
        "I'm sorry you had a rough day. What happened?",
        "I cannot help thinking that she was right.",
        "I cannot pretend to describe what I then felt.",
        "As an AI language model, I don't have feelings, but I can tell you how the novel begins.",
        "Unfortunately, many species of bears have gone extinct.",
        "\N{LEFT DOUBLE QUOTATION MARK}I can't help you,\N{RIGHT DOUBLE QUOTATION MARK} she said.",
        "He said: I'm sorry, but I can't help with that.",
        "I can't help with that. " + "But here it is. " * 60,
    ],
)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    assert RULES.judge(text, None) is None


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ("stop", "complete"),
        ("end_turn", "complete"),
        ("STOP", "complete"),
        ("tool_calls", "complete"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("content_filter", "blocked"),
        ("SAFETY", "blocked"),
        ("refusal", "refused"),
        ("abort", "error"),
        ("unheard of", None),
        (None, None),
    ],
)
def test_the_record_says_how_it_ended(ended: str | None, outcome: str | None) -> None:
    assert RULES.judge("It is a truth", ended) == outcome


def test_a_filter_or_an_error_outweighs_the_words() -> None:
    text = "I'm sorry, but I can't help with that."
    outcomes = [RULES.judge(text, ended) for ended in ("content_filter", "error", "length")]
    assert outcomes == ["blocked", "error", "refused"]


def test_patterns_of_a_user_take_the_place_of_the_built_in_ones() -> None:
    rules = OutcomeRules.of(["je ne peux pas", r"\ANEIN\b"])
    assert rules.is_refusal("Désolé, mais je ne peux pas.")
    assert rules.is_refusal("nein, danke")
    assert not rules.is_refusal("Oh nein")
    assert not rules.is_refusal("I'm sorry, but I can't help with that.")
    both = OutcomeRules.of(["default", "je ne peux pas"])
    assert both.is_refusal("I'm sorry, but I can't help with that.")
    assert both.is_refusal("Désolé, mais je ne peux pas.")
    assert not both.is_refusal("je ne peux pas " * LONGEST_REFUSAL)


def test_a_pattern_that_is_none_is_an_error_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"'a\(' is no regular expression") as caught:
        OutcomeRules.of(["a("])
    assert caught.value.hint is not None


@pytest.mark.parametrize("pattern", OutcomeRules().refusal_patterns)
def test_what_is_looked_at_first_leaves_no_refusal_out(pattern: str) -> None:
    @given(st.from_regex(re.compile(pattern, re.IGNORECASE)))
    def check(text: str) -> None:
        assert OutcomeRules().is_refusal(text[:SEARCHED]) == bool(
            re.search(pattern, text[:SEARCHED], re.IGNORECASE)
        )

    check()
