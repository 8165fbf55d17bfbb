"""Statistics of many texts, and how much of them the corpus does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan.novelty import novelty_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine
    from memscan import Index

    Write = Callable[[str, Sequence[object]], Path]

TEXTS = [RECITAL, "", "call me starbuck", "nothing"]


def test_statistics_of_many_texts_are_those_of_each(index: Index) -> None:
    for backward in (False, True):
        one = index.backward_statistics if backward else index.matching_statistics
        many = index.matching_statistics_many(iter(TEXTS), backward=backward, threads=2)
        assert [found.tolist() for found in many] == [one(text).tolist() for text in TEXTS]
        assert {found.dtype.name for found in many} == {"uint32"}


def test_backward_statistics_tell_of_matches_that_end(index: Index) -> None:
    assert index.backward_statistics("He said: call me Ishmael, call!").tolist() == [
        0,
        0,
        1,
        2,
        3,
        1,
    ]


def test_statistics_of_other_than_texts_are_refused(index: Index) -> None:
    with pytest.raises(TypeError, match="texts is a str"):
        index.matching_statistics_many("one text")
    with pytest.raises(TypeError, match="text 1 is a int"):
        index.novelty(["one", 2])  # type: ignore[list-item]
    with pytest.raises(memscan.InputError, match="text 1 holds a lone surrogate"):
        index.novelty(["one", "\ud800"])
    with pytest.raises(memscan.InputError, match="longest is 0"):
        index.novelty(["one"], longest=0)


def test_novelty_counts_the_runs_that_the_corpus_lacks(index: Index) -> None:
    found = index.novelty(iter(TEXTS), longest=4)
    assert found.n.tolist() == [1, 2, 3, 4]
    assert found.text_runs.tolist() == [[17, 16, 15, 14], [0] * 4, [3, 2, 1, 0], [1, 0, 0, 0]]
    assert found.text_novel.tolist() == [[3, 3, 3, 3], [0] * 4, [1, 1, 1, 0], [1, 0, 0, 0]]
    assert found.runs.tolist() == [21, 18, 16, 14]
    assert found.novel.tolist() == [5, 4, 4, 3]
    assert found.share.tolist() == [5 / 21, 4 / 18, 4 / 16, 3 / 14]
    assert np.isnan(found.text_share[1]).all()


def test_novelty_of_nothing_and_of_the_corpus_itself(index: Index) -> None:
    nothing = index.novelty([], longest=3)
    assert (nothing.runs.tolist(), nothing.text_runs.shape) == ([0, 0, 0], (0, 3))
    assert np.isnan(nothing.share).all()
    assert not index.novelty([PRIDE, MOBY]).novel.any()


def test_novelty_of_files_is_that_of_their_texts(
    index: Index, tmp_path: Path, json_lines: Write
) -> None:
    path = json_lines("g.jsonl", [*({"text": text} for text in TEXTS), {"id": "bad"}])
    summary = novelty_files(index, [path], longest=4)
    assert summary.curve.novel.tolist() == index.novelty(TEXTS, longest=4).novel.tolist()
    assert (summary.generations, summary.rejected) == (4, 1)
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(memscan.InputError):
        novelty_files(index, [tmp_path / "empty.jsonl"])


def test_command_prints_shares_with_their_denominators(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [{"text": "call me starbuck"}])
    done = command_line("novelty", index_folder, "g.jsonl", "--longest", "4")
    assert done.returncode == 0
    assert done.stdout == (
        "1 generation, 3 words\n"
        "n  runs of n words  not in the corpus    share\n"
        "1                3                  1   33.3 %\n"
        "2                2                  1   50.0 %\n"
        "3                1                  1  100.0 %\n"
        "4                0                  0         \n"
    )


def test_prompts_have_no_part_in_novelty(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    texts = [{"text": "call me starbuck"}, {"text": "nothing"}]
    json_lines("bare.jsonl", texts)
    json_lines("asked.jsonl", [one | {"prompt": "Say: call me starbuck"} for one in texts])
    bare, asked = (command_line("novelty", index_folder, f"{n}.jsonl") for n in ("bare", "asked"))
    assert (bare.returncode, bare.stdout) == (0, asked.stdout)
    assert "Prompts are not looked at" in " ".join(command_line("novelty", "--help").stdout.split())
    refused = command_line("novelty", index_folder, "bare.jsonl", "--prompts", "asked.jsonl")
    assert refused.returncode == 2
    assert "No such option: --prompts" in refused.stderr


def test_command_says_how_many_records_are_in_no_share(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [{"text": "call me starbuck"}, {"id": "bad"}, {"text": ""}])
    done = command_line("novelty", index_folder, "g.jsonl", "--longest", "1")
    assert done.returncode == 3
    assert done.stdout.startswith("2 generations, 3 words; 1 record rejected\n")


def test_share_of_the_records_is_refused(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [{"text": "call me starbuck"}])
    done = command_line("novelty", index_folder, "g.jsonl", "--part", "1/2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--part I/N of the records is taken by `memscan scan` alone" in done.stderr


def test_command_prints_data(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [{"text": "call me starbuck"}, {"id": "bad"}])
    done = command_line("novelty", index_folder, "g.jsonl", "--longest", "4", "--csv")
    assert done.returncode == 3
    assert (
        done.stdout
        == "n,runs,novel,share\n1,3,1,0.3333333333333333\n2,2,1,0.5\n3,1,1,1.0\n4,0,0,\n"
    )
    assert "rejected: " in done.stderr
    done = command_line("novelty", index_folder, "g.jsonl", "--longest", "1", "--json")
    content = json.loads(done.stdout)
    assert (content["unit"], content["generations"], content["rejected"]) == ("word", 1, 1)
    assert content["novelty"] == [{"n": 1, "runs": 3, "novel": 1, "share": 1 / 3}]
    assert command_line("novelty", index_folder, "g.jsonl", "--json", "--csv").returncode == 2
    assert command_line("novelty", "nothing", "g.jsonl").returncode == 4
