"""The peers: which versions, what else their packages need, and how they are driven."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """One tool that memscan is compared with.

    Attributes:
        name: Its name on PyPI.
        requirements: What its environment gets, pinned.
        reason: Why more than the package itself is installed; empty if it is not.
        is_kept_on_disk: Whether its index outlives a process; else one builds and answers.
        ways: What its answers are built on.
        lacks: What it does not do, of what memscan does.
    """

    name: str
    requirements: tuple[str, ...]
    reason: str
    is_kept_on_disk: bool
    ways: str
    lacks: tuple[str, ...]

    @property
    def module(self) -> str:
        """The driver."""
        return f"benches.peers.drivers.with_{self.name.replace('-', '_')}"


TAKES_NUMBERS = "cutting and folding text (it takes numbers)"
YES_OR_NO = "maximal or longest matches (built here on its yes-or-no answers)"
ONE_SEQUENCE = "documents (one sequence, cut with a separator)"
NO_TEXT = "offsets in the original text, which it does not keep; faithfulness"

PEERS = (
    Peer(
        "infini-gram",
        ("infini-gram==2.6.0", "numpy==2.4.6"),
        "its indexing command imports numpy, which the package does not require",
        is_kept_on_disk=True,
        ways="`attribute` and `creativity`, which are made for these tasks, and `find`",
        lacks=(
            "cutting and folding text offline (tokenizers are downloaded; with numbers it works)",
            "in how many documents a match stands (it gives each place)",
            "`attribute` and `creativity` without two new threads for each word",
            NO_TEXT,
        ),
    ),
    Peer(
        "tokengrams",
        ("tokengrams==0.3.3",),
        "",
        is_kept_on_disk=True,
        ways="`contains` and `count`",
        lacks=(TAKES_NUMBERS, YES_OR_NO, ONE_SEQUENCE, NO_TEXT),
    ),
    Peer(
        "rusty-dawg",
        ("rusty-dawg==0.2.2", "transformers==5.23.0"),
        "it imports transformers, which the package does not require",
        is_kept_on_disk=False,
        ways="`Dawg.transition_and_count` and `get_count`",
        lacks=(
            TAKES_NUMBERS,
            "writing a `Dawg` to disk from Python",
            "where a match stands (`Dawg` tells that and how often)",
            ONE_SEQUENCE,
            NO_TEXT,
        ),
    ),
    Peer(
        "pydivsufsort",
        ("pydivsufsort==0.0.20", "numpy==2.4.6"),
        "",
        is_kept_on_disk=True,
        ways="`divsufsort` and `sa_search`",
        lacks=(
            "cutting and folding text (it takes bytes)",
            "maximal or longest matches in an array that is kept (`common_substrings` sorts anew)",
            "an index format (the array is written with NumPy)",
            ONE_SEQUENCE,
        ),
    ),
    Peer(
        "pysubstringsearch",
        ("pysubstringsearch==0.7.1",),
        "",
        is_kept_on_disk=True,
        ways="`search`",
        lacks=(
            "cutting and folding text (it takes strings, to the letter)",
            YES_OR_NO,
            "how often and where a match stands (it returns copies of the entries)",
            "names of documents, and documents of more than one line",
        ),
    ),
)
