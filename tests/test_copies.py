"""What people copy is found as one span, however it was set, and the span is what it says."""

# ruff: noqa: RUF001 - the signs that are easily confused are what is tested

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import memscan

if TYPE_CHECKING:
    from pathlib import Path

PASSAGE = "“It’s a fine Straße,” said Mr. İnan — the ﬁnest I’ve  seen…\r\nin the whole of Köln."
PLAIN = "\"It's a fine Straße,\" said Mr. İnan - the finest I've seen... in the whole of Köln."


@pytest.fixture
def index(tmp_path: Path) -> memscan.Index:
    documents = [("page", f"😀 Chapter one.\n{PASSAGE}\nThe end."), ("other", "Nothing of it.")]
    return memscan.Index.build(documents, tmp_path / "page.memscan")


@pytest.mark.parametrize(
    ("copy", "fidelity"),
    [
        (PASSAGE, "exact"),
        (PASSAGE.replace("\r\n", " "), "whitespace"),
        (PASSAGE.replace(" ", "   "), "whitespace"),
        (PASSAGE.replace(" ", "\n"), "whitespace"),
        (PLAIN, "typography"),
        (PASSAGE.replace("ﬁ", "fi"), "typography"),
        (PASSAGE.replace(" ", "\u00a0"), "typography"),
        (PASSAGE.upper(), "folded"),
        (PASSAGE.lower(), "folded"),
        (PASSAGE.replace("ß", "ss"), "folded"),
        (PASSAGE.replace("ö", "o\u0308"), "folded"),
        (PASSAGE.replace("’", ""), "folded"),
        (PASSAGE.replace("whole", "w\u00adhole"), "folded"),
        (PASSAGE.replace(",", ";"), "folded"),
    ],
)
def test_a_copy_is_one_span_of_the_right_fidelity(
    index: memscan.Index, copy: str, fidelity: str
) -> None:
    generation = f"👩\u200d🚀 Here ﬁrst:\n{copy} That was it. 🎉"
    (row,) = index.scan([generation], min_length=5).spans.to_pylist()
    assert (row["n_units"], row["document_id"]) == (16, "page")
    assert row["fidelity"] == fidelity
    assert generation[row["start"] : row["end"]] == row["text"]
    assert row["text"] == copy.strip('“”".')
    encoded = generation.encode()[row["byte_start"] : row["byte_end"]]
    assert encoded.decode() == row["text"]
    assert row["document_text"] == PASSAGE.strip("“”.")
    assert row["n_chars"] == len(row["text"])
