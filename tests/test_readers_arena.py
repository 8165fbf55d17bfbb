"""Pairs of Chatbot Arena: both answers of each, in whichever form, and what is wrong with one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import MOBY, PRIDE, RECITAL
from memscan import Generation, Rejection, scan_files
from memscan.readers import GenerationSource

if TYPE_CHECKING:
    from pathlib import Path

    from memscan import Index

ASK = "How does it begin?"
Records = list[Generation | Rejection]


def conversation(*texts: str) -> list[dict[str, object]]:
    """Return the turns of a user and an assistant."""
    roles = ("user", "assistant")
    return [{"content": text, "role": roles[place % 2]} for place, text in enumerate(texts)]


PAIR: dict[str, object] = {
    "question_id": "q1",
    "model_a": "ahab",
    "model_b": "elizabeth",
    "winner": "model_b",
    "conversation_a": conversation(ASK, MOBY),
    "conversation_b": conversation(ASK, PRIDE, "And then?", "However"),
    "turn": 2,
    "anony": True,
}
VOTE: dict[str, object] = {
    "id": 30192,
    "model_a": "ahab",
    "model_b": "elizabeth",
    "prompt": json.dumps([ASK, "And then?"]),
    "response_a": json.dumps([MOBY, None]),
    "response_b": json.dumps([PRIDE, "However"]),
    "winner_model_a": 0,
    "winner_model_b": 1,
    "winner_tie": 0,
}


def read(path: Path, *records: object, name: str | None = None) -> tuple[str, Records]:
    """Write JSON lines, and return what was detected, and the records."""
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    told: list[str] = []
    found = list(GenerationSource([path], format=name, on_detect=told.append))
    return told[0].removeprefix(f"detected: {path} is "), found


def briefly(records: Records) -> list[tuple[object, ...]]:
    """Return what tells the generations in some records apart, and their texts."""
    return [
        (one.id, one.sample_index, one.turn, one.model, one.prompt, one.text)
        for one in records
        if isinstance(one, Generation)
    ]


EXCHANGED = f"{ASK}\n\n{PRIDE}\n\nAnd then?"
OF_PAIR = [
    ("q1", 0, 1, "ahab", ASK, MOBY),
    ("q1", 1, 1, "elizabeth", ASK, PRIDE),
    ("q1", 1, 3, "elizabeth", EXCHANGED, "However"),
]


def test_every_turn_of_both_models_is_a_generation(tmp_path: Path) -> None:
    told, records = read(tmp_path / "a.jsonl", PAIR)
    assert told == (
        "arena, text = conversation_a and conversation_b, [*].content where role is the "
        "assistant's, id = question_id, prompt = the turns before, model = model_a and model_b"
    )
    assert briefly(records) == OF_PAIR
    rest = {name: PAIR[name] for name in ("model_a", "model_b", "winner", "turn", "anony")}
    for record, side in zip(records, ("model_a", "model_b", "model_b"), strict=True):
        assert isinstance(record, Generation)
        assert record.metadata == rest | {"side": side}


def test_parquet_is_read_as_json_lines_are(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([PAIR]), tmp_path / "a.parquet")
    assert briefly(list(GenerationSource([tmp_path / "a.parquet"]))) == OF_PAIR
    pq.write_table(pa.Table.from_pylist([VOTE]), tmp_path / "b.parquet")
    _, records = read(tmp_path / "b.jsonl", VOTE)
    assert briefly(list(GenerationSource([tmp_path / "b.parquet"]))) == briefly(records)


def test_content_may_be_blocks_and_the_id_an_id(tmp_path: Path) -> None:
    def in_blocks(*texts: str) -> list[dict[str, object]]:
        return [
            turn | {"content": [{"type": "text", "text": turn["content"], "image": None}]}
            for turn in conversation(*texts)
        ]

    record = {
        "id": "v1",
        "model_a": "ahab",
        "model_b": "elizabeth",
        "conversation_a": in_blocks(ASK, MOBY),
        "conversation_b": in_blocks(ASK, PRIDE),
        "full_conversation": [{"user": in_blocks(ASK)[0], "model_side_a": None}],
    }
    told, records = read(tmp_path / "a.jsonl", record)
    assert "id = id, " in told
    assert briefly(records) == [
        ("v1", 0, 1, "ahab", ASK, MOBY),
        ("v1", 1, 1, "elizabeth", ASK, PRIDE),
    ]
    assert isinstance(records[0], Generation)
    assert "full_conversation" not in records[0].metadata


def test_a_conversation_may_stand_as_json_in_a_string(tmp_path: Path) -> None:
    names = ("conversation_a", "conversation_b")
    record = PAIR | {name: json.dumps(PAIR[name]) for name in names}
    assert briefly(read(tmp_path / "a.jsonl", record)[1]) == OF_PAIR
    _, [*good, bad] = read(tmp_path / "b.jsonl", record | {"conversation_b": "[{'role': 'user'}]"})
    assert briefly(good) == OF_PAIR[:1]
    assert isinstance(bad, Rejection)
    assert "b.jsonl:1: the conversation_b is a string that is no JSON: " in bad.reason


def test_responses_in_json_have_an_element_a_turn(tmp_path: Path) -> None:
    told, records = read(tmp_path / "a.jsonl", VOTE)
    assert told == (
        "arena, text = response_a and response_b, JSON arrays with an element a turn, id = id, "
        "prompt = prompt, model = model_a and model_b"
    )
    assert briefly(records) == [
        ("30192", 0, 1, "ahab", ASK, MOBY),
        ("30192", 0, 3, "ahab", f"{ASK}\n\n{MOBY}\n\nAnd then?", ""),
        ("30192", 1, 1, "elizabeth", ASK, PRIDE),
        ("30192", 1, 3, "elizabeth", EXCHANGED, "However"),
    ]


def test_responses_that_are_texts_are_kept_even_if_one_looks_like_json(tmp_path: Path) -> None:
    record = {"id": "w", "prompt": "Two names, in JSON.", "response_a": '["Jane", "Mary"]'}
    told, records = read(tmp_path / "a.jsonl", record | {"response_b": "No.", "winner": "model_a"})
    assert told.startswith("arena, text = response_a and response_b, id = id")
    assert briefly(records) == [
        ("w", 0, 1, None, "Two names, in JSON.", '["Jane", "Mary"]'),
        ("w", 1, 1, None, "Two names, in JSON.", "No."),
    ]


def test_an_answer_more_or_less_than_prompts_is_no_answer_made_up(tmp_path: Path) -> None:
    record = VOTE | {"response_a": json.dumps([MOBY]), "prompt": json.dumps([ASK, "And?", "So?"])}
    _, records = read(tmp_path / "a.jsonl", record)
    assert [one[1:3] for one in briefly(records)] == [(0, 1), (1, 1), (1, 3)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (PAIR | {"conversation_b": None}, "the conversation_b is missing or null"),
        (PAIR | {"conversation_b": [7]}, "the conversation_b[0] is a number, expected an object"),
        (
            PAIR | {"conversation_b": conversation(ASK)},
            "the conversation_b has no turn of the assistant",
        ),
        (
            PAIR | {"conversation_b": [{"role": "assistant", "content": 7}]},
            "conversation_b: in message 0: the content is a number",
        ),
        (VOTE | {"response_b": "[broken"}, "the response_b is no JSON array of strings"),
        (VOTE | {"response_b": "[]"}, "the response_b has no turn"),
        (VOTE | {"response_b": None}, "the response_b is missing or null"),
    ],
)
def test_what_is_wrong_with_one_model_does_no_harm_to_the_other(
    tmp_path: Path, broken: dict[str, object], reason: str
) -> None:
    whole = PAIR if "question_id" in broken else VOTE
    _, records = read(tmp_path / "a.jsonl", whole, whole, broken)
    rejected = [one for one in records if isinstance(one, Rejection)]
    assert [one.line for one in rejected] == [3]
    assert f"a.jsonl:3: {reason}" in rejected[0].reason
    assert rejected[0].id == briefly(records)[0][0]
    of_one = len([one for one in briefly(records) if one[1] == 0])
    assert of_one == 3 * (1 if whole is PAIR else 2)


def test_the_second_model_is_read_where_the_first_is_broken(tmp_path: Path) -> None:
    _, records = read(tmp_path / "a.jsonl", PAIR, PAIR, PAIR | {"conversation_a": []})
    assert isinstance(records[6], Rejection)
    assert briefly(records) == OF_PAIR + OF_PAIR + OF_PAIR[1:]


def test_the_format_and_its_fields_may_be_named(tmp_path: Path) -> None:
    other = {"text": "a"}
    told, records = read(tmp_path / "a.jsonl", PAIR, other, other)
    assert told.startswith("JSON lines, text = text")
    assert [type(one) for one in records] == [Rejection, Generation, Generation]
    _, records = read(tmp_path / "a.jsonl", PAIR, other, other, name="arena")
    assert briefly(records) == OF_PAIR
    (tmp_path / "b.jsonl").write_bytes(orjson.dumps(VOTE | {"uid": "u", "asked": "Who?"}))
    source = GenerationSource([tmp_path / "b.jsonl"], id_field="uid", prompt_field="asked")
    assert {one[0::4] for one in briefly(list(source))} == {("u", "Who?")}
    source = GenerationSource([tmp_path / "b.jsonl"], prompt_field="prompt")
    assert {one[4] for one in briefly(list(source))} == {VOTE["prompt"]}
    source = GenerationSource([tmp_path / "b.jsonl"], text_field="response_b")
    assert [one[5] for one in briefly(list(source))] == [VOTE["response_b"]]


def test_reasoning_of_either_model_is_split_off(tmp_path: Path) -> None:
    record = PAIR | {"conversation_a": conversation(ASK, f"<think>Hm.</think>{MOBY}")}
    assert briefly(read(tmp_path / "a.jsonl", record)[1]) == OF_PAIR


def test_both_models_have_their_rows(index: Index, tmp_path: Path) -> None:
    pairs = [PAIR, PAIR | {"question_id": "q2", "conversation_a": conversation(ASK, RECITAL)}]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(map(orjson.dumps, pairs)))
    summary = scan_files(index, [tmp_path / "a.jsonl"], tmp_path / "out")
    assert summary.counts.duplicate_ids == 0
    rows = pq.read_table(tmp_path / "out" / "generations.parquet").to_pylist()
    assert [(row["generation_id"], row["model"], row["side"], row["turn"]) for row in rows] == [
        (name, *rest)
        for name in ("q1", "q2")
        for rest in (("ahab", "model_a", 1), *(("elizabeth", "model_b", turn) for turn in (1, 3)))
    ]
    assert {row["winner"] for row in rows} == {"model_b"}
    assert {row["input_turn"] for row in rows} == {2}
    assert [row["n_spans"] for row in rows] == [1, 1, 0, 1, 1, 0]
