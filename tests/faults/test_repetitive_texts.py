"""Texts that repeat themselves without end: right counts, in a time that has a limit."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_SECONDS = 120
"""What takes a time in the square of the length would take hours."""

HEAD = """
import sys
from memscan import Index

def fibonacci(length):
    one, other = "a", "ab"
    while len(other) < length:
        one, other = other, other + one
    return other[:length]

def built(documents, **options):
    return Index.build(documents, sys.argv[1], **options)

n = 1_000_000
"""
CASES = {
    "one byte": """
index = built([("a", "a" * n)], unit="byte")
assert index.count("a") == n and index.count("a" * 1000) == n - 999
(row,) = index.scan(["a" * n]).spans.to_pylist()
assert (row["n_units"], row["count"], row["document_count"]) == (n, 1, 1)
(row,) = index.scan(["b" + "a" * 1000 + "b"]).spans.to_pylist()
assert (row["n_units"], row["count"], row["document_count"]) == (1000, n - 999, 1)
""",
    "one word": """
index = built([("a", "la " * n)])
assert index.count("la") == n and index.count("la " * 1000) == n - 999
(row,) = index.scan(["la " * n]).spans.to_pylist()
assert (row["n_units"], row["count"]) == (n, 1)
assert index.matching_statistics("la " * 1000).tolist() == list(range(1000, 0, -1))
""",
    "Fibonacci word": """
text = fibonacci(n)
index = built([("a", text)], unit="byte")
for part in (text[:50], text[1000:1100], text[777:7777]):
    count, place = 0, text.find(part)
    while place >= 0:
        count, place = count + 1, text.find(part, place + 1)
    assert index.count(part) == count > 100
(row,) = index.scan([text[5:]]).spans.to_pylist()
assert row["n_units"] == n - 5
""",
    "period of seven": """
index = built([("a", "a b c d e f g " * (n // 7))])
assert index.count("c d e") == n // 7
(row,) = index.scan(["d e f g a b c " * 1000]).spans.to_pylist()
assert (row["n_units"], row["count"]) == (7000, n // 7 - 1000)
""",
    "corpus that holds itself": """
index = built([("a", "a" * n), ("b", "ab" * (n // 2))], unit="byte")
index.verify()
rows = [row for batch in index.duplicates(min_length=1000) for row in batch.to_pylist()]
assert [(row["document_id"], row["document_start"]) for row in rows] == [
    ("a", 0), ("a", 1), ("b", 0), ("b", 2)
]
assert [(row["n_units"], row["count"]) for row in rows] == [(n - 1, 2)] * 2 + [(n - 2, 2)] * 2
""",
    "output longer than what it repeats": """
half, quarter = n // 2, n // 4
index = built([("a", "la " * half)])
result = index.scan(["la " * n], prompts=["la " * quarter], context_chars=0)
(generation,) = result.generations.to_pylist()
assert (generation["n_spans"], generation["covered_units"]) == (half + 1, n)
assert 0 < result.spans.num_rows < 100, "only some are listed"
rows = result.spans.select(["n_units", "count", "echo_units"]).to_pylist()
assert all(tuple(row.values()) == (half, 1, quarter) for row in rows)
lengths = index.matching_statistics("la " * n).tolist()
assert lengths == [half] * half + list(range(half, 0, -1))
""",
    "what is frequent, many times over": """
index = built([("a", "a" * n)], unit="byte")
result = index.scan([("a" * 100 + "b") * 20_000], context_chars=0)
assert result.spans.num_rows == 20_000
assert set(result.spans["count"].to_pylist()) == {n - 99}
""",
    "documents that are nearly the same": """
text = "the same words stand in every one of these documents but for number "
index = built([(str(n), f"{text}{n} and then it ends") for n in range(50_000)], shard_units=400_000)
assert len(index.info.shards) > 1
assert index.count(text) == index.count("and then it ends") == 50_000
rows = index.scan([text, f"{text} 777 and then"]).spans.to_pylist()
assert [row["n_units"] for row in rows] == [13, 16]
assert [(row["count"], row["document_count"]) for row in rows] == [(50_000, 50_000), (1, 1)]
""",
}


@pytest.mark.parametrize("case", CASES)
def test_repeats_are_counted_in_time(tmp_path: Path, case: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HEAD + CASES[case], str(tmp_path / "index")],
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_count_of_documents_past_a_million_places_is_marked(tmp_path: Path) -> None:
    code = """
index = built([("a", "la " * 600_000), ("b", "la " * 600_000)])
(row,) = index.scan(["one la two"], min_length=1).spans.to_pylist()
assert row["count"] == 1_200_000, row
assert row["count_is_capped"] and row["document_count"] <= 2, row
"""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code, str(tmp_path / "index")],
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
