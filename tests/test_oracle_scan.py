"""The oracle's rows, against scans worked by hand."""

from __future__ import annotations

from oracle.scan import Options, Source, find, longest_row, scan


def test_row_holds_offsets_texts_and_contexts() -> None:
    source = Source.of(["Nothing.", "«UND so weiter»"])
    spans, generations = scan(
        ["é: und  SO weiter!"],
        ["so what"],
        source,
        Options(minimum_length=3, context=2),
    )
    assert spans == [
        {
            "generation": 0,
            "start": 3,
            "end": 17,
            "byte_start": 4,
            "byte_end": 18,
            "unit_start": 1,
            "unit_end": 4,
            "text": "und  SO weiter",
            "context_before": ": ",
            "context_after": "!",
            "n_units": 3,
            "n_chars": 14,
            "count": 1,
            "document_count": 1,
            "count_is_capped": False,
            "echo_units": 1,
            "template_units": None,
            "baseline_units": None,
            "discounted_units": 2,
            "document_id": "d1",
            "document_start": 1,
            "document_end": 14,
            "document_byte_start": 2,
            "document_byte_end": 15,
            "document_unit_start": 0,
            "document_unit_end": 3,
            "document_text": "UND so weiter",
            "document_context_before": "«",
            "document_context_after": "»",
            "fidelity": "folded",
        },
    ]
    assert generations[0]["n_units"] == 4


def test_best_fidelity_comes_first_and_ties_keep_corpus_order() -> None:
    source = Source.of(["A B", "a\tb", "a b", "a  b", "a b"])
    options = Options(minimum_length=2, occurrences=5)
    spans, _ = scan(["a b"], None, source, options)
    assert [(row["document_id"], row["fidelity"]) for row in spans] == [
        ("d2", "exact"),
        ("d4", "exact"),
        ("d1", "whitespace"),
        ("d3", "whitespace"),
        ("d0", "folded"),
    ]


def test_only_the_examined_occurrences_can_be_best() -> None:
    source = Source.of(["A B", "a\tb", "a b"])
    spans, _ = scan(["a b"], None, source, Options(minimum_length=2, occurrences=2, examined=2))
    assert [(row["document_id"], row["fidelity"]) for row in spans] == [
        ("d1", "whitespace"),
        ("d0", "folded"),
    ]
    assert {row["count"] for row in spans} == {3}
    assert {row["document_count"] for row in spans} == {3}


def test_coverage_counts_overlap_once() -> None:
    source = Source.of(["a b c", "b c d"])
    spans, generations = scan(["x a b  c d x"], None, source, Options(minimum_length=3))
    assert [(row["start"], row["end"]) for row in spans] == [(2, 8), (4, 10)]
    assert generations == [
        {
            "n_units": 6,
            "n_chars": 12,
            "covered_units": 4,
            "coverage": 4 / 6,
            "covered_chars": 8,
            "longest_match": 3,
            "n_spans": 2,
            "covered_units_discounted": 4,
            "coverage_discounted": 4 / 6,
            "covered_chars_discounted": 8,
            "longest_match_discounted": 3,
            "covered_chars_exact": 0,
            "covered_chars_whitespace": 8,
            "covered_chars_typography": 8,
        },
    ]


def test_text_without_a_unit_has_no_coverage() -> None:
    _, generations = scan(["?!"], None, Source.of(["a"]), Options(minimum_length=1))
    assert generations[0]["coverage"] is None
    assert generations[0]["n_units"] == 0
    assert generations[0]["n_chars"] == 2


def test_echo_is_null_without_a_prompt_and_zero_with_an_empty_one() -> None:
    source = Source.of(["a b"])
    spans, _ = scan(["a b", "a b", "a b"], [None, "", "x a"], source, Options(minimum_length=1))
    assert [row["echo_units"] for row in spans] == [None, 0, 1]


def test_find_looks_for_the_whole_text_less_what_surrounds_its_units() -> None:
    source = Source.of(["a b a  b", "A, B"])
    count, document_count, rows = find(" a b. ", source, Options(occurrences=2, context=1))
    assert (count, document_count) == (3, 2)
    assert [(row["document_start"], row["document_end"], row["fidelity"]) for row in rows] == [
        (0, 3, "exact"),
        (4, 8, "whitespace"),
    ]


def test_longest_row_is_the_first_of_the_longest_or_none() -> None:
    source = Source.of(["c d", "a b"])
    (row,) = longest_row("x a b c d", source, context=0)
    assert (row["text"], row["document_id"]) == ("a b", "d1")
    assert longest_row("x", source, context=0) == []
