"""Write samples of the lm-evaluation-harness, with a model that repeats itself; needs lm_eval.

Run as ``python write_lm_eval.py FOLDER``; no network is used. See README.md.
"""

import json
import sys
import tempfile
from pathlib import Path

import lm_eval
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

DOCUMENTS = [
    {"question": "How does Pride and Prejudice begin?", "answer": "It is a truth universally"},
    {"question": "How does Moby-Dick begin?", "answer": "Call me Ishmael."},
]
SHARED = {
    "dataset_path": "json",
    "test_split": "test",
    "doc_to_text": "{{question}}",
    "doc_to_target": "{{answer}}",
}
TASKS = {
    "begin": {
        "output_type": "generate_until",
        "generation_kwargs": {"until": ["\n"]},
        "repeats": 2,
        "filter_list": [
            {"name": "strict", "filter": [{"function": "take_first"}]},
            {
                "name": "flexible",
                "filter": [
                    {"function": "regex", "regex_pattern": "(\\w+)"},
                    {"function": "take_first"},
                ],
            },
        ],
        "metric_list": [{"metric": "exact_match"}],
    },
    "choose": {
        "output_type": "multiple_choice",
        "doc_to_choice": ["Once upon a time", "It was the best of times"],
        "doc_to_target": 0,
        "metric_list": [{"metric": "acc"}],
    },
    "roll": {
        "output_type": "loglikelihood_rolling",
        "doc_to_text": "",
        "metric_list": [{"metric": "word_perplexity"}],
    },
}


class Quoting(LM):
    """A model that answers with what it was asked."""

    def generate_until(self, requests: list) -> list[str]:
        return [f"You asked: {request.args[0]}" for request in requests]

    def loglikelihood(self, requests: list) -> list[tuple[float, bool]]:
        return [(-float(len(request.args[1])), False) for request in requests]

    def loglikelihood_rolling(self, requests: list) -> list[float]:
        return [-float(len(request.args[0])) for request in requests]


def main(folder: Path) -> None:
    """Run the tasks, each in a folder of its own, and keep the files of samples."""
    with tempfile.TemporaryDirectory() as work:
        documents = Path(work) / "documents.jsonl"
        documents.write_text("".join(json.dumps(one) + "\n" for one in DOCUMENTS))
        for name, task in TASKS.items():
            files = {"dataset_kwargs": {"data_files": {"test": str(documents)}}}
            (Path(work) / f"{name}.yaml").write_text(
                json.dumps(SHARED | files | task | {"task": name})
            )
        tracker = EvaluationTracker(output_path=work)
        results = lm_eval.simple_evaluate(
            model=Quoting(),
            tasks=list(TASKS),
            task_manager=TaskManager(include_path=work, include_defaults=False),
            log_samples=True,
            bootstrap_iters=0,
        )
        samples = results.pop("samples")
        tracker.save_results_aggregated(results=results, samples=samples)
        for name in TASKS:
            tracker.save_results_samples(task_name=name, samples=samples[name])
            [path] = Path(work).rglob(f"samples_{name}_*.jsonl")
            (folder / f"samples_{name}.jsonl").write_bytes(path.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
