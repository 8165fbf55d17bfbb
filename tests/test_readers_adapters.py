"""Every format of generations: files as the tools write them, and what is read of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from memscan import Generation, InputError, Rejection
from memscan.readers import GenerationSource, formats
from memscan.readers.adapters import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLES = Path(__file__).parent / "samples" / "generations"
PRIDE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)


def write(path: Path, *records: object) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def read(
    path: Path, *, part: str = "completion", name: str | None = None
) -> tuple[str, list[Generation | Rejection]]:
    """Return what was detected, and the records."""
    told: list[str] = []
    source = GenerationSource([path], part=part, format=name, on_detect=told.append)
    records = list(source)
    return told[0].removeprefix(f"detected: {path} is "), records


def generations(records: list[Generation | Rejection]) -> list[Generation]:
    return [record for record in records if isinstance(record, Generation)]


def texts(records: list[Generation | Rejection]) -> dict[tuple[str, int], str]:
    return {(one.id, one.sample_index): one.text for one in generations(records)}


def test_a_batch_of_openai_has_a_generation_for_each_choice() -> None:
    told, records = read(SAMPLES / "openai" / "chat.jsonl")
    assert told == (
        "openai-batch, text = response.body.choices[*].message.content, id = custom_id, "
        "model = response.body.model"
    )
    assert texts(records) == {
        ("b", 0): PRIDE,
        ("b", 1): "Call me Ishmael.",
        ("a", 0): "I cannot reproduce that.",
        ("blocked", 0): "",
        ("cut", 0): PRIDE[:50],
        ("called", 0): "",
    }
    outcomes = [(record.id, record.outcome) for record in records]
    assert outcomes == [
        ("b", "complete"),
        ("b", "complete"),
        ("a", "refused"),
        ("blocked", "blocked"),
        ("cut", "length"),
        ("called", "complete"),
        ("failed", "error"),
        ("expired", "error"),
    ]
    failed, expired = records[-2:]
    assert isinstance(failed, Rejection)
    assert isinstance(expired, Rejection)
    assert "failed with status 400: invalid_request_error: max_tokens is too" in failed.reason
    assert "the request failed: batch_expired: This request could" in expired.reason
    assert generations(records)[0].model == "gpt-test-1"


def test_a_batch_of_openai_may_be_of_completions() -> None:
    told, records = read(SAMPLES / "openai" / "completions.jsonl")
    assert "text = response.body.choices[*].text" in told
    assert texts(records) == {("a", 0): PRIDE, ("a", 1): "Call me Ishmael."}


def test_a_batch_of_openai_may_be_of_responses() -> None:
    told, records = read(SAMPLES / "openai" / "responses.jsonl")
    assert "text = response.body.output[*].content[*].text" in told
    assert texts(records) == {("a", 0): PRIDE, ("b", 0): "No.", ("c", 0): PRIDE[:30]}
    assert [record.outcome for record in records] == ["complete", "refused", "length"]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "custom_tool_call", "name": "write", "input": PRIDE},
        {"type": "mcp_call", "name": "write", "arguments": f'{{"text":"{PRIDE}"}}', "output": "ok"},
        {"type": "mcp_approval_request", "name": "write", "arguments": f'{{"text":"{PRIDE}"}}'},
        {"type": "code_interpreter_call", "code": PRIDE, "outputs": [{"logs": "no"}]},
        {"type": "shell_call", "action": {"commands": [PRIDE], "timeout_ms": None}},
        {"type": "local_shell_call", "action": {"type": "exec", "command": [PRIDE]}},
        {"type": "apply_patch_call", "operation": {"type": "update_file", "diff": PRIDE}},
        {"type": "web_search_call", "action": {"type": "search", "query": PRIDE}},
        {"type": "file_search_call", "queries": [PRIDE], "results": [{"text": "no"}]},
        {"type": "web_search_call", "action": None},
    ],
    ids=lambda item: item["type"],
)
def test_what_the_model_wrote_for_a_tool_is_a_part(tmp_path: Path, item: dict[str, object]) -> None:
    body = {"object": "response", "output": [item]}
    answer = {"custom_id": "a", "response": {"status_code": 200, "body": body}, "error": None}
    _, records = read(write(tmp_path / "a.jsonl", answer), part="tool")
    [found] = generations(records)
    assert (found.part, found.text) == ("tool", "" if item.get("action", 1) is None else PRIDE)


def test_a_message_without_a_text_is_an_answer_and_a_record_without_its_text_is_none(
    tmp_path: Path,
) -> None:
    message = {"role": "assistant", "content": None}
    response = {"status_code": 200, "body": {"choices": [{"index": 0, "message": message}]}}
    batch = write(tmp_path / "b.jsonl", {"custom_id": "a", "response": response, "error": None})
    assert texts(read(batch)[1]) == {("a", 0): ""}
    plain = write(tmp_path / "p.jsonl", {"id": "a", "text": None}, {"id": "b", "text": ""})
    rejected, empty = read(plain)[1]
    assert isinstance(rejected, Rejection)
    assert rejected.reason.endswith("the text is missing or null")
    assert isinstance(empty, Generation)
    assert (empty.id, empty.text) == ("b", "")


def test_a_spoken_answer_is_what_was_said(tmp_path: Path) -> None:
    message = {"role": "assistant", "content": None, "audio": {"id": "a", "transcript": PRIDE}}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    answer = {"custom_id": "a", "response": {"status_code": 200, "body": body}, "error": None}
    _, records = read(write(tmp_path / "a.jsonl", answer))
    assert texts(records) == {("a", 0): PRIDE}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("completion", {"a": PRIDE}),
        ("reasoning", {"a": "A sentence is wanted."}),
        ("tool", {"a": f"a.txt\n{PRIDE}"}),
    ],
)
def test_one_part_of_the_answers_is_read(part: str, expected: dict[str, str]) -> None:
    _, records = read(SAMPLES / "openai" / "responses.jsonl", part=part)
    found = generations(records)
    assert {one.id: one.text for one in found if one.id == "a"} == expected
    assert {one.part for one in found} == {part}
    assert len(found) == 3, "an answer that lacks the part is an empty text"


def test_all_parts_are_generations_of_their_own() -> None:
    _, records = read(SAMPLES / "openai" / "responses.jsonl", part="all")
    found = generations(records)
    assert [(one.id, one.part) for one in found] == [
        ("a", "completion"),
        ("a", "reasoning"),
        ("a", "tool"),
        ("b", "completion"),
        ("c", "completion"),
    ]
    assert len({one.key for one in found}) == len(found)


def test_a_batch_of_anthropic_has_its_blocks_joined() -> None:
    told, records = read(SAMPLES / "anthropic" / "results.jsonl", part="all")
    assert told == (
        "anthropic-batch, text = result.message.content[*].text, id = custom_id, "
        "model = result.message.model"
    )
    found = {(one.id, one.part): one.text for one in generations(records)}
    assert found == {
        ("thought", "completion"): PRIDE,
        ("thought", "reasoning"): "A sentence is wanted.",
        ("called", "completion"): "I write it down.",
        ("called", "tool"): f"a.txt\n{PRIDE}",
        ("cut", "completion"): PRIDE[:50],
        ("refused", "completion"): "",
    }
    outcomes = {record.id: record.outcome for record in records}
    assert outcomes == {
        "thought": "complete",
        "called": "complete",
        "cut": "length",
        "refused": "refused",
        "errored": "error",
        "canceled": "error",
        "expired": "error",
    }


def vllm_output(request_id: str, *outputs: Mapping[str, object]) -> dict[str, object]:
    return {
        "request_id": request_id,
        "prompt": "How does it begin?",
        "prompt_token_ids": [1, 2, 3],
        "prompt_logprobs": None,
        "outputs": [{"index": place, **output} for place, output in enumerate(outputs)],
        "finished": True,
        "num_cached_tokens": 0,
    }


def test_outputs_of_vllm_are_samples_of_their_request(tmp_path: Path) -> None:
    first = {"text": PRIDE, "token_ids": [4], "finish_reason": "stop", "stop_reason": None}
    second = {"text": "It is", "token_ids": [5], "finish_reason": "length"}
    told, records = read(write(tmp_path / "a.jsonl", vllm_output("0", first, second)))
    assert told == "vllm, text = outputs[*].text, id = request_id, prompt = prompt"
    metadata = {"finished": True, "num_cached_tokens": 0}
    prompt = "How does it begin?"
    assert records == [
        Generation("0", PRIDE, prompt, None, metadata, 0, outcome="complete"),
        Generation("0", "It is", prompt, None, metadata, 1, outcome="length"),
    ]


def test_outputs_of_vllm_without_a_text_are_rejected_with_a_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", vllm_output("0", {"text": PRIDE}, {"token_ids": [4]}))
    _, [good, bad] = read(path)
    assert isinstance(good, Generation)
    assert bad == Rejection("0", f"{path}:1: outputs[1] has token_ids and no text", str(path), 1)
    path = write(tmp_path / "b.jsonl", vllm_output("0", {"token_ids": [4]}))
    with pytest.raises(InputError, match=r"outputs\[0\] has token_ids and no text \(decode the"):
        read(path)


def test_rows_of_ray_have_the_columns_of_the_user(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": 7,
            "messages": [{"role": "user", "content": "How does it begin?"}],
            "generated_text": PRIDE,
            "generated_tokens": [1, 2],
            "num_generated_tokens": 2,
            "__inference_error__": "",
        },
        {"id": 8, "generated_text": None, "__inference_error__": "ValueError: too long"},
    ]
    told, records = read(write(tmp_path / "a.jsonl", *rows))
    assert told == "ray-llm, text = generated_text, id = id, prompt = prompt or messages"
    assert records[0] == Generation(
        "7", PRIDE, "How does it begin?", None, {"num_generated_tokens": 2}
    )
    assert isinstance(records[1], Rejection)
    assert records[1].id == "8"
    assert records[1].reason.endswith("the request failed: ValueError: too long")


def test_rows_of_ray_from_several_replicas_keep_ids_of_their_own(tmp_path: Path) -> None:
    done = {"generated_text": PRIDE, "num_generated_tokens": 2, "request_id": 0}
    large = {"logprobs": [{"7": {"logprob": -0.5}}], "prompt_logprobs": None, "embeddings": None}
    lost = {"generated_text": "", "request_id": -1, "__inference_error__": "ValueError: too long"}
    _, records = read(write(tmp_path / "a.jsonl", done | large, done, lost, lost))
    assert [record.id for record in records] == [f"a.jsonl:{line}" for line in (1, 2, 3, 4)]
    assert isinstance(records[0], Generation)
    assert records[0].metadata == {"num_generated_tokens": 2, "request_id": 0}


def test_samples_of_lm_eval_are_read_once_for_all_filters() -> None:
    source = GenerationSource([SAMPLES / "lm_eval" / "samples_begin.jsonl"])
    records = generations(list(source))
    assert [(one.id.split(":")[0], one.sample_index, one.text) for one in records] == [
        ("0", 0, "You asked: How does Pride and Prejudice begin?"),
        ("0", 1, "You asked: How does Pride and Prejudice begin?"),
        ("1", 0, "You asked: How does Moby-Dick begin?"),
        ("1", 1, "You asked: How does Moby-Dick begin?"),
    ]
    assert records[0].prompt == "How does Pride and Prejudice begin?"
    assert len(records[0].id.split(":")[1]) == 64
    [file] = source.inputs
    assert (file.records, file.rejected) == (4, 0)
    assert file.skipped == {"the same answers again, under a further filter": 2}


@pytest.mark.parametrize("task", ["choose", "roll"])
def test_tasks_of_likelihoods_are_skipped_and_told(task: str) -> None:
    told: list[str] = []
    begin, other = (SAMPLES / "lm_eval" / f"samples_{name}.jsonl" for name in ("begin", task))
    source = GenerationSource([begin, other], on_detect=told.append)
    assert len(list(source)) == 4
    assert told[-1].startswith(f"skipped: 2 of {other}: log-likelihoods of a task")
    with pytest.raises(
        InputError, match=r"no record has a text: 2 of .*: log-likelihoods of a task"
    ):
        list(GenerationSource([other]))


def test_samples_that_a_later_run_appended_are_read_too(tmp_path: Path) -> None:
    lines = (SAMPLES / "lm_eval" / "samples_begin.jsonl").read_bytes()
    (tmp_path / "a.jsonl").write_bytes(lines + lines.replace(b"You asked", b"You wanted"))
    records = generations(read(tmp_path / "a.jsonl")[1])
    assert len(records) == 8
    assert len({one.key for one in records}) == 4


def test_older_samples_of_lm_eval_have_lists_of_arguments(tmp_path: Path) -> None:
    record: dict[str, object] = {
        "doc_id": 3,
        "doc": {"question": "?"},
        "target": "!",
        "arguments": [["How?", {"until": ["\n"]}]],
        "resps": [["So."]],
        "filtered_resps": ["So."],
    }
    chat = record | {
        "arguments": {
            "gen_args_0": {
                "arg_0": ['[{"role": "user", "content": "Who?"}]'],
                "arg_1": {"until": []},
            }
        }
    }
    likelihood = record | {"arguments": [["How?", " So."]], "resps": [[[-1.5, False]]]}
    silent = record | {"arguments": None, "resps": [[[-1.5, False]]]}
    _, records = read(write(tmp_path / "a.jsonl", record, chat | {"doc_id": 4}, likelihood, silent))
    assert [(one.id, one.text, one.prompt) for one in generations(records)] == [
        ("3", "So.", "How?"),
        ("4", "So.", "Who?"),
    ]


def test_outputs_for_alpaca_eval_are_numbered_by_their_generator(tmp_path: Path) -> None:
    records: list[dict[str, object]] = [
        {"dataset": "d", "instruction": f"Ask {n}.", "output": f"Say {n}.", "generator": "m"}
        for n in range(2)
    ]
    told, found = read(write(tmp_path / "a.jsonl", *records))
    assert told == (
        "alpaca-eval, text = output, id = generator:position, prompt = instruction, "
        "model = generator"
    )
    assert found == [
        Generation(f"m:{n}", f"Say {n}.", f"Ask {n}.", "m", {"dataset": "d"}) for n in range(2)
    ]


WILDCHAT: dict[str, object] = {
    "conversation_hash": "cafe",
    "model": "m",
    "turn": 2,
    "conversation": [
        {"role": "user", "content": "How does it begin?", "toxic": False},
        {"role": "assistant", "content": PRIDE, "toxic": False},
        {"role": "user", "content": "And then?"},
        {"role": "assistant", "content": "However little known"},
    ],
}


def test_every_turn_of_the_assistant_is_a_generation(tmp_path: Path) -> None:
    told, records = read(write(tmp_path / "a.jsonl", WILDCHAT))
    assert told == (
        "chat, text = conversation[*].content where role is the assistant's, "
        "id = conversation_hash, prompt = the turns before, model = model"
    )
    assert records == [
        Generation("cafe", PRIDE, "How does it begin?", "m", {"turn": 2}, turn=1),
        Generation(
            "cafe",
            "However little known",
            f"How does it begin?\n\n{PRIDE}\n\nAnd then?",
            "m",
            {"turn": 2},
            turn=3,
        ),
    ]


def test_conversations_of_sharegpt_have_other_names(tmp_path: Path) -> None:
    record = {
        "id": "s1",
        "conversations": [
            {"from": "human", "value": "How does it begin?"},
            {"from": "gpt", "value": PRIDE},
        ],
    }
    told, records = read(write(tmp_path / "a.jsonl", record))
    assert told.startswith("chat, text = conversations[*].value where from is the assistant's")
    assert records == [Generation("s1", PRIDE, "How does it begin?", None, {}, turn=1)]


def test_messages_may_have_parts_reasoning_and_calls(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": "Quote."},
        {"role": "user", "content": [{"type": "text", "text": "How?"}, {"type": "image_url"}]},
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "Look it up.",
            "tool_calls": [{"type": "function", "function": {"arguments": '{"q": "Emma"}'}}],
        },
        {"role": "tool", "content": "Found."},
        {"role": "assistant", "content": [{"type": "text", "text": PRIDE}]},
    ]
    path = write(tmp_path / "a.jsonl", {"messages": messages})
    _, records = read(path, part="all")
    assert [(one.turn, one.part, one.text) for one in generations(records)] == [
        (2, "reasoning", "Look it up."),
        (2, "tool", "Emma"),
        (4, "completion", PRIDE),
    ]
    assert generations(records)[-1].prompt == "Quote.\n\nHow?\n\nLook it up.\n\nEmma\n\nFound."


def test_a_conversation_without_the_assistant_is_rejected(tmp_path: Path) -> None:
    lonely = {"conversation_hash": "b", "conversation": [{"role": "user", "content": "Hello?"}]}
    _, records = read(write(tmp_path / "a.jsonl", WILDCHAT, WILDCHAT, lonely))
    assert isinstance(records[-1], Rejection)
    assert records[-1].id == "b"
    assert records[-1].reason.endswith("the conversation has no turn of the assistant")


def test_messages_beside_a_text_are_its_prompt(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "How does it begin?"}]
    told, records = read(write(tmp_path / "a.jsonl", {"messages": messages, "response": PRIDE}))
    assert told == "JSON lines, text = response, id = file:line, prompt = messages[*].content"
    assert records == [Generation("a.jsonl:1", PRIDE, "How does it begin?", None, {})]


def test_a_named_field_may_hold_several_texts(tmp_path: Path) -> None:
    record = {"id": "a", "n": 1, "out": {"choices": [{"t": "one"}, {"t": "two"}, {"t": 3}, {}]}}
    told: list[str] = []
    path = write(tmp_path / "a.jsonl", record)
    source = GenerationSource([path], text_field="out.choices[*].t", on_detect=told.append)
    assert list(source) == [
        Generation("a", "one", None, None, {"n": 1}, 0),
        Generation("a", "two", None, None, {"n": 1}, 1),
        Rejection("a", f"{path}:1: the text 2 is a number, expected a string", str(path), 1),
    ]
    assert told == [f"detected: {path} is JSON lines, text = out.choices[*].t, id = id"]


def test_fields_named_for_the_rest_come_before_those_of_the_format(tmp_path: Path) -> None:
    record = WILDCHAT | {"uid": 5, "who": "other"}
    path = write(tmp_path / "a.jsonl", record)
    found = list(GenerationSource([path], id_field="uid", model_field="who"))
    assert [(one.id, one.model) for one in generations(found)] == [("5", "other")] * 2
    with pytest.raises(InputError, match="has the field 'nothing' for the id"):
        list(GenerationSource([path], id_field="nothing"))


def test_the_format_may_be_named(tmp_path: Path) -> None:
    record = {"generator": "m", "instruction": "p", "output": "a"}
    path = write(tmp_path / "a.jsonl", record)
    told, records = read(path, name="plain")
    assert told.startswith("JSON lines, text = output")
    assert records == [Generation("a.jsonl:1", "a", "p", "m", {})]
    with pytest.raises(
        InputError, match=r"no record has a text: .*the conversation is missing or null"
    ):
        read(path, name="chat")
    with pytest.raises(InputError, match="'open-ai' is no format") as caught:
        read(path, name="open-ai")
    names = [*formats.FORMATS, "plain", *(one.name for one in FORMATS)]
    assert caught.value.hint == (f"did you mean openai-batch? the formats are: {', '.join(names)}")
    with pytest.raises(InputError, match="the format chat knows where its text is"):
        GenerationSource([path], format="chat", text_field="output")


def test_a_part_that_records_cannot_have_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"text": "a"})
    with pytest.raises(InputError, match="whose texts have no part named 'reasoning'"):
        read(path, part="reasoning")
    with pytest.raises(InputError, match="there is no part 'thoughts' of an answer"):
        read(path, part="thoughts")
    assert read(path, part="all")[1] == [Generation("a.jsonl:1", "a", None, None, {})]


def test_one_strange_record_does_not_make_the_format(tmp_path: Path) -> None:
    plain: list[object] = [{"text": "a"}] * 3
    told, records = read(write(tmp_path / "a.jsonl", WILDCHAT, *plain))
    assert told.startswith("JSON lines")
    assert [type(record) for record in records] == [Rejection, *[Generation] * 3]


def test_no_text_in_any_record_of_any_file_is_an_error(tmp_path: Path) -> None:
    failed = {"custom_id": "a", "response": None, "error": {"code": "c", "message": "m"}}
    bad = write(tmp_path / "bad.jsonl", failed)
    with pytest.raises(InputError, match=r"no record has a text: .*bad\.jsonl:1: the request fa"):
        read(bad)
    good = write(tmp_path / "good.jsonl", {"text": "a"})
    assert len(list(GenerationSource([bad, good]))) == 2
