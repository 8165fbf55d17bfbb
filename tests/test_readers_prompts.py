"""Prompts from a file of their own, joined to the answers of a batch by their ids."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from memscan import Generation, InputError
from memscan.readers import GenerationSource
from memscan.readers.prompts import PromptCounts

SAMPLES = Path(__file__).parent / "samples" / "generations"


def write(path: Path, *records: object) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def joined(answers: Path, prompts: Path) -> tuple[dict[str, str | None], PromptCounts]:
    source = GenerationSource([answers], prompts=prompts)
    found = {one.id: one.prompt for one in source if isinstance(one, Generation)}
    assert source.prompts is not None
    return found, source.prompts.counts()


def test_prompts_of_chats_are_joined_in_any_order() -> None:
    found, counts = joined(SAMPLES / "openai" / "chat.jsonl", SAMPLES / "openai/chat_input.jsonl")
    assert found["a"] == "Quote.\n\nHow does Emma begin?"
    assert found["b"] is not None
    assert found["b"].startswith("It is a truth")
    assert found["cut"] is None
    ids = {"missing_ids": ("blocked", "cut", "called"), "unused_ids": ("c",)}
    assert counts == PromptCounts(
        prompts=3, repeated=0, unread=0, joined=3, missing=3, unused=1, **ids
    ), "b has two answers; blocked, cut and called have no prompt; c has no answer"


@pytest.mark.parametrize(
    ("answers", "prompts", "expected"),
    [
        ("openai/completions", "openai/completions_input", {"a": "It is a truth"}),
        (
            "openai/responses",
            "openai/responses_input",
            {"a": "Quote.\n\nHow does Emma begin?", "b": "How?", "c": None},
        ),
        (
            "anthropic/results",
            "anthropic/requests",
            {
                "thought": "Quote.\n\nHow does thought begin?",
                "called": None,
                "cut": None,
                "refused": "Quote.\n\nHow does refused begin?",
            },
        ),
    ],
)
def test_every_endpoint_has_its_prompts(
    answers: str, prompts: str, expected: dict[str, str | None]
) -> None:
    assert joined(SAMPLES / f"{answers}.jsonl", SAMPLES / f"{prompts}.jsonl")[0] == expected


def test_plain_prompts_come_before_those_of_the_record(tmp_path: Path) -> None:
    answers = write(
        tmp_path / "a.jsonl",
        {"id": 1, "text": "a", "prompt": "own"},
        {"id": 2, "text": "b", "prompt": "own"},
    )
    prompts = write(tmp_path / "p.jsonl", {"id": 1, "prompt": "joined"})
    assert joined(answers, prompts)[0] == {"1": "joined", "2": "own"}


def test_what_has_no_partner_is_counted(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.jsonl", {"id": "a", "text": "a"}, {"text": "b"})
    prompts = write(
        tmp_path / "p.jsonl",
        {"id": "a", "prompt": "first"},
        {"id": "a", "prompt": "second"},
        {"id": "b", "prompt": "unused"},
        {"prompt": "without an id"},
        {"id": "c", "prompt": [1, 2, 3]},
        ["no object"],
    )
    found, counts = joined(answers, prompts)
    assert found == {"a": "first", "a.jsonl:2": None}
    ids = {"missing_ids": ("a.jsonl:2",), "unused_ids": ("b",)}
    assert counts == PromptCounts(
        prompts=2, repeated=1, unread=3, joined=1, missing=1, unused=1, **ids
    )


def test_of_many_without_a_partner_the_first_are_named(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.jsonl", *({"id": f"a{n}", "text": "a"} for n in range(9)))
    prompts = write(tmp_path / "p.jsonl", *({"id": f"p{n}", "prompt": "p"} for n in range(9)))
    _, counts = joined(answers, prompts)
    assert counts.missing_ids == ("a0", "a1", "a2")
    assert counts.unused_ids == ("p0", "p1", "p2")


def test_a_source_that_is_read_twice_counts_once(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.jsonl", {"id": "a", "text": "a"})
    prompts = write(tmp_path / "p.jsonl", {"id": "a", "prompt": "p"})
    source = GenerationSource([answers], prompts=prompts)
    assert list(source) == list(source)
    assert source.prompts is not None
    assert source.prompts.counts().joined == 1
    assert source.prompts.file.records == 1


def test_a_file_without_a_prompt_is_an_error_with_its_reason(tmp_path: Path) -> None:
    answers = write(tmp_path / "a.jsonl", {"id": "a", "text": "a"})
    prompts = write(tmp_path / "p.jsonl", {"id": "a", "url": "/v1/embeddings"})
    with pytest.raises(InputError, match=r"p\.jsonl has an id and a prompt; .*no prompt in prompt"):
        joined(answers, prompts)
    with pytest.raises(FileNotFoundError):
        joined(answers, tmp_path / "none.jsonl")
