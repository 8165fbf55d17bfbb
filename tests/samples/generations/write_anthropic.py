"""Write results of Anthropic's batch API, as the types of the package ``anthropic`` have it.

Run as ``python write_anthropic.py FOLDER``; see README.md.
"""

import json
import sys
from pathlib import Path

from anthropic.types.messages import MessageBatchIndividualResponse

PRIDE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)


def succeeded(
    custom_id: str, *content: dict[str, object], stop_reason: str = "end_turn"
) -> dict[str, object]:
    """Return the result of a request that was answered."""
    message = {
        "id": f"msg_{custom_id}",
        "type": "message",
        "role": "assistant",
        "model": "claude-test-1",
        "content": list(content),
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 25},
    }
    return ended(custom_id, {"type": "succeeded", "message": message})


def ended(custom_id: str, result: dict[str, object]) -> dict[str, object]:
    """Return one line of the results."""
    record = {"custom_id": custom_id, "result": result}
    checked = MessageBatchIndividualResponse.model_validate(record)
    return checked.model_dump(mode="json", exclude_unset=True)


def text(words: str) -> dict[str, object]:
    """Return a block of text."""
    return {"type": "text", "text": words, "citations": None}


THINKING = {"type": "thinking", "thinking": "A sentence is wanted.", "signature": "c2lnbmVk"}
HIDDEN = {"type": "redacted_thinking", "data": "aGlkZGVu"}
TOOL = {
    "type": "tool_use",
    "id": "toolu_1",
    "name": "write_file",
    "input": {"path": "a.txt", "text": PRIDE},
}
ERROR = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": "max_tokens: Field required"},
}

RESULTS = [
    succeeded("thought", THINKING, HIDDEN, text(PRIDE[:40]), text(PRIDE[40:])),
    succeeded("called", text("I write it down."), TOOL, stop_reason="tool_use"),
    succeeded("cut", text(PRIDE[:50]), stop_reason="max_tokens"),
    succeeded("refused", stop_reason="refusal"),
    ended("errored", {"type": "errored", "error": ERROR}),
    ended("canceled", {"type": "canceled"}),
    ended("expired", {"type": "expired"}),
]
REQUESTS = [
    {
        "custom_id": custom_id,
        "params": {
            "model": "claude-test-1",
            "max_tokens": 100,
            "system": [{"type": "text", "text": "Quote."}],
            "messages": [{"role": "user", "content": f"How does {custom_id} begin?"}],
        },
    }
    for custom_id in ("refused", "thought", "unanswered")
]

if __name__ == "__main__":
    for name, lines in {"results.jsonl": RESULTS, "requests.jsonl": REQUESTS}.items():
        content = "".join(json.dumps(one) + "\n" for one in lines)
        (Path(sys.argv[1]) / name).write_text(content)
