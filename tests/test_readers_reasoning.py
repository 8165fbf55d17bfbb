"""Reasoning inside a text: by which signs it is known, and what is left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from memscan import Generation, InputError
from memscan.readers import GenerationSource
from memscan.readers.reasoning import ReasoningSplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from memscan.records import SplitReasoning

ANALYSIS = "<|channel|>analysis<|message|>"
FINAL = "<|start|>assistant<|channel|>final<|message|>"
CALL = "<|start|>assistant<|channel|>commentary to=functions.find <|constrain|>json<|message|>"


def parts(
    text: str, prompt: str | None = None, *, how: SplitReasoning = "found"
) -> Mapping[str, str]:
    """Return the parts of an answer with this text."""
    return ReasoningSplit(how).of_answer({"completion": text}, prompt)


def read(path: Path, *records: object, **options: object) -> tuple[list[str], list[Generation]]:
    """Return the lines that were told, and the generations in some records."""
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    told: list[str] = []
    source = GenerationSource([path], on_detect=told.append, **options)  # type: ignore[arg-type]
    generations = [one for one in source if isinstance(one, Generation)]
    return told, generations


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<seed:think>", "</seed:think>"),
        ("[THINK]", "[/THINK]"),
        ("◁think▷", "◁/think▷"),
    ],
)
def test_text_is_split_at_its_tags_and_kept_as_it_stands(opening: str, closing: str) -> None:
    expected = {"reasoning": "\nWho? \n", "completion": "\n\n Ishmael.\n"}
    assert parts(f"{opening}\nWho? \n{closing}\n\n Ishmael.\n") == expected
    assert parts(f" \r\n\t{opening}\nWho? \n{closing}\n\n Ishmael.\n") == expected


def test_the_first_closing_tag_of_the_same_kind_counts() -> None:
    text = "<think>I </thinking> <think> so.</think>Write <think>a</think> and </think>."
    assert parts(text) == {
        "reasoning": "I </thinking> <think> so.",
        "completion": "Write <think>a</think> and </think>.",
    }


def test_text_that_was_cut_off_has_reasoning_alone() -> None:
    assert parts("<think>Call me Ish") == {"reasoning": "Call me Ish"}
    assert parts("<think>Call me Ish</think>") == {"reasoning": "Call me Ish"}
    assert parts("<think>Call me Ish</think>\n") == {"reasoning": "Call me Ish"}


def test_a_part_of_white_space_alone_is_none() -> None:
    assert parts("<think>\n\n</think>\n\nIshmael.") == {"completion": "\n\nIshmael."}
    assert parts("<think></think>") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "<",
        "Ishmael.",
        "<thinking about it, I would say>",
        "<think about it</think>",
        "<THINK>no</THINK>",
        "<p>One <think>thinks</think></p>",
        "It closes, </think> and goes on.",
        "So: <think>no</think>",
        "[THINKING] aloud",
        "<|im_start|>assistant",
        "<|start|>user<|message|>Who?<|end|>",
    ],
)
def test_other_texts_are_left_as_they_are(text: str) -> None:
    assert parts(text) == {"completion": text}
    assert parts(text, "Who thinks in <think> and </think>?") == {"completion": text}


def test_a_prompt_that_ends_with_the_tag_has_opened_the_text() -> None:
    split = {"reasoning": "Who? ", "completion": " Ishmael."}
    for prompt in ("<|Assistant|><think>", "<|Assistant|><think>\n"):
        assert parts("Who? </think> Ishmael.", prompt) == split
        assert parts("<think>Who? </think> Ishmael.", prompt) == split
        assert parts("Who", prompt) == {"reasoning": "Who"}
    off = "<|Assistant|><think>\n\n</think>\n\n"
    assert parts("Who? </think> Ishmael.", off) == {"completion": "Who? </think> Ishmael."}


def test_all_texts_are_read_as_opened_if_the_user_says_so() -> None:
    split = {"reasoning": "Who? ", "completion": " Ishmael."}
    assert parts("Who? </think> Ishmael.", how="opened") == split
    assert parts("<think>Who? </think> Ishmael.", how="opened") == split
    assert parts("<thinking>Who? </thinking> Ishmael.", how="opened") == split
    assert parts("Who", how="opened") == {"reasoning": "Who"}


def test_nothing_is_split_if_the_user_says_so() -> None:
    text = "<think>Who?</think>Ishmael."
    assert parts(text, "<think>", how="never") == {"completion": text}
    with pytest.raises(InputError, match="there is no way 'often' to split off reasoning") as error:
        ReasoningSplit("often")  # type: ignore[arg-type]
    assert error.value.hint == "choose one of found, opened, never"


def test_channels_of_harmony_are_parts() -> None:
    text = f"{ANALYSIS} Who? <|end|>\n{FINAL}Ishmael.\n<|return|>"
    assert parts(text) == {"reasoning": " Who? ", "completion": "Ishmael.\n"}
    assert parts(f"<|start|>assistant{text}<|endoftext|><|endoftext|>") == parts(text)
    assert parts("<|channel|>final<|message|>Ishmael.") == {"completion": "Ishmael."}
    assert parts("<|start|>assistant<|message|>Ishmael.") == {"completion": "Ishmael."}


def test_messages_of_one_part_in_harmony_have_a_blank_line_between() -> None:
    again = f"<|start|>assistant{ANALYSIS}"
    preamble = "<|start|>assistant<|channel|>commentary<|message|>I look.<|end|>"
    text = f"{ANALYSIS}One.<|end|>{preamble}{again}One.<|end|>{FINAL}Two."
    assert parts(text) == {"reasoning": "One.\n\nOne.", "completion": "I look.\n\nTwo."}


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        "<|start|>assistant to=functions.find<|channel|>commentary<|message|>",
        "<|start|>assistant<|channel|>analysis to=browser.find code<|message|>",
    ],
)
def test_a_message_with_a_recipient_in_harmony_is_the_call_of_a_tool(call: str) -> None:
    text = f'{ANALYSIS}Who?<|end|>{call}{{"name":"Ishmael \\"I\\""}}<|call|>'
    assert parts(text) == {"reasoning": "Who?", "tool": 'Ishmael "I"'}


def test_harmony_may_be_cut_off_anywhere() -> None:
    assert parts(f"{ANALYSIS}Who") == {"reasoning": "Who"}
    assert parts(f"{ANALYSIS}Who?<|end|>") == {"reasoning": "Who?"}
    assert parts(f"{ANALYSIS}Who?<|end|><|start|>assistant<|channel|>fin") == {"reasoning": "Who?"}
    assert parts("<|channel|>") == {}


@pytest.mark.parametrize(
    "text",
    [
        f"{ANALYSIS}Who?<|end|>Ishmael.{FINAL}Ahab.",
        f"{ANALYSIS}Who?<|end|>Ishmael.",
        f"{ANALYSIS}Who?<|end|><|start|>functions.find to=assistant<|message|>me<|end|>",
        "<|channel|>analysis<|end|>Ishmael.",
    ],
)
def test_what_is_no_generation_in_harmony_is_left_as_it_is(text: str) -> None:
    assert parts(text) == {"completion": text}


def test_reasoning_beside_the_text_comes_first_and_once() -> None:
    split = ReasoningSplit("found")
    beside = {"reasoning": "Who?", "completion": "<think>Me?</think>Ishmael."}
    assert split.of_answer(beside, None) == {
        "reasoning": "Who?\n\nMe?",
        "completion": "Ishmael.",
    }
    same = {"reasoning": "Who?", "completion": "<think>\nWho?\n</think>Ishmael."}
    assert split.of_answer(same, None) == {"reasoning": "\nWho?\n", "completion": "Ishmael."}
    assert split.of_answer({"tool": "<think>a</think>b"}, None) == {"tool": "<think>a</think>b"}
    assert split.counts == {"<think>": 2}


CUT = "<think>Call me"
RECORDS: list[object] = [
    {"id": "a", "text": "<think>Who?</think>I can't help with that.", "finish_reason": "stop"},
    {"id": "b", "text": CUT, "finish_reason": "length"},
    {"id": "c", "text": " Ishmael.", "model": "m", "n": 1},
]


def test_each_part_of_a_plain_text_is_a_generation(tmp_path: Path) -> None:
    told, generations = read(tmp_path / "a.jsonl", *RECORDS, part="all")
    assert [(one.id, one.part, one.text, one.outcome) for one in generations] == [
        ("a", "completion", "I can't help with that.", "refused"),
        ("a", "reasoning", "Who?", "refused"),
        ("b", "reasoning", "Call me", "length"),
        ("c", "completion", " Ishmael.", None),
    ]
    assert generations[0].metadata == {"finish_reason": "stop"}
    assert (generations[3].model, generations[3].metadata) == ("m", {"n": 1})
    [line] = told[1:]
    assert line == (
        f"split: 2 texts of {tmp_path / 'a.jsonl'} into reasoning and completion, by <think> (2); "
        "1 without a completion; scanned: completion, reasoning, tool"
    )


def test_one_part_gives_one_generation_a_text(tmp_path: Path) -> None:
    told, generations = read(tmp_path / "a.jsonl", *RECORDS)
    assert [(one.part, one.text) for one in generations] == [
        ("completion", "I can't help with that."),
        ("completion", ""),
        ("completion", " Ishmael."),
    ]
    assert told[1].endswith("; scanned: completion (--part reasoning or all for the other)")
    told, generations = read(tmp_path / "a.jsonl", *RECORDS, part="reasoning")
    assert [(one.part, one.text) for one in generations] == [
        ("reasoning", "Who?"),
        ("reasoning", "Call me"),
        ("reasoning", ""),
    ]
    told, generations = read(tmp_path / "a.jsonl", *RECORDS, split_reasoning="never")
    assert [one.text for one in generations[:2]] == [
        "<think>Who?</think>I can't help with that.",
        CUT,
    ]
    assert len(told) == 1


def test_a_cut_off_text_is_what_null_content_beside_reasoning_is(tmp_path: Path) -> None:
    def answer(**message: object) -> dict[str, object]:
        choice = {"index": 0, "message": message, "finish_reason": "length"}
        return {"custom_id": "a", "response": {"status_code": 200, "body": {"choices": [choice]}}}

    for part in ("completion", "reasoning", "all"):
        _, given = read(
            tmp_path / "a.jsonl", answer(content=None, reasoning_content="Call me"), part=part
        )
        _, split = read(tmp_path / "b.jsonl", answer(content=CUT), part=part)
        assert split == given


def test_samples_and_joined_prompts_take_the_same_way(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"id": "a", "prompt": "Who?<think>\\n"}\n')
    record = {"id": "a", "text": "Me?</think>Ishmael."}
    told, generations = read(tmp_path / "a.jsonl", record, prompts=prompts, part="all")
    assert [one.text for one in generations] == ["Ishmael.", "Me?"]
    assert "by <think> in the prompt (1); scanned" in told[-1]
    samples = {"request_id": "a", "outputs": [{"text": "<think>1</think>2"}, {"text": "3"}]}
    _, generations = read(tmp_path / "b.jsonl", samples, part="all")
    assert [(one.sample_index, one.part, one.text) for one in generations] == [
        (0, "completion", "2"),
        (0, "reasoning", "1"),
        (1, "completion", "3"),
    ]


def test_text_files_are_split_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("<think>Who?</think>Ishmael.")
    source = GenerationSource([tmp_path / "a.txt"], part="all")
    found = [(one.id, one.part, one.text) for one in source if isinstance(one, Generation)]
    assert found == [("a.txt", "completion", "Ishmael."), ("a.txt", "reasoning", "Who?")]


def test_counts_are_those_of_each_file_and_of_one_reading(tmp_path: Path) -> None:
    for name, texts in (("a", [CUT, "a"]), ("b", ["a"]), ("c", [CUT, f"{ANALYSIS}a"])):
        lines = [orjson.dumps({"text": text}) + b"\n" for text in texts]
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(lines))
    source = GenerationSource([tmp_path])
    for _ in range(2):
        assert len(list(source)) == 5
        assert [file.split for file in source.inputs] == [
            {"<think>": 1},
            {},
            {"<think>": 1, "<|channel|>": 1},
        ]
        assert [file.unanswered for file in source.inputs] == [1, 0, 2]


def test_a_part_that_no_plain_text_holds_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="whose texts have no part named 'tool'") as error:
        read(tmp_path / "a.jsonl", *RECORDS, part="tool")
    assert "--part all" in (error.value.hint or "")
    with pytest.raises(InputError, match="no part named 'reasoning'"):
        read(tmp_path / "a.jsonl", *RECORDS, part="reasoning", split_reasoning="never")
    _, generations = read(tmp_path / "a.jsonl", {"text": f"{CALL}Ishmael<|call|>"}, part="tool")
    assert [one.text for one in generations] == ["Ishmael"]
    record = {"text": "Me?</think>Ishmael.", "prompt": "Who?<think>"}
    _, generations = read(tmp_path / "a.jsonl", record, part="reasoning")
    assert [one.text for one in generations] == ["Me?"]
