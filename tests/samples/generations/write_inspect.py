"""Write logs of Inspect, with a model that says what it is told to; needs inspect-ai, no network.

Run as ``python write_inspect.py FOLDER``; see README.md.
"""

import sys
import tempfile
from pathlib import Path
from shutil import move

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log._recorders.chunked import convert_eval_logs_to_chunked
from inspect_ai.model import (
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentReasoning,
    ContentText,
    ModelOutput,
    _model,
    get_model,
)
from inspect_ai.solver import generate

PRIDE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)
ISHMAEL = "Call me Ishmael. Some years ago, never mind how long precisely, I thought I would sail."

# Tokens are counted with a table that would be fetched; their number does not matter here.
_model.count_text_tokens = lambda text: len(text) // 4


def answers() -> list[ModelOutput]:
    """Return what the model says, in the order in which it is asked."""
    reasoned = [ContentReasoning(reasoning="It begins with a name."), ContentText(text=ISHMAEL)]
    return [
        ModelOutput.from_content("mockllm/model", PRIDE),
        ModelOutput.from_content("mockllm/model", PRIDE[:40], stop_reason="max_tokens"),
        ModelOutput.from_content("mockllm/model", reasoned),
        ModelOutput.from_content("mockllm/model", "", stop_reason="content_filter"),
    ]


def main(folder: Path) -> None:
    """Write the same evaluation as .eval, as .json, and as .eval with its samples in chunks."""
    few_shot = [
        ChatMessageSystem(content="Quote."),
        ChatMessageUser(content="How does Emma begin?"),
        ChatMessageAssistant(content="Emma Woodhouse, handsome, clever, and rich."),
        ChatMessageUser(content="How does Moby-Dick begin? " * 8),
    ]
    samples = [
        Sample(id="austen/pride", input="How does Pride and Prejudice begin?"),
        Sample(id=2, input=few_shot),
    ]
    for log_format in ("eval", "json"):
        task = Task(dataset=MemoryDataset(samples), solver=generate(), epochs=2, name="begin")
        first, second = answers()[:2], answers()[2:]
        outputs = [first[0], second[0], first[1], second[1]]
        model = get_model("mockllm/model", custom_outputs=outputs)
        [log] = evaluate(
            task,
            model=model,
            log_dir=str(folder),
            log_format=log_format,
            display="none",
            max_samples=1,
        )
        path = Path(log.location.removeprefix("file://"))
        move(path, folder / f"begin{path.suffix}")
    with tempfile.TemporaryDirectory() as work:
        convert_eval_logs_to_chunked(
            str(folder / "begin.eval"), work, chunk_size=2, attachments_chunk_bytes=64
        )
        move(Path(work) / "begin.eval", folder / "chunked.eval")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
