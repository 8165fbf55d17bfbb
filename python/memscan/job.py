"""What a run is: enough to repeat it, and to see whether another one is the same.

This is the beginning of ``run.json``. It is written down before anything is scanned, and compared
when a run is resumed, or its shares are merged.
"""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

from memscan import _native
from memscan.errors import InputError
from memscan.readers.messages import STDIN, path_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from memscan.common import Common, Template
    from memscan.index import Index
    from memscan.options import ScanOptions
    from memscan.readers.paths import FoundFile
    from memscan.records import InputFile
    from memscan.shares import Share

Job: TypeAlias = dict[str, object]
"""What is to be written as JSON."""

DIFFERENCES_TOLD = 5
_NOT_COMPARED = frozenset({"parameters.threads", "arguments.generations"})
_SIZE_OF = "size of "


def describe(  # noqa: PLR0913 - what makes up a run
    index: Index,
    options: ScanOptions,
    *,
    template: Template | None,
    common: Common,
    arguments: Mapping[str, object],
    prompts: InputFile | None,
    outcome_rules: object,
    files: Sequence[FoundFile],
    share: Share,
    is_by_files: bool,
) -> Job:
    """Return what a run is.

    Args:
        index: The corpus.
        options: How closely to look; the shortest match is known.
        template: The file with what all prompts share.
        common: That, and the baseline.
        arguments: The generations, and how they are read, as the user gave it.
        prompts: The file of prompts, if there is one; it was read.
        outcome_rules: How outcomes are judged.
        files: The files of generations.
        share: Which of their records are scanned.
        is_by_files: Whether the files are dealt out to the shares, and not the records.
    """
    return {
        "memscan": _native.version(),
        "python": platform.python_version(),
        "pyarrow": pa.__version__,
        "unicode_version": _native.unicode_version(),
        "index": _about_index(index),
        "template": _about_template(template) if template else None,
        "baseline": _about_index(common.baseline) if common.baseline else None,
        "parameters": asdict(options),
        "arguments": dict(arguments),
        "prompts": about_file(prompts) if prompts else None,
        "outcome_rules": outcome_rules,
        "share": None
        if share.of == 1
        else {"number": share.number, "of": share.of, "by": "files" if is_by_files else "records"},
        "inputs": [{"path": path_text(file.path), "bytes": file.size_bytes} for file in files],
    }


def differences(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return in which ways one run is not the other, a line each; none if they are the same.

    The number of threads makes no difference, nor where the index stands. A size of zero is that
    of a pipe: unknown.
    """
    values_before, values_now = dict(_values(before)), dict(_values(now))
    pairs = {
        name: (values_before.get(name), values_now.get(name))
        for name in dict.fromkeys([*values_before, *values_now])
    }
    return [
        f"{name}: {_shown(old)} -> {_shown(new)}"
        for name, (old, new) in pairs.items()
        if old != new and not (name.startswith(_SIZE_OF) and 0 in (old, new))
    ]


def refuse_differences(output: Path, before: Mapping[str, object], now: Job) -> None:
    """Raise an ``InputError`` if what was begun, or done, at ``output`` is another run."""
    if found := differences(before, now):
        raise InputError(
            f"{output} is of another scan: {told(found)}",
            hint="repeat the command as it was, or name another output",
        )


def told(found: Sequence[str], *, most: int = DIFFERENCES_TOLD, between: str = "; ") -> str:
    """Return the first of some lines, and how many more there are, for a message."""
    more = len(found) - most
    return between.join([*found[:most], *([f"and {more:,} more"] if more > 0 else [])])


def about_file(file: InputFile) -> dict[str, object]:
    """Return what is known of a file that was read."""
    return asdict(file) | {"path": path_text(file.path)}


def _values(job: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield what is compared of a run, each with its name."""
    yield "memscan", job.get("memscan")
    marks = {"index": "id", "baseline": "id", "template": "sha256", "prompts": "sha256"}
    for name, key in marks.items():
        yield name, _section(job, name).get(key)
    for name in ("parameters", "arguments", "share"):
        for key, value in _section(job, name).items():
            if f"{name}.{key}" not in _NOT_COMPARED:
                yield _option_of(name, key), value
    files = job.get("inputs")
    for number, file in enumerate(files if isinstance(files, list) else [], 1):
        if isinstance(file, dict):
            yield f"input {number}", file.get("path")
            if file.get("path") != str(STDIN):
                yield f"{_SIZE_OF}{file.get('path')}", file.get("bytes")


def _option_of(name: str, key: str) -> str:
    return f"{name}.{key}" if name == "share" else key


def _section(job: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = job.get(name)
    return value if isinstance(value, dict) else {}


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _about_index(index: Index) -> dict[str, object]:
    info = index.info
    return {
        "path": path_text(index.path),
        "id": info.id,
        "unit": {
            "kind": info.unit,
            "rules_version": info.unit_rules_version,
            "unicode_version": info.unicode_version,
            "tokenizer": info.tokenizer,
        },
        "documents": info.documents,
        "units": info.units,
        "text_bytes": info.text_bytes,
        "store_text": info.store_text,
    }


def _about_template(template: Template) -> dict[str, object]:
    return {
        "path": path_text(template.path),
        "bytes": template.bytes,
        "sha256": template.sha256,
    }
