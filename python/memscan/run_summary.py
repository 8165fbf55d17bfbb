"""What is worth saying of a run, and of one that was finished before."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import orjson

from memscan.errors import OutputError
from memscan.readers.prompts import PromptCounts
from memscan.records import Rejection
from memscan.tally import REJECTIONS_KEPT, CorpusCounts, RunCounts
from memscan.writers.results_folder import REJECTED_FILE, RUN_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What is worth saying of a run.

    Attributes:
        output: The folder of results.
        part: Which part of a run it is, such as ``3/16``; ``None`` of a whole run.
        unit: What a unit is, such as ``word``.
        min_length: The shortest match that was looked for, in units.
        min_chars: The shortest match that was looked for, in characters; 0 for no such limit.
        store_text: Whether the index stores texts; if not, no occurrence was compared with its
            text, and fidelity is unknown.
        discounts: What was discounted of the matches: ``prompts``, ``template``, ``baseline``.
        counts: What it saw and found.
        corpora: What it found in each named corpus, by its name.
        prompts: How many prompts of a file of their own met a generation; ``None`` without one.
        rejections: The first of the rejected records.
        seconds: How long it took.
    """

    output: Path
    part: str | None
    unit: str
    min_length: int
    min_chars: int
    store_text: bool
    discounts: tuple[str, ...]
    counts: RunCounts
    corpora: dict[str, CorpusCounts]
    prompts: PromptCounts | None
    rejections: tuple[Rejection, ...]
    seconds: float

    @classmethod
    def of(
        cls, output: Path, run: Mapping[str, object], rejections: tuple[Rejection, ...]
    ) -> RunSummary:
        """Return the summary of what ``run.json`` says.

        Raises:
            KeyError, TypeError: It does not say enough.
        """
        index, parameters = _object(run, "index"), _object(run, "parameters")
        return cls(
            output=output,
            part=_part(run.get("share")),
            unit=_object(index, "unit")["kind"],
            min_length=parameters["min_length"],
            min_chars=parameters["min_chars"],
            store_text=index["store_text"],
            discounts=tuple(run["discounts"]),  # type: ignore[arg-type]  # a wrong one is an error
            counts=RunCounts(**_object(run, "counts")),
            corpora={name: CorpusCounts(**one) for name, one in _object(run, "corpora").items()},
            prompts=_prompt_counts(run.get("prompts")),
            rejections=rejections,
            seconds=run["seconds"],  # type: ignore[arg-type]
        )


def finished_run(output: Path) -> tuple[Mapping[str, object], RunSummary] | None:
    """Return the ``run.json`` of a results folder and its summary; ``None`` if nothing is there.

    Raises:
        OutputError: There is something else.
    """
    if not output.exists():
        return None
    try:
        run = orjson.loads((output / RUN_FILE).read_bytes())
        return run, RunSummary.of(output, run, _first_rejections(output / REJECTED_FILE))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(
            f"{output} exists, and holds no results that this version wrote",
            hint="name another folder, or remove this one",
        ) from error


def _first_rejections(path: Path) -> tuple[Rejection, ...]:
    rejections = []
    with path.open("rb") as file:
        for _, line in zip(range(REJECTIONS_KEPT), file, strict=False):
            row = orjson.loads(line)
            place = row["file"] + ("" if row["line"] is None else f":{row['line']}")
            reason = row["reason"] if row["line"] is None else f"{place}: {row['reason']}"
            rejections.append(Rejection(row["generation_id"], reason, row["file"], row["line"]))
    return tuple(rejections)


def _part(share: object) -> str | None:
    return f"{share['number']}/{share['of']}" if isinstance(share, dict) else None


def _prompt_counts(about: object) -> PromptCounts | None:
    if not isinstance(about, dict):
        return None
    counts = {one.name: about[one.name] for one in fields(PromptCounts)}
    ids = {name: tuple(counts[name]) for name in ("missing_ids", "unused_ids")}
    return PromptCounts(**{**counts, **ids})


def _object(value: Mapping[str, object], name: str) -> dict[str, Any]:
    part = value[name]
    if not isinstance(part, dict):
        raise TypeError(name)
    return part
