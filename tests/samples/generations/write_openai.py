"""Write output of OpenAI's batch API, as the types of the package ``openai`` have it.

Run as ``python write_openai.py FOLDER``; see README.md.
"""

import json
import sys
from pathlib import Path

from openai.types import Completion
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

PRIDE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)
MODEL = "gpt-test-1"


def chat(*choices: dict[str, object]) -> dict[str, object]:
    """Return the body of a chat completion."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767225600,
        "model": MODEL,
        "choices": [
            {"index": place, "logprobs": None, "finish_reason": "stop"} | choice
            for place, choice in enumerate(choices)
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 25, "total_tokens": 34},
    }
    return ChatCompletion.model_validate(body).model_dump(mode="json")


def said(content: object, **other: object) -> dict[str, object]:
    """Return the message of an assistant."""
    return {"message": {"role": "assistant", "content": content, "refusal": None} | other}


def completion(*texts: str) -> dict[str, object]:
    """Return the body of a completion."""
    body = {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1767225600,
        "model": MODEL,
        "choices": [
            {"index": place, "text": text, "logprobs": None, "finish_reason": "length"}
            for place, text in enumerate(texts)
        ],
    }
    return Completion.model_validate(body).model_dump(mode="json")


def response(*output: dict[str, object], **other: object) -> dict[str, object]:
    """Return the body of a response."""
    body = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1767225600,
        "status": "completed",
        "model": MODEL,
        "output": list(output),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    return Response.model_validate(body | other).model_dump(mode="json", exclude_unset=True)


def line(custom_id: str, body: dict[str, object] | None, **other: object) -> dict[str, object]:
    """Return one line of a batch's output."""
    answered = {"status_code": 200, "request_id": f"req_{custom_id}", "body": body}
    return {
        "id": f"batch_req_{custom_id}",
        "custom_id": custom_id,
        "response": answered if body is not None else None,
        "error": None,
    } | other


def asked(custom_id: str, url: str, **body: object) -> dict[str, object]:
    """Return one line of a batch's input."""
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": {"model": MODEL} | body}


def call(name: str, arguments: dict[str, str]) -> dict[str, object]:
    """Return the call of a function."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": "call_1", "type": "function", "function": function}


def message(*content: dict[str, object]) -> dict[str, object]:
    """Return a message in the output of a response."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": list(content),
    }


FAILED = {"error": {"message": "max_tokens is too large", "type": "invalid_request_error"}}
EXPIRED = {"code": "batch_expired", "message": "This request could not be executed in time."}
REASONING = {
    "id": "rs_1",
    "type": "reasoning",
    "summary": [{"type": "summary_text", "text": "A sentence is wanted."}],
}
FUNCTION_CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "write_file",
    "arguments": json.dumps({"path": "a.txt", "text": PRIDE}),
}

FILES = {
    "chat.jsonl": [
        line("b", chat(said(PRIDE), said("Call me Ishmael."))),
        line("a", chat(said(None, refusal="I cannot reproduce that.") | {})),
        line("blocked", chat(said("") | {"finish_reason": "content_filter"})),
        line("cut", chat(said(PRIDE[:50]) | {"finish_reason": "length"})),
        line(
            "called",
            chat(
                said(None, tool_calls=[call("write_file", {"path": "a.txt", "text": PRIDE})])
                | {"finish_reason": "tool_calls"}
            ),
        ),
        line("failed", None, response={"status_code": 400, "request_id": "r", "body": FAILED}),
        line("expired", None, error=EXPIRED),
    ],
    "chat_input.jsonl": [
        asked(
            "a",
            "/v1/chat/completions",
            messages=[
                {"role": "system", "content": "Quote."},
                {"role": "user", "content": [{"type": "text", "text": "How does Emma begin?"}]},
            ],
        ),
        asked("b", "/v1/chat/completions", messages=[{"role": "user", "content": PRIDE}]),
        asked("c", "/v1/chat/completions", messages=[{"role": "user", "content": "Unanswered."}]),
    ],
    "completions.jsonl": [line("a", completion(PRIDE, "Call me Ishmael."))],
    "completions_input.jsonl": [asked("a", "/v1/completions", prompt="It is a truth", n=2)],
    "responses.jsonl": [
        line(
            "a",
            response(
                REASONING,
                message({"type": "output_text", "text": PRIDE, "annotations": []}),
                FUNCTION_CALL,
            ),
        ),
        line("b", response(message({"type": "refusal", "refusal": "No."}))),
        line(
            "c",
            response(
                message({"type": "output_text", "text": PRIDE[:30], "annotations": []}),
                status="incomplete",
                incomplete_details={"reason": "max_output_tokens"},
            ),
        ),
    ],
    "responses_input.jsonl": [
        asked("a", "/v1/responses", instructions="Quote.", input="How does Emma begin?"),
        asked("b", "/v1/responses", input=[{"role": "user", "content": "How?"}]),
    ],
}

if __name__ == "__main__":
    for name, lines in FILES.items():
        text = "".join(json.dumps(one) + "\n" for one in lines)
        (Path(sys.argv[1]) / name).write_text(text)
