"""The shares of a run become one: the tables that a single scan would have written.

# Idea

A share keeps what it scanned in the order of the input. If files were dealt out, the records of
each file follow each other in one share, and are as many as that counted. If records were, one of
each share follow each other, round after round. Either way the batches are put back into the order
of the input and take the way that a scan's batches take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memscan.errors import InputError
from memscan.interleaving import Rows, rows_by_files, rows_in_turn
from memscan.job import differences, told
from memscan.progress import Progress, ignore
from memscan.readers.prompts import IDS_KEPT
from memscan.run_summary import RunSummary, finished_run
from memscan.running import Collected
from memscan.shares import Share
from memscan.writers import ResultsWriter, working_folder
from memscan.writers.parts import committed_parts
from memscan.writers.rows import from_rows
from memscan.writers.working_folder import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MISSING_TOLD = 10


@dataclass(frozen=True, slots=True)
class _Part:
    """A results folder of one share.

    Attributes:
        path: The folder.
        run: Its ``run.json``.
        share: Which share it is.
    """

    path: Path
    run: Mapping[str, Any]
    share: Share


def merge_results(
    folders: Sequence[str | Path], output: str | Path, *, progress: Progress = ignore
) -> RunSummary:
    """Merge the results of all shares of a run into the results that one scan would have written.

    Args:
        folders: The results folders of all shares, in any order.
        output: The folder to create.
        progress: Called after every batch; the stage is not measured.

    Returns:
        The summary of the whole run.

    Raises:
        InputError: A folder is no share, one is missing or given twice, or they are not of the same
            index, parameters and inputs.
        OutputError: ``output`` exists or cannot be written, or what a share kept is damaged.
    """
    parts = _checked([_opened(Path(folder)) for folder in folders])
    inputs = _inputs(parts)
    output = Path(output)
    with working_folder(output, resume=False) as folder:
        folder.clear()
        with ResultsWriter(folder.path, output) as writer:
            collected = Collected(writer)
            for spans, generations in _in_order(parts, inputs):
                collected.add(from_rows(spans, generations))
                progress("merge", 0, None)
            _check_counts(parts, collected)
            run = collected.finish(_about(parts, inputs, has_prompts=collected.tally.has_prompts))
        folder.publish(keep_parts=False)
    return RunSummary.of(output, run, tuple(collected.tally.rejections))


def _opened(path: Path) -> _Part:
    finished = finished_run(path)
    if finished is None:
        unfinished = path.with_name(f"{path.name}.partial").is_dir()
        raise InputError(
            f"{path} {'is unfinished' if unfinished else 'does not exist'}",
            hint="scan this part, with --resume if it was interrupted" if unfinished else None,
        )
    run = finished[0]
    share = run.get("share")
    if not isinstance(share, dict) or not (path / PARTS).is_dir():
        raise InputError(
            f"{path} holds the results of a whole scan, not of a part of one",
            hint="give the folders that `memscan scan --part i/N` wrote",
        )
    return _Part(path, run, Share(int(share["number"]), int(share["of"])))


def _checked(parts: Sequence[_Part]) -> list[_Part]:
    """Return the parts in order, if they are all of one run, and each is there once."""
    if not parts:
        raise InputError("no part is given")
    first = parts[0]
    found: dict[int, _Part] = {}
    for part in parts:
        if differing := differences(_common(first.run), _common(part.run)):
            raise InputError(
                f"{part.path} is not of the same scan as {first.path}: {told(differing)}",
                hint="merge parts of the same index, parameters, inputs and N",
            )
        if other := found.get(part.share.number):
            raise InputError(f"part {part.share} is given twice: {other.path} and {part.path}")
        found[part.share.number] = part
    missing = [f"{n}/{first.share.of}" for n in range(1, first.share.of + 1) if n not in found]
    if missing:
        names = told(missing, most=_MISSING_TOLD, between=", ")
        are = "is" if len(missing) == 1 else "are"
        raise InputError(
            f"{len(missing):,} of {first.share.of:,} parts {are} missing: {names}",
            hint="scan them with `memscan scan --part`, then merge all",
        )
    return [found[number] for number in sorted(found)]


def _common(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return what all parts of a run have in common."""
    return {
        **run,
        "share": {"of": run["share"]["of"], "by": run["share"]["by"]},
        "inputs": [{"path": file["path"]} for file in run["inputs"]],
    }


def _inputs(parts: Sequence[_Part]) -> list[dict[str, Any]]:
    """Return what is known of each input file; the parts that read it must agree."""
    inputs = []
    for files in zip(*(part.run["inputs"] for part in parts), strict=True):
        was_read = [(file, part) for file, part in zip(files, parts, strict=True) if file["sha256"]]
        if not was_read:
            raise InputError(f"no part has read {files[0]['path']}")
        file, first = was_read[0]
        for other, part in was_read[1:]:
            if other != file:
                raise InputError(
                    f"{file['path']} was not the same when {first.path} and {part.path} were made",
                    hint="scan one of them again",
                )
        inputs.append(file)
    return inputs


def _in_order(parts: Sequence[_Part], inputs: Sequence[Mapping[str, Any]]) -> Iterator[Rows]:
    folders = [committed_parts(part.path / PARTS) for part in parts]
    if parts[0].run["share"]["by"] == "files":
        return rows_by_files(folders, [file["rows"] for file in inputs])
    return rows_in_turn(folders)


def _check_counts(parts: Sequence[_Part], collected: Collected) -> None:
    expected = sum(part.run["counts"]["generations"] for part in parts)
    if collected.tally.generations != expected:
        raise InputError(
            f"the parts have {expected:,} records, and kept {collected.tally.generations:,}",
            hint="their folders are damaged; scan them again",
        )


def _prompts(parts: Sequence[_Part]) -> dict[str, Any] | None:
    """Return how many prompts met a generation: of all, if every part has read all records."""
    first: dict[str, Any] | None = parts[0].run.get("prompts")
    if first is None or parts[0].run["share"]["by"] == "records":
        return first
    met = {name: sum(part.run["prompts"][name] for part in parts) for name in ("joined", "missing")}
    missing = [one for part in parts for one in part.run["prompts"]["missing_ids"]]
    return {**first, **met, "unused": None, "missing_ids": missing[:IDS_KEPT], "unused_ids": []}


def _about(
    parts: Sequence[_Part], inputs: Sequence[Mapping[str, Any]], *, has_prompts: bool
) -> dict[str, Any]:
    """Return what ``run.json`` says besides the counts: that of the first part, for all."""
    discounts = [name for name in parts[0].run["discounts"] if name != "prompts"]
    return {
        **parts[0].run,
        "share": None,
        "inputs": inputs,
        "prompts": _prompts(parts),
        "discounts": [*(["prompts"] if has_prompts else []), *discounts],
        "seconds": round(sum(part.run["seconds"] for part in parts), 3),
        "started": min(part.run["started"] for part in parts),
        "merged": {"parts": len(parts), "at": datetime.now(UTC).isoformat()},
    }
