"""Text is shown as it is: escaped, hidden characters written out, differences marked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from markupsafe import Markup

from memscan.report.differences import MOST_CHARACTERS, Differences, differences
from memscan.report.evidence import MOST_SHOWN
from memscan.report.text import LABEL_CHARACTERS, label, one_line, passage, visible
from test_report_results import build, found, span, write_results

if TYPE_CHECKING:
    from pathlib import Path


def control(code: str) -> str:
    """Return how a hidden character is shown."""
    return f'<span class="control">{code}</span>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<b>&\"'", "a&lt;b&gt;&amp;&#34;&#39;"),
        ("a\x00b", f"a{control('U+0000')}b"),
        ("\x1b[31m", f"{control('U+001B')}[31m"),
        ("\u202eabc\u202c", f"{control('U+202E')}abc{control('U+202C')}"),
        ("a\u2028\u2029b", f"a{control('U+2028 U+2029')}b"),
        ("a\u200bb\ufeff", f"a{control('U+200B')}b{control('U+FEFF')}"),
        ("\x00" * 1500, control("U+0000 \N{MULTIPLICATION SIGN}1,500")),
        ("\ud800", control("U+D800")),
        ("soft\xadhyphen", f"soft{control('U+00AD')}hyphen"),
        ("a\u200db", f"a{control('U+200D')}b"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),
        ("\u00e9 e\u0301 \u4e2d \u05d0", None),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str | None) -> None:
    expected = text if shown is None else shown
    assert visible(text) == passage(text) == expected


def test_line_ends_stay_in_a_passage_and_show_in_a_label() -> None:
    assert passage("a\tb\nc\n\nd") == 'a\tb<i class="line">\n</i>c\n\nd'


def test_a_line_end_of_two_characters_is_a_line_end_and_a_lone_one_is_shown() -> None:
    assert passage("a\r\nb\r\n\r\nc") == 'a<i class="line">\n</i>b\n\nc'
    assert passage("a\rb\r\r\nc") == f'a{control("CR")}b{control("CR")}<i class="line">\n</i>c'
    assert visible("a\tb\nc") == f"a{control('U+0009')}b{control('U+000A')}c"


def test_long_name_is_cut_and_says_so() -> None:
    name = "x" * (LABEL_CHARACTERS + 40)
    assert "40 characters left out" in label(name)
    assert label(name[:LABEL_CHARACTERS]) == f"<bdi>{name[:LABEL_CHARACTERS]}</bdi>"


def test_text_for_an_attribute_has_no_markup() -> None:
    assert one_line('"<i>\u202e') == "&#34;&lt;i&gt;[U+202E]"


def test_markup_of_our_own_is_not_escaped_twice() -> None:
    assert visible(Markup("<b>&amp;</b>")) == "<b>&amp;</b>"


def marked(found: Differences) -> tuple[str, str]:
    """Return both sides with brackets round what differs."""
    left = "".join(f"[{text}]" if differs else text for text, differs in found.left)
    right = "".join(f"[{text}]" if differs else text for text, differs in found.right)
    return left, right


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("the same", "the same", ("the same", "the same")),
        ("Marley was dead", "marley was dead", ("[M]arley was dead", "[m]arley was dead")),
        ("dead: to begin", "dead, to  begin", ("dead[:] to begin", "dead[,] to  begin")),
        ("dead to\nbegin", "dead to begin", ("dead to\nbegin", "dead to begin")),
        ("don't go", "don\u2019t go", ("don[']t go", "don[\u2019]t go")),
        ("dont go", "don't go", ("[dont] go", "don[']t go")),
        ("a - b", "a b", ("a [-] b", "a[ ]b")),
        ("\u201cNo!\u201d he", "'No!' he", ("[\u201c]No![\u201d] he", "[']No!['] he")),
        ("caf\u00e9 x", "cafe\u0301 x", ("caf[\u00e9] x", "caf[e\u0301] x")),
        ("Stra\u00dfe", "STRASSE", ("S[tra\u00dfe]", "S[TRASSE]")),
        ("one 1\u20442 two", "one \u00bd two", ("one [1\u20442] two", "one [\u00bd] two")),
    ],
)
def test_differences_are_marked(left: str, right: str, expected: tuple[str, str]) -> None:
    found = differences(left, right)
    assert "".join(text for text, _ in found.left) == left
    assert "".join(text for text, _ in found.right) == right
    assert found.compared
    assert marked(found) == expected
    assert (found.places > 0) == ("[" in expected[0])


def test_differences_of_hostile_text_take_no_long() -> None:
    started = time.monotonic()
    for hostile in (
        "\xad" * 100_000,
        "'" * 100_000,
        "a'" * 50_000,
        "- " * 50_000,
        "\u0301" * 90_000,
    ):
        differences(hostile, hostile[1:] + "x")
    assert time.monotonic() - started < 5


def test_what_is_too_large_to_compare_is_left_unmarked() -> None:
    text = "word " * (MOST_CHARACTERS // 4)
    found = differences(text, text.upper())
    assert not found.compared
    assert found.left == [(text, False)]
    uneven = differences("a b " * 1000, "ab " * 1000)
    assert not uneven.compared


def test_places_and_their_note_agree(tmp_path: Path) -> None:
    rows = [
        span("a", 15, fidelity="folded", text="One, two", document_text="one two"),
        span("b", 14, fidelity="folded", text="One two", document_text="one two"),
        span("c", 13, fidelity="whitespace", text="one\ntwo", document_text="one two"),
        span("d", 12, fidelity="folded", document_text=None, document_context_before=None),
        span("e", 11),
    ]
    _, html = build(write_results(tmp_path / "results", rows, [found(name) for name in "abcde"]))
    html = html.replace("\N{NO-BREAK SPACE}", " ")
    assert html.count('<p class="note">') == 4
    assert "2 places differ and are underlined; white space is not." in html
    assert "1 place differs and is underlined; white space is not." in html
    assert "The sides differ in white space alone, which is not marked." in html
    assert "The index stores no text, so the source cannot be shown and was not compared" in html
    assert "<u>O</u>ne<u>,</u> two" in html


def test_evidence_is_whole_up_to_thousands_of_words_and_cut_with_a_note_beyond(
    tmp_path: Path,
) -> None:
    whole = "".join(f"w{at:05} " for at in range(MOST_SHOWN // 7))
    longer = whole * 3
    rows = [
        span("a", 9000, text=longer, document_text=longer.upper(), fidelity="folded"),
        span("b", 4000, text=whole, document_text=whole),
    ]
    _, html = build(write_results(tmp_path / "results", rows, [found("a"), found("b")]))
    assert html.count(f"<mark>{whole}</mark>") == 2
    assert (
        html.count(f"… {len(longer) - 20_000:,}\N{NO-BREAK SPACE}characters left out here …") == 2
    )


def test_counts_echo_and_place_are_told(tmp_path: Path) -> None:
    rows = [
        span("a", 19, count=3, document_count=2, echo_units=0),
        span("b", 18, count=900, document_count=1, count_is_capped=True, echo_units=7),
        span("c", 17, echo_units=17),
        span("d", 16),
    ]
    _, html = build(write_results(tmp_path / "results", rows, [found(name) for name in "abcd"]))
    html = html.replace("\N{NO-BREAK SPACE}", " ")
    for expected in (
        "3 times in 2 documents",
        "900 times in at least 1 document<",
        "1 time in 1 document<",
        "nothing of it stood in the prompt",
        "7 words of it already stood in the prompt",
        "all of its words already stood in the prompt",
        "no prompt recorded",
        "characters 20 to 72, bytes 20 to 72",
        "characters 1,300 to 1,352, bytes 1,310 to 1,362",
        "identical, character for character",
        "memscan scan books.memscan generations.jsonl -o RESULTS --min-length 10 --occurrences 3",
        "2026-11-20 05:10:12 UTC",
        "sha256 cdcdcd",
    ):
        assert expected in html
