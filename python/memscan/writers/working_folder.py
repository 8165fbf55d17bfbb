"""A folder that is complete under its name, or unfinished under another.

It is made as ``DIR.partial`` and becomes ``DIR`` by a rename when it is whole. As long as its
process lives it is locked. What a run leaves that was interrupted, failed or was killed holds the
parts that were committed, and waits to be resumed; what had not committed any leaves nothing that
is worth keeping, and is cleared away.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import orjson

from memscan.errors import OutputError
from memscan.writers.checkpoints import Checkpoint, damaged
from memscan.writers.output import naming_output, refuse_existing, synchronise, write_json
from memscan.writers.parts import CHECKPOINT_FILE, Part, committed_parts, part_name, read_part
from memscan.writers.results_folder import REJECTED_FILE

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from memscan.scanned import Scanned

PARTS = "parts"
JOB_FILE = "job.json"
KEPT_OF_UNFINISHED = (PARTS, REJECTED_FILE)


class WorkingFolder:
    """An unfinished run on disk, locked for this process.

    Attributes:
        path: The folder; the files of the results are written into it.
        output: What it will be called.
    """

    def __init__(self, path: Path, output: Path) -> None:
        """Look at what is there.

        Args:
            path: The folder.
            output: What it will be called.
        """
        self.path = path
        self.output = output
        self._parts = path / PARTS
        with naming_output(output):
            self._before = committed_parts(self._parts)
        self._part: Part | None = None

    @property
    def is_resumable(self) -> bool:
        """Whether anything was committed, by this process or before it."""
        return bool(self._before) or (self._part is not None and self._part.is_committed)

    @property
    def job(self) -> Mapping[str, object]:
        """What the run is that was begun here.

        Raises:
            OutputError: It cannot be read.
        """
        return read_job(self.path)

    @property
    def checkpoint(self) -> Checkpoint:
        """How far it had come.

        Raises:
            OutputError: It is damaged.
        """
        if not self._before:
            return Checkpoint()
        return Checkpoint.read(self._before[-1] / CHECKPOINT_FILE)

    def read(self) -> Iterator[Scanned]:
        """Yield what was committed before.

        Raises:
            OutputError: A part is damaged.
        """
        for part in self._before:
            yield from read_part(part)

    def clear(self) -> None:
        """Remove everything but the parts that were committed."""
        with naming_output(self.output):
            for path in self.path.iterdir():
                if path.name not in KEPT_OF_UNFINISHED or not self.is_resumable:
                    _remove(path)
            if self.is_resumable:
                for path in self._parts.iterdir():
                    if path.is_dir() and path not in self._before:
                        _remove(path)

    def begin(self, job: Mapping[str, object]) -> Part:
        """Clear the folder, and return the part to write; the first comes with its job."""
        self.clear()
        with naming_output(self.output):
            if not self._before:
                self._parts.mkdir()
                write_json(self._parts / JOB_FILE, job)
        self._part = Part(self._parts / part_name(len(self._before)), self.output)
        return self._part

    def publish(self, *, keep_parts: bool) -> None:
        """Give the folder its name."""
        self.close()
        with naming_output(self.output):
            synchronise(self.path)
            refuse_existing(self.output)
            self.path.rename(self.output)
        try:
            with naming_output(self.output):
                synchronise(self.output.parent)
        finally:
            if not keep_parts:
                shutil.rmtree(self.output / PARTS, ignore_errors=True)

    def leave(self) -> None:
        """Keep what can be resumed, without what would be written again; else nothing."""
        self.close()
        if not self.is_resumable:
            shutil.rmtree(self.path, ignore_errors=True)
        elif self.path.is_dir():
            self._remove_tables()

    def _remove_tables(self) -> None:
        for path in self.path.iterdir():
            if path.name not in KEPT_OF_UNFINISHED:
                with suppress(OSError):
                    _remove(path)

    def close(self) -> None:
        """Close the files that are open."""
        if self._part is not None:
            self._part.close()


def partial_of(output: Path) -> Path:
    """Return where a results folder is made."""
    return output.with_name(f"{output.name}.partial")


def read_job(folder: Path) -> Mapping[str, object]:
    """Return what the run was that is kept in a folder.

    Raises:
        OutputError: It cannot be read.
    """
    path = folder / PARTS / JOB_FILE
    try:
        job = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise damaged(path, str(error)) from error
    if not isinstance(job, dict):
        raise damaged(path, "it is no JSON object")
    return job


@contextmanager
def working_folder(output: Path, *, resume: bool) -> Generator[WorkingFolder]:
    """Give the folder to write to; it is to be published before the context is left.

    Args:
        output: The folder to make.
        resume: Whether to go on with what was left unfinished there; else that is refused.

    Raises:
        OutputError: If ``output`` exists, something unfinished is there and shall not be resumed,
            another process is writing there, or the system refuses.
    """
    refuse_existing(output)
    path = partial_of(output)
    with naming_output(output):
        lock = _locked_folder(path)
    try:
        try:
            folder = WorkingFolder(path, output)
        except BaseException:
            with suppress(OSError):
                path.rmdir()  # if it was made just now
            raise
        if folder.is_resumable and not resume:
            raise OutputError(
                f"{path} holds an unfinished scan",
                hint=f"go on with it by --resume, or remove {path} to scan anew",
            )
        try:
            yield folder
        except BaseException:
            folder.leave()
            raise
    finally:
        os.close(lock)


def _locked_folder(path: Path) -> int:
    """Return the descriptor of a folder, made if it is not there, and locked until it is closed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        path.mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _lock(descriptor, path)
            if _is_still(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # another process had it, and is done with it


def _lock(descriptor: int, path: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(
            f"another scan is writing to {path}", hint="wait for it, or name another folder"
        ) from None
    except OSError:  # a file system without locks
        return


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
