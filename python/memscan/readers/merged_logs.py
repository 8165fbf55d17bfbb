"""Shards of Inspect's logs, which a merged log holds again.

An evaluation in parts writes ``NAME.shards/K/*.eval`` and merges them to ``NAME.eval`` beside that
folder. Where both are found in a folder, the shards would count everything twice. They are passed
over if the merged log is complete and was written after them, as Inspect's own viewer does.
"""

from collections.abc import Sequence
from functools import cache

from memscan.errors import InputError
from memscan.readers.eval_archive import is_successful
from memscan.readers.paths import FoundFile, InputPath, written_ns

_SHARDS, _LOG = ".shards", ".eval"


def without_merged_shards(found: Sequence[FoundFile]) -> tuple[list[FoundFile], list[FoundFile]]:
    """Return the files to read, and the shards that a merged log among them holds.

    A file that the user named is read in any case.
    """
    paths = {file.path for file in found}
    is_complete = cache(_is_complete)
    kept: list[FoundFile] = []
    merged: list[FoundFile] = []
    for file in found:
        log = _merged_log(file.path)
        is_merged = (
            not file.is_named
            and log is not None
            and log in paths
            and is_complete(log)
            and written_ns(file.path) < written_ns(log)
        )
        (merged if is_merged else kept).append(file)
    return kept, merged


def _merged_log(path: InputPath) -> InputPath | None:
    """Return where the log would be that a shard is merged into; ``None`` for what is no shard."""
    folder = path.parent.parent
    if path.suffix != _LOG or folder.suffix != _SHARDS:
        return None
    return folder.with_suffix(_LOG)


def _is_complete(path: InputPath) -> bool:
    try:
        return is_successful(path)
    except (InputError, OSError):
        return False
