"""The sentences of the report are true alone, whatever a scan found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memscan.report.findings import Findings
from memscan.report.generations import Figures
from memscan.report.sentence import Measure, answer, caveat, notes
from memscan.report.wording import counted, percent, share, unit_named

MEASURE = Measure(
    unit=unit_named("word"),
    min_length=10,
    occurrences=1,
    examined=16,
    documents=348,
    units=24_000_000,
    context=200,
    duplicate_ids=0,
)
SOME = Figures(records=52, with_passage=12, units=10_234, covered=420, passages=31, longest=189)
NOTHING = Findings()


def said(figures: Figures, findings: Findings = NOTHING, measure: Measure = MEASURE) -> str:
    """Return the answer with ordinary spaces."""
    return answer(figures, findings, measure).replace("\N{NO-BREAK SPACE}", " ")


def noted(term: str, figures: Figures, findings: Findings, measure: Measure = MEASURE) -> str:
    """Return one of the notes with ordinary spaces."""
    return dict(notes(figures, findings, measure))[term].replace("\N{NO-BREAK SPACE}", " ")


def test_answer_has_its_denominators_and_its_limit() -> None:
    assert said(SOME) == (
        "12 of 52 generations (23.1 %) reproduce at least one passage of 10 or more words of the "
        "corpus; together, 420 of the 10,234 words of all generations (4.1 %) stand in such "
        "passages, and the longest passage has 189 words."
    )


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (
            Figures(),
            "The scan was given no generation, so nothing was compared with the corpus.",
        ),
        (
            Figures(records=1, rejected=1),
            "The one record could not be read, so nothing was compared with the corpus.",
        ),
        (
            Figures(records=3, rejected=3),
            "None of the 3 records could be read, so nothing was compared with the corpus.",
        ),
        (
            Figures(records=1, empty=1),
            "The one generation holds no word, so nothing was compared with the corpus.",
        ),
        (
            Figures(records=4, empty=3, rejected=1),
            (
                "None of the 3 generations holds a word, so nothing was compared with the corpus; "
                "1 further record could not be read."
            ),
        ),
        (
            Figures(records=1, units=234),
            (
                "The one generation (234 words) reproduces no passage of 10 or more words of the "
                "corpus."
            ),
        ),
        (
            Figures(records=52, units=10_234),
            (
                "None of the 52 generations (10,234 words) reproduces a passage of 10 or more "
                "words of the corpus."
            ),
        ),
        (
            Figures(records=54, rejected=2, empty=1, units=10_234),
            (
                "None of the 52 generations (10,234 words) reproduces a passage of 10 or more "
                "words of the corpus; 2 further records could not be read."
            ),
        ),
        (
            Figures(records=1, with_passage=1, units=12, covered=12, passages=1, longest=12),
            (
                "1 of 1 generation (100 %) reproduces one passage of 10 or more words of the "
                "corpus; it has 12 words, and is 100 % of the 12 words of the generation."
            ),
        ),
        (
            Figures(records=1, with_passage=1, units=90, covered=30, passages=2, longest=20),
            (
                "1 of 1 generation (100 %) reproduces at least one passage of 10 or more words "
                "of the corpus; 30 of the 90 words of the generation (33.3 %) stand in such "
                "passages, and the longest passage has 20 words."
            ),
        ),
        (
            Figures(
                records=53,
                rejected=1,
                with_passage=1,
                units=10_234,
                covered=10,
                passages=1,
                longest=10,
            ),
            (
                "1 of 52 generations (1.9 %) reproduces one passage of 10 or more words of the "
                "corpus; it has 10 words, and is 0.1 % of the 10,234 words of all generations; 1 "
                "further record could not be read."
            ),
        ),
    ],
)
def test_answer_is_true_for_few_and_for_none(figures: Figures, expected: str) -> None:
    assert said(figures) == expected


@pytest.mark.parametrize(
    ("echo", "expected"),
    [
        (0, "has 189 words."),
        (12, "has 189 words, 12 of which already stood in the prompt."),
        (189, "has 189 words, all of which already stood in the prompt."),
    ],
)
def test_answer_says_what_of_the_longest_stood_in_the_prompt(echo: int, expected: str) -> None:
    assert said(SOME, Findings(total=31, longest_echo=echo)).endswith(expected)


def test_answer_speaks_of_the_units_of_the_index() -> None:
    measure = replace(MEASURE, unit=unit_named("token"), min_length=50)
    assert "passage of 50 or more tokens" in said(SOME, measure=measure)
    assert "10,234 tokens" in said(SOME, measure=measure)
    assert "units" in said(SOME, measure=replace(MEASURE, unit=unit_named("syllable")))


def test_caveat_is_one_sentence_with_the_limit() -> None:
    sentence = caveat(MEASURE)
    assert sentence.count(".") == 1
    assert "10 or more words" in sentence
    assert "paraphrase" in sentence


def test_notes_say_what_the_denominators_hold() -> None:
    figures = Figures(records=52, rejected=2, empty=1, units=9000)
    assert noted("Denominators", figures, NOTHING, replace(MEASURE, duplicate_ids=3)) == (
        "Every generation that could be read counts, with a passage or without: 50 in all, with "
        "9,000 words. 1 of them holds no word and so no passage. 2 further records could not be "
        "read and are in no share. 3 generations have the id of an earlier one; each counts on its "
        "own."
    )


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        (
            Findings(total=31, without_prompt=31),
            (
                "No prompt was recorded, so what stood in one cannot be told; words that already "
                "stood in a generation's own prompt are counted."
            ),
        ),
        (
            Findings(total=31),
            (
                "Words that already stood in a generation's own prompt are counted: no passage, "
                "nor part of one, stood there."
            ),
        ),
        (
            Findings(total=31, echo_part=4, without_prompt=2),
            (
                "Words that already stood in a generation's own prompt are counted: of 31 "
                "passages, none stood there whole and 4 in part; for 2 no prompt was recorded."
            ),
        ),
    ],
)
def test_notes_say_how_prompts_count(findings: Findings, expected: str) -> None:
    assert noted("Prompts", SOME, findings) == expected


def test_notes_do_without_what_was_not_recorded() -> None:
    measure = replace(MEASURE, documents=None, units=None, examined=None)
    assert "what was indexed." in noted("Corpus", SOME, NOTHING, measure)
    assert "at most 1 place in the corpus" in noted("Sources", SOME, Findings(total=1), measure)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (1, 3, "33.3 %"),
        (1, 1_000_000, "less than 0.1 %"),
        (999_999, 1_000_000, "more than 99.9 %"),
        (1, 1000, "0.1 %"),
    ],
)
def test_share_never_looks_like_none_or_all(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole).replace("\N{NO-BREAK SPACE}", " ") == expected


def test_share_of_nothing_has_no_rate() -> None:
    assert share(0, 0) == "0 of 0"


def test_nouns_agree_with_their_numbers() -> None:
    assert counted(1, "word", "words") == "1\N{NO-BREAK SPACE}word"
    assert counted(1234, "word", "words") == "1,234\N{NO-BREAK SPACE}words"
