"""How much memory there is, how much is in use, and what of it a build may take.

A budget is for the whole process: what it held before comes off it, then a share for the documents
that are being read, and the rest is for the shards. Where a figure cannot be found out, as on a
system without ``/proc``, it is ``None``, and nothing is limited by it.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memscan.batches import BATCH_CHARACTERS
from memscan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")

LEAST_SHARD_BYTES = 64 * 2**20
"""What a shard must have, beside what is held and read."""

READING_SHARE = 16
"""One part in so many of the budget is for the documents that are being read."""

TEXT_BYTES_A_CHARACTER = 16
"""Memory for each character of a batch: four batches are on their way, and one is in UTF-8 too."""

TOKENIZED_BYTES_A_CHARACTER = 320
"""The same where a tokenizer works on the batch."""

LEAST_BATCH_CHARACTERS = 2**16

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:([KMGT])(I)?)?B?\s*", re.IGNORECASE | re.ASCII)
_POWERS = {None: 0, "K": 1, "M": 2, "G": 3, "T": 4}
_KILO, _KIBI = 1000, 1024


@dataclass(frozen=True, slots=True)
class Budget:
    """What a build may use.

    Attributes:
        shard_bytes: Memory for the shards; ``None`` for no limit.
        batch_characters: How many characters are handed over at a time, about.
    """

    shard_bytes: int | None
    batch_characters: int


def budget(memory: int | None, *, bytes_a_character: int = TEXT_BYTES_A_CHARACTER) -> Budget:
    """Divide the memory that the process may use; if not given, half of what is free is.

    Args:
        memory: Bytes for the whole process, what it holds already included.
        bytes_a_character: What each character of a batch takes.

    Raises:
        InputError: If ``memory`` is too little to work with.
    """
    held = resident_bytes() or 0
    least = (held + LEAST_SHARD_BYTES) * READING_SHARE // (READING_SHARE - 1) + 1
    if memory is None:
        free = free_bytes()
        if free is None:
            return Budget(None, BATCH_CHARACTERS * TEXT_BYTES_A_CHARACTER // bytes_a_character)
        memory = max(held + free // 2, least)
    if memory < least:
        raise InputError(
            f"memory is {memory:,} bytes; expected at least {least:,}, since the process holds "
            f"{held:,} before it begins",
            hint="give more, or leave it out: then half of what is free is used",
        )
    reading = min(memory // READING_SHARE, BATCH_CHARACTERS * TEXT_BYTES_A_CHARACTER)
    characters = max(reading // bytes_a_character, LEAST_BATCH_CHARACTERS)
    return Budget(memory - held - reading, characters)


def size_in_bytes(text: str) -> int:
    """Return the number of bytes that a size such as ``4GB``, ``512 MiB`` or ``2000000`` means.

    ``K``, ``M``, ``G`` and ``T`` stand for powers of 1000, and with an ``i`` of 1024; the ``B``
    may be left out, and the case makes no difference.

    Raises:
        InputError: If the text is no size.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InputError(
            f"{text!r} is no size; expected bytes, or a number with a unit such as 4GB or 512MiB"
        )
    number, unit, is_binary = match.groups()
    base = _KIBI if is_binary else _KILO
    return int(float(number) * base ** _POWERS[unit and unit.upper()])


def free_bytes() -> int | None:
    """Return how much memory the process could still get: of machine, container and limits."""
    free = [_free_of_machine(), *_free_of_cgroups(), _free_of_address_space()]
    return min((one for one in free if one is not None), default=None)


def resident_bytes() -> int | None:
    """Return how much memory the process has now."""
    return _kilobytes_in(PROC / "self" / "status", "VmRSS")


def peak_bytes() -> int | None:
    """Return the most memory that the process has had, its mapped files included."""
    # Not from getrusage where it can be helped: that counts the parent before the program began.
    peak = _kilobytes_in(PROC / "self" / "status", "VmHWM")
    return _peak_of_usage() if peak is None else peak


def _peak_of_usage() -> int | None:
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on every system

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _free_of_machine() -> int | None:
    free = _kilobytes_in(PROC / "meminfo", "MemAvailable")
    if free is not None:
        return free
    try:
        pages, page_bytes = os.sysconf("SC_AVPHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return pages * page_bytes if pages > 0 and page_bytes > 0 else None


def _free_of_address_space() -> int | None:
    """Return what ``ulimit -v`` leaves, if it limits."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on every system

    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    used = _kilobytes_in(PROC / "self" / "status", "VmSize")
    return None if most == resource.RLIM_INFINITY or used is None else max(0, most - used)


def _free_of_cgroups() -> Iterator[int]:
    """Yield what is free of every limit that holds for the process."""
    for line in _lines(PROC / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, limit, usage, cache = CGROUPS, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root, limit = CGROUPS / "memory", "memory.limit_in_bytes"
            usage, cache = "memory.usage_in_bytes", "total_inactive_file"
        else:
            continue
        # Where the path is not mounted, as in a container, its own group is the root.
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            most, used = _number_in(folder / limit), _number_in(folder / usage)
            if most is not None and used is not None:
                yield max(0, most - used + (_statistic_in(folder / "memory.stat", cache) or 0))
            if folder == root:
                break


def _number_in(path: Path) -> int | None:
    """Return the number in a file; ``max``, and what is no number, is no limit."""
    first = next(iter(_lines(path)), "")
    return int(first) if first.isdecimal() else None


def _statistic_in(path: Path, name: str) -> int | None:
    words = (line.split() for line in _lines(path))
    return next((int(found[1]) for found in words if found[:1] == [name]), None)


def _kilobytes_in(path: Path, name: str) -> int | None:
    kilobytes = _statistic_in(path, f"{name}:")
    return None if kilobytes is None else kilobytes * _KIBI


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
