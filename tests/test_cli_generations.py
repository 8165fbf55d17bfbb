"""The command line on generations of other tools: what is told, counted, written and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from conftest import PRIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conftest import CommandLine

    Write = Callable[[str, Sequence[object]], Path]

SAMPLES = Path(__file__).parent / "samples" / "generations"
CHAT = SAMPLES / "openai" / "chat.jsonl"


def test_a_batch_is_scanned_with_its_prompts(
    command_line: CommandLine, index_folder: Path, tmp_path: Path
) -> None:
    prompts = SAMPLES / "openai" / "chat_input.jsonl"
    done = command_line("scan", index_folder, CHAT, "-o", "out", "--prompts", prompts)
    assert done.returncode == 3, "two requests failed"
    assert f"detected: {CHAT} is openai-batch, text = response.body.choices" in done.stderr
    assert (
        "warning: 3 generations with an id that no prompt has: blocked, cut, called\n"
        in done.stderr
    )
    assert "warning: 1 prompt with an id that no answer has: c\n" in done.stderr
    assert "1 refused, 1 blocked by a filter, 1 cut off at their length, 2 ended in an error" in (
        done.stdout
    )
    table = pq.read_table(tmp_path / "out" / "generations.parquet").to_pydict()
    assert table["generation_id"] == [
        "b",
        "b",
        "a",
        "blocked",
        "cut",
        "called",
        "failed",
        "expired",
    ]
    assert table["sample_index"] == [0, 1, 0, 0, 0, 0, None, None]
    assert table["part"] == ["completion"] * 6 + [None, None]
    assert table["turn"] == [None] * 8
    assert table["status"] == [
        *("ok", "ok", "refused", "refused", "ok", "empty"),
        *("rejected", "rejected"),
    ]
    assert table["outcome"] == [
        *("complete", "complete", "refused", "blocked", "length", "complete"),
        *("error", "error"),
    ]
    spans = pq.read_table(tmp_path / "out" / "spans.parquet").to_pylist()
    [span] = spans
    assert (span["generation_id"], span["sample_index"], span["part"]) == ("b", 0, "completion")
    assert (span["turn"], span["echo_units"]) == (None, span["n_units"]), "the prompt holds it all"
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["counts"]["refused"] == 2
    assert run["counts"]["duplicate_ids"] == 0
    assert run["counts"]["outcomes"] == {
        "blocked": 1,
        "complete": 3,
        "error": 2,
        "length": 1,
        "refused": 1,
    }
    assert run["prompts"]["records"] == run["prompts"]["prompts"] == 3
    assert len(run["prompts"]["sha256"]) == 64
    assert run["outcome_rules"]["longest_refusal_chars"] == 800
    assert run["inputs"][0]["detected"]["format"] == "openai-batch"


def test_another_part_is_scanned_if_asked_for(
    command_line: CommandLine, index_folder: Path, tmp_path: Path
) -> None:
    responses = SAMPLES / "openai" / "responses.jsonl"
    done = command_line("scan", index_folder, responses, "-o", "out", "--part", "tool")
    assert done.returncode == 0
    table = pq.read_table(tmp_path / "out" / "generations.parquet").to_pydict()
    assert table["part"] == ["tool"] * 3
    assert table["n_spans"] == [1, 0, 0]
    done = command_line("scan", index_folder, responses, "-o", "other", "--part", "thoughts")
    assert done.returncode == 2
    assert "there is no part 'thoughts'" in done.stderr
    done = command_line("novelty", index_folder, responses, "--part", "reasoning", "--json")
    assert json.loads(done.stdout)["novelty"][0]["runs"] == 4


def test_refusals_are_judged_by_the_patterns_given(
    command_line: CommandLine, index_folder: Path, tmp_path: Path, json_lines: Write
) -> None:
    path = json_lines("g.jsonl", [{"text": "Nein."}, {"text": f"I can't help with that. {PRIDE}"}])
    done = command_line("scan", index_folder, path, "-o", "out", "--refusal-pattern", r"\Anein\b")
    assert done.returncode == 0
    table = pq.read_table(tmp_path / "out" / "generations.parquet").to_pydict()
    assert table["status"] == ["refused", "ok"]
    done = command_line("scan", index_folder, path, "-o", "other")
    table = pq.read_table(tmp_path / "other" / "generations.parquet").to_pydict()
    assert table["status"] == ["ok", "refused"]
    assert table["n_spans"] == [0, 1], "what is refused is scanned all the same"
    done = command_line("scan", index_folder, path, "-o", "bad", "--refusal-pattern", "(")
    assert done.returncode == 2
    assert "is no regular expression" in done.stderr


def test_no_text_at_all_is_wrong_use(
    command_line: CommandLine, index_folder: Path, tmp_path: Path
) -> None:
    choose = SAMPLES / "lm_eval" / "samples_choose.jsonl"
    done = command_line("scan", index_folder, choose, "-o", "out")
    assert done.returncode == 2
    assert "error: no record has a text: 2 of" in done.stderr
    assert "hint: name the format with --format" in done.stderr
    assert not (tmp_path / "out").exists()


def test_ids_that_repeat_over_files_are_told_apart_by_their_samples(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    paths = [json_lines(name, [{"id": "a", "text": "words"}]) for name in ("a.jsonl", "b.jsonl")]
    done = command_line("scan", index_folder, *paths, "-o", "out")
    assert "warning: 1 generation with the id of an earlier one" in done.stderr
    done = command_line("scan", index_folder, CHAT, "-o", "other")
    assert "with the id of an earlier one" not in done.stderr


def test_a_report_is_made_of_answers_in_parts(
    command_line: CommandLine, index_folder: Path, tmp_path: Path
) -> None:
    log = SAMPLES / "inspect" / "begin.eval"
    assert command_line("scan", index_folder, log, "-o", "out", "--part", "all").returncode == 0
    assert command_line("report", "out", "-o", "report.html").returncode == 0
    html = (tmp_path / "report.html").read_text()
    assert "austen/pride_epoch_1" in html
    assert "sample_index" not in html


def test_a_report_tells_samples_of_one_prompt_apart(
    command_line: CommandLine, index_folder: Path, tmp_path: Path
) -> None:
    body = {"choices": [{"text": PRIDE}, {"text": f"So: {PRIDE}"}]}
    response = {"status_code": 200, "body": body}
    record = {"custom_id": "a", "response": response, "error": None, "run": "first run"}
    (tmp_path / "g.jsonl").write_text(json.dumps(record) + "\n")
    assert command_line("scan", index_folder, "g.jsonl", "-o", "out").returncode == 0
    assert command_line("report", "out", "-o", "report.html").returncode == 0
    assert (tmp_path / "report.html").read_text().count("first run") == 2
