"""Two results folders side by side: two models, or two versions of one.

Each number is given for both, with its interval, and the difference with its own: a difference may
be sure where the two intervals overlap, because both sides were asked the same. What was measured
in another way is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memscan.comparison.conditions import differing_conditions, lesser_differences
from memscan.comparison.documents import DocumentChanges, document_changes
from memscan.comparison.measures import Measured, measure_both
from memscan.comparison.sides import Clusters, Side, pair, read_side
from memscan.errors import InputError
from memscan.options import LARGEST_NUMBER, whole_number
from memscan.report.folder import open_results
from memscan.report.settings import measure

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = ["Comparison", "compare"]

ROUNDS = 10_000
FEW_CLUSTERS = 20
"""Below so many, drawing them again says little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSummary:
    """One side of a comparison.

    Attributes:
        path: The results folder.
        generations: How many could be read.
        rejected: How many could not, and are in no number.
        clusters: How many there are of what belongs together.
        only_here: How many of these the other side does not have.
    """

    path: Path
    generations: int
    rejected: int
    clusters: int
    only_here: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two results folders side by side.

    Attributes:
        unit: What a unit is.
        min_length: The shortest match, in units, of the first results.
        first: The first results.
        second: The second.
        by: What says which generations belong together.
        paired: How many clusters both sides have.
        rounds: How often clusters were drawn again.
        seed: Of these draws.
        measures: What was measured.
        documents: Which documents are reproduced more often, or less.
        warnings: What a reader must know besides.
    """

    unit: str
    min_length: int
    first: SideSummary
    second: SideSummary
    by: str
    paired: int
    rounds: int
    seed: int
    measures: Sequence[Measured]
    documents: DocumentChanges
    warnings: Sequence[str]


def compare(  # noqa: PLR0913 - the options are keyword-only
    first: str | os.PathLike[str],
    second: str | os.PathLike[str],
    *,
    by: str | None = None,
    documents: int = 10,
    rounds: int = ROUNDS,
    seed: int = 0,
    anyway: bool = False,
) -> Comparison:
    """Compare two results folders: how much more, or less, the second reproduces than the first.

    The same results and options give the same numbers. Memory and time follow the number of
    generations.

    Args:
        first: The results folder of one scan.
        second: That of the other, with the same index and parameters.
        by: A field of the input: generations with the same value belong together, on both sides;
            they are paired, and drawn together. Their ids if not given.
        documents: How many documents to list at most.
        rounds: How often clusters are drawn again.
        seed: Of these draws.
        anyway: Compare also what was measured in another way, and say so in the warnings.

    Raises:
        InputError: One is no complete results folder, they were measured in different ways, or an
            option is out of its range.
    """
    whole_number("documents", documents, least=0)
    whole_number("rounds", rounds, least=100, most=1_000_000)
    whole_number("seed", seed, least=0, most=LARGEST_NUMBER)
    paths = (Path(first), Path(second))
    with open_results(paths[0]) as one, open_results(paths[1]) as other:
        differing = differing_conditions(one, other)
        if differing and not anyway:
            raise InputError(
                f"`{paths[0]}` and `{paths[1]}` were not measured alike: {'; '.join(differing)}",
                "scan again with the same index and parameters",
            )
        warnings = [f"not measured alike: {text}" for text in differing]
        warnings += lesser_differences(one, other)
        about = measure(one)
        sides = (read_side(one, by), read_side(other, by))
    clusters = pair(sides)
    warnings += _doubts(clusters)
    return Comparison(
        unit=about.unit.one,
        min_length=about.min_length,
        first=_summary(paths[0], sides[0], clusters, 0),
        second=_summary(paths[1], sides[1], clusters, 1),
        by=by or "generation_id",
        paired=len(clusters.both),
        rounds=rounds,
        seed=seed,
        measures=measure_both(sides, clusters, rounds=rounds, seed=seed),
        documents=document_changes(sides, clusters, limit=documents, rounds=rounds, seed=seed),
        warnings=warnings,
    )


def _summary(path: Path, side: Side, clusters: Clusters, at: int) -> SideSummary:
    alone = len(clusters.only[at])
    return SideSummary(
        path=path,
        generations=len(side.keys),
        rejected=side.rejected,
        clusters=len(clusters.both) + alone,
        only_here=alone,
    )


def _doubts(clusters: Clusters) -> list[str]:
    doubts = []
    if len(clusters.both) and any(map(len, clusters.only)):
        doubts.append("the sides do not hold the same: part of a difference may be one of prompts")
    if not len(clusters.both):
        doubts.append("nothing is paired: a difference may be one of prompts")
    least = len(clusters.both) + min(map(len, clusters.only))
    if 0 < least < FEW_CLUSTERS:
        doubts.append(f"only {least} to draw from on one side: intervals are too narrow")
    return doubts
