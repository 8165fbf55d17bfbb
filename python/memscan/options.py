"""What can be chosen about a build and a scan, checked where it is chosen."""

from __future__ import annotations

import operator
from dataclasses import dataclass

from memscan.errors import InputError

LARGEST_NUMBER = 2**31 - 1
MOST_THREADS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """How closely to look, and how much to report.

    Attributes:
        min_length: Shortest match to report, in units; everything of at least this length is.
        occurrences: How many places in the corpus to report of each match, best first.
        occurrences_examined: Among how many places the best are chosen; never fewer than
            ``occurrences``, and raised to it where it is.
        context_chars: How many characters to show on each side of a match, in both texts.
        threads: How many threads to use; ``None`` for one a core. The result does not depend on it.

    Raises:
        TypeError: If a value is not a whole number.
        InputError: If a value is out of its range.
    """

    min_length: int = 10
    occurrences: int = 1
    occurrences_examined: int = 16
    context_chars: int = 200
    threads: int | None = None

    def __post_init__(self) -> None:
        """Check every value, and keep it as a plain ``int``."""
        occurrences = whole_number("occurrences", self.occurrences, least=1)
        examined = whole_number("occurrences_examined", self.occurrences_examined, least=1)
        checked = {
            "min_length": whole_number("min_length", self.min_length, least=1),
            "occurrences": occurrences,
            "occurrences_examined": max(occurrences, examined),
            "context_chars": whole_number("context_chars", self.context_chars, least=0),
            "threads": thread_count(self.threads),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How an index is laid out; what it answers does not depend on it.

    Attributes:
        filter_k: Length of the runs of units that the filter knows; shorter matches are found
            without it, and slower.
        filter_bits: Its size, in bits for each run.
        shard_units: How many units one shard holds at most; a document with more has its own.
        overwrite: Whether to replace an index that exists.
        threads: How many threads to use; ``None`` for one a core.

    Raises:
        TypeError: If a number is not a whole number.
        InputError: If a number is out of its range.
    """

    filter_k: int = 5
    filter_bits: int = 12
    shard_units: int = 2**31 - 2
    overwrite: bool = False
    threads: int | None = None

    def __post_init__(self) -> None:
        """Check every number, and keep it as a plain ``int``."""
        checked = {
            "filter_k": whole_number("filter_k", self.filter_k, least=1),
            "filter_bits": whole_number("filter_bits", self.filter_bits, least=1),
            "shard_units": whole_number("shard_units", self.shard_units, least=1),
            "threads": thread_count(self.threads),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)


def whole_number(name: str, value: object, *, least: int, most: int = LARGEST_NUMBER) -> int:
    """Return ``value`` as an ``int`` if it is a whole number from ``least`` to ``most``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # the type is what is checked
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        message = f"{name} is a {type(value).__name__}; expected a whole number"
        raise TypeError(message)
    if not least <= number <= most:
        raise InputError(f"{name} is {number}; expected a whole number from {least} to {most}")
    return number


def thread_count(threads: int | None) -> int | None:
    """Return ``threads`` if it is a number of threads that a machine can have, or ``None``."""
    return None if threads is None else whole_number("threads", threads, least=1, most=MOST_THREADS)
