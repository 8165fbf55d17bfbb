"""Every command line of the guides is run, one after the other, in a folder as they assume it.

Settings that a guide shows are those of the commands after it.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import MOBY, PRIDE, CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterable

GUIDES = sorted((Path(__file__).parent.parent / "docs" / "guides").glob("*.md"))
BLOCK = re.compile(r"^```(sh|toml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"exit code (\d+)")
ANSWER = f"Of course. {PRIDE} However little known the feelings of such a man may be."


def write_lines(path: Path, records: Iterable[object]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def chat_output(custom_id: str, text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    response = {"status_code": 200, "request_id": "r", "body": body}
    return {"id": f"batch-{custom_id}", "custom_id": custom_id, "response": response, "error": None}


def chat_input(custom_id: str, text: str) -> dict[str, object]:
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    call = {"method": "POST", "url": "/v1/chat/completions"}
    return {"custom_id": custom_id, **call, "body": body}


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    """Return the command line in a folder with everything that the guides name."""
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "pride.txt").write_text(f"{PRIDE}\n\nHowever little known.\n")
    (tmp_path / "books" / "moby.txt").write_text(MOBY)
    (tmp_path / "quotations.txt").write_text("a single man in possession of a good fortune")
    (tmp_path / "instructions.txt").write_text("Answer in one word. Is it true or false?")
    write_lines(tmp_path / "web.jsonl", [{"id": "page", "text": f"Somebody wrote: {MOBY}"}])
    write_lines(
        tmp_path / "benchmark.jsonl",
        [
            {"id": "q1", "question": f"Who wrote this? {PRIDE}"},
            {"id": "q2", "question": "Which planet is the nearest to the sun?"},
        ],
    )
    later = "Which rover landed on Mars in February 2021?"
    write_lines(tmp_path / "control.jsonl", [{"id": "c1", "question": later}])
    answers = {"answer-1": ANSWER, "answer-2": "I do not know it."}
    write_lines(tmp_path / "batch_output.jsonl", map(chat_output, answers, answers.values()))
    write_lines(tmp_path / "batch_input.jsonl", [chat_input(name, "Recite.") for name in answers])
    plain = [{"id": str(number), "text": "Nothing of it."} for number in range(4)]
    write_lines(tmp_path / "v1.jsonl", [*plain, {"id": "4", "text": ANSWER}])
    recital = {"id": "0", "text": PRIDE}
    write_lines(tmp_path / "v2.jsonl", [recital, *({**recital, "id": str(n)} for n in range(1, 5))])
    write_lines(tmp_path / "recitations.jsonl", [{"id": "a", "text": ANSWER, "prompt": "Recite."}])
    return CommandLine(tmp_path)


def run(command_line: CommandLine, line: str) -> None:
    name, *words = shlex.split(line, comments=True)
    assert name == "memscan", line
    code = CODE.search(line)
    done = command_line(*words)
    assert done.returncode == (int(code[1]) if code else 0), (line, done.stdout, done.stderr)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_of_a_guide_does_what_it_says(
    command_line: CommandLine, tmp_path: Path, guide: Path
) -> None:
    blocks: list[tuple[str, str]] = BLOCK.findall(guide.read_text(encoding="utf-8"))
    assert len(blocks) >= 4
    for language, block in blocks:
        if language == "toml":
            (tmp_path / "memscan.toml").write_text(block, encoding="utf-8")
        else:
            for line in filter(None, block.splitlines()):
                run(command_line, line)


def test_there_is_a_guide_for_each_task() -> None:
    names = ["audit-a-book", "batch-job", "contamination", "release-gate"]
    assert [guide.stem for guide in GUIDES] == names
