"""Which documents one side reproduces in more generations than the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from memscan.intervals import benjamini_hochberg, fisher_exact, sign_test
from memscan.resampling import draws, percentile_interval, ratios, sign_flips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from memscan.comparison.sides import Clusters, Side
    from memscan.intervals import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChange:
    """How often a document is reproduced on each side.

    Attributes:
        document_id: Which document.
        first: Generations of the first results with a passage of which it is the best place.
        second: Of the second.
        difference: The share of the second's generations less that of the first's.
        interval: Its interval, of this document alone.
        probability: Of so uneven a change by chance, adjusted for the number of documents.
    """

    document_id: str
    first: int
    second: int
    difference: float
    interval: Interval | None
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentChanges:
    """The documents that changed most, and how many there are.

    Attributes:
        total: Documents with a passage on either side.
        test: What the probabilities are of: ``mcnemar``, ``sign flips`` or ``fisher``.
        shown: Those with the largest differences.
    """

    total: int
    test: str
    shown: Sequence[DocumentChange]


def document_changes(
    sides: tuple[Side, Side], clusters: Clusters, *, limit: int, rounds: int, seed: int
) -> DocumentChanges:
    """Return the documents whose share of generations differs most.

    Clusters are tested and not generations. If all are paired, by McNemar's exact test where each
    has one generation on either side, else by flipping the signs of their changes; if not, by
    Fisher's exact test of the clusters in which a document is reproduced at all. Probabilities are
    adjusted by the rule of Benjamini and Hochberg over all documents.
    """
    totals = np.array([max(1, len(side.keys)) for side in sides])
    names = list(dict.fromkeys(name for side in sides for name in side.documents))
    test = "fisher" if any(map(len, clusters.only)) else "sign flips"
    if test != "fisher" and clusters.are_single:
        test = "mcnemar"
    counts = np.array([[len(_held(side, name)) for side in sides] for name in names]).reshape(-1, 2)
    shares = counts / totals
    changes = shares[:, 1] - shares[:, 0]
    tested = [_held_in(sides, clusters, name) for name in names]
    adjusted = benjamini_hochberg(_probabilities(test, tested, clusters, rounds, seed))
    order = sorted(range(len(names)), key=lambda at: (-abs(changes[at]), names[at]))[:limit]
    intervals = _intervals(sides, clusters, [names[at] for at in order], rounds, seed)
    return DocumentChanges(
        total=len(names),
        test=test,
        shown=[
            DocumentChange(
                document_id=names[at],
                first=int(counts[at, 0]),
                second=int(counts[at, 1]),
                difference=float(changes[at]),
                interval=interval,
                probability=adjusted[at],
            )
            for at, interval in zip(order, intervals, strict=True)
        ],
    )


def _held(side: Side, document: str) -> NDArray[np.int64]:
    return side.documents.get(document, np.empty(0, np.int64))


def _held_in(
    sides: tuple[Side, Side], clusters: Clusters, document: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for both sides the cluster of each generation that reproduces a document."""
    first, second = (clusters.of[at][_held(side, document)] for at, side in enumerate(sides))
    return first, second


def _probabilities(
    test: str,
    tested: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    clusters: Clusters,
    rounds: int,
    seed: int,
) -> list[float]:
    sizes = [len(of_side) for of_side in clusters.of]
    all_of = [len(np.unique(of_side)) for of_side in clusters.of]
    found = []
    for first, second in tested:
        if test == "fisher":
            with_it = len(np.unique(first)), len(np.unique(second))
            found.append(fisher_exact(with_it[0], all_of[0], with_it[1], all_of[1]))
        elif test == "mcnemar":
            rises, falls = np.setdiff1d(second, first), np.setdiff1d(first, second)
            found.append(sign_test(len(rises), len(falls)))
        else:
            shares = [
                np.bincount(of_side, minlength=clusters.count) / size
                for of_side, size in zip((first, second), sizes, strict=True)
            ]
            found.append(sign_flips(shares[1] - shares[0], rounds=rounds, seed=seed))
    return found


def _intervals(
    sides: tuple[Side, Side], clusters: Clusters, names: Sequence[str], rounds: int, seed: int
) -> list[Interval | None]:
    if not names:
        return []
    held = []
    for at, side in enumerate(sides):
        marks = np.zeros((clusters.count, len(names)))
        for column, name in enumerate(names):
            np.add.at(marks[:, column], clusters.of[at][_held(side, name)], 1)
        held.append(marks)
    sizes = [np.bincount(of_side, minlength=clusters.count)[:, None] for of_side in clusters.of]
    found = []
    for weights in draws((clusters.both, *clusters.only), rounds=rounds, seed=seed):
        first, second = (ratios(weights @ held[at], weights @ sizes[at]) for at in (0, 1))
        found.append(second - first)
    drawn = np.vstack(found)
    return [percentile_interval(drawn[:, column]) for column in range(len(names))]
