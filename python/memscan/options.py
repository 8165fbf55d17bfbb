"""What can be chosen about a build and a scan, checked where it is chosen."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memscan import _native
from memscan.errors import InputError

if TYPE_CHECKING:
    import os

    from memscan.tokenizing import Tokenizer

LARGEST_NUMBER = 2**31 - 1
LARGEST_SIZE = 2**63 - 1
MOST_THREADS = 1024
TOKEN = "token"  # noqa: S105 - a unit, no password
UNITS = ("word", "lexeme", "byte", TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """How closely to look, and how much to report.

    Attributes:
        min_length: Shortest match to report, in units; everything of at least this length is.
            ``None`` for what suits the unit: 10 words, 20 lexemes, 50 bytes, 50 tokens.
        min_chars: Shortest match to report, in characters of the text that is scanned; both limits
            hold, and everything that is counted is counted within them.
        occurrences: How many places in the corpus to report of each match, best first.
        occurrences_examined: Among how many places the best are chosen; never fewer than
            ``occurrences``, and raised to it where it is.
        context_chars: How many characters to show on each side of a match, in both texts.
        seed: Of the choice of those places, where a match has more: one is drawn from each of as
            many equal parts of all, in the order of the corpus.
        threads: How many threads to use; ``None`` for one a core. The result does not depend on it.

    Raises:
        TypeError: If a value is not a whole number.
        InputError: If a value is out of its range.
    """

    min_length: int | None = None
    min_chars: int = 0
    occurrences: int = 1
    occurrences_examined: int = 16
    context_chars: int = 200
    seed: int = 0
    threads: int | None = None

    def __post_init__(self) -> None:
        """Check every value, and keep it as a plain ``int``."""
        occurrences = whole_number("occurrences", self.occurrences, least=1)
        examined = whole_number("occurrences_examined", self.occurrences_examined, least=1)
        _keep(
            self,
            min_length=_given("min_length", self.min_length),
            min_chars=whole_number("min_chars", self.min_chars, least=0),
            occurrences=occurrences,
            occurrences_examined=max(occurrences, examined),
            context_chars=whole_number("context_chars", self.context_chars, least=0),
            seed=whole_number("seed", self.seed, least=0),
            threads=thread_count(self.threads),
        )

    def min_length_in(self, unit: str) -> int:
        """Return the shortest match to report in an index of this unit."""
        return shortest(unit, self.min_length)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOptions:
    """How an index is opened; what it answers does not depend on it.

    Attributes:
        mmap: Whether its files are mapped; else they are read whole.
        use_filter: Whether the filter is asked before the suffix array.
        use_vectors: Whether texts are cut with vector instructions.
    """

    mmap: bool = True
    use_filter: bool = True
    use_vectors: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardOptions:
    """How an index is cut into shards; what it answers does not depend on it.

    Attributes:
        memory: How much memory the process may use, in bytes, what it holds before included;
            ``None`` for that and half of what is free. Not limited by it are the ids, which are
            kept to tell documents apart, and the longest document.
        shard_units: How many units one shard holds at most; a document with more has its own.
            ``None`` for as many as fit.
        threads: How many threads to use; ``None`` for one a core.

    Raises:
        TypeError: If a number is not a whole number.
        InputError: If a number is out of its range.
    """

    memory: int | None = None
    shard_units: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        """Check every number, and keep it as a plain ``int``."""
        _keep(
            self,
            memory=_given("memory", self.memory, most=LARGEST_SIZE),
            shard_units=_given("shard_units", self.shard_units),
            threads=thread_count(self.threads),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions(ShardOptions):
    """How an index is built.

    Attributes:
        unit: What a text is a sequence of: ``word``, ``lexeme``, ``byte`` or ``token``.
        tokenizer: What cuts texts into tokens: a ``tokenizer.json``, a folder that holds a
            tokenizer, or a ``memscan.tokenizing.Tokenizer``. Only for tokens.
        store_text: Whether the texts are kept. Without them an index is smaller, and no passage of
            the corpus can be shown or compared.
        filter_k: Length of the runs of units that the filter knows; shorter matches are found
            without it, and slower. ``None`` for what suits the unit.
        filter_bits: Its size, in bits for each run.
        overwrite: Whether to replace an index that exists.
        resume: Whether to go on where a build that was killed has finished shards.

    Raises:
        TypeError: If a value is of the wrong type.
        InputError: If a value is out of its range, or there is a tokenizer for another unit.
    """

    unit: str = "word"
    tokenizer: str | os.PathLike[str] | Tokenizer | None = None
    store_text: bool = True
    filter_k: int | None = None
    filter_bits: int = 12
    overwrite: bool = False
    resume: bool = False

    def __post_init__(self) -> None:
        """Check every value, and keep numbers as plain ``int``."""
        ShardOptions.__post_init__(self)  # not super(): slots make the class anew
        if self.unit not in UNITS:
            raise InputError(f"unit is {self.unit!r}; expected word, lexeme, byte or token")
        if self.tokenizer is not None and self.unit != TOKEN:
            raise InputError(
                f"a tokenizer is given, and the unit is {self.unit!r}",
                hint="a tokenizer belongs to the unit token",
            )
        _keep(
            self,
            filter_k=_given("filter_k", self.filter_k),
            filter_bits=whole_number("filter_bits", self.filter_bits, least=1),
        )


def _keep(options: object, **checked: int | None) -> None:
    """Keep numbers that were checked."""
    for name, value in checked.items():
        object.__setattr__(options, name, value)


def _given(name: str, value: object, *, most: int = LARGEST_NUMBER) -> int | None:
    return None if value is None else whole_number(name, value, least=1, most=most)


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


def shortest(unit: str, min_length: int | None) -> int:
    """Return ``min_length``, or the shortest match that is worth reporting in units of a kind."""
    return _native.unit_defaults(unit)[0] if min_length is None else min_length
