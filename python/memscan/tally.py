"""What a run counts, batch by batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from memscan.records import PARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from memscan.records import Rejection
    from memscan.scanned import Scanned

REJECTIONS_KEPT = 10
KEY = ("generation_id", "sample_index", "part", "turn")
"""The columns that tell generations apart, where ids are unique."""

_PARTS = pa.array(PARTS, pa.string())
_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """What a run saw and found; the ``counts`` of ``run.json``.

    Attributes:
        generations: Records in all: the five that follow together.
        ok: Generations that were scanned.
        empty: Generations without a unit.
        refused: Generations that are refusals or were blocked; what they have was scanned.
        truncated: Generations that were scanned, with more evidence than is listed.
        rejected: Records that are no generation.
        outcomes: How many generations and rejected records ended in each way, where that is known.
        duplicate_ids: How many generations have the id, the number of the sample, the part and the
            turn of an earlier one.
        with_span: How many generations hold a match.
        spans: Maximal matches.
        rows: Rows of spans: a match has one for each reported occurrence.
        n_units: Units of the generations.
        covered_units: Units inside a match.
        n_chars: Code points of the generations.
        covered_chars: Code points inside a match.
        longest_match: The longest match, in units.
        covered_chars_exact: Code points inside a run of at least the minimum length that is equal
            byte for byte to an occurrence examined; ``None`` if there were no texts to compare.
        covered_chars_whitespace: The same, white space apart.
        covered_chars_typography: The same, typography apart too.
        with_span_discounted: How many generations hold a match that has the minimum length without
            what of it stood in the prompt, the template or the baseline.
        covered_units_discounted: Units inside such a match.
        covered_chars_discounted: Code points inside such a match.
    """

    generations: int = 0
    ok: int = 0
    empty: int = 0
    refused: int = 0
    truncated: int = 0
    rejected: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    duplicate_ids: int = 0
    with_span: int = 0
    spans: int = 0
    rows: int = 0
    n_units: int = 0
    covered_units: int = 0
    n_chars: int = 0
    covered_chars: int = 0
    longest_match: int = 0
    covered_chars_exact: int | None = None
    covered_chars_whitespace: int | None = None
    covered_chars_typography: int | None = None
    with_span_discounted: int = 0
    covered_units_discounted: int = 0
    covered_chars_discounted: int = 0


@dataclass(slots=True, kw_only=True)
class CorpusCounts:
    """What a run found in one named corpus, as if that were all; ``corpora`` of ``run.json``.

    Attributes:
        with_span: How many generations hold a match.
        spans: Maximal matches.
        covered_units: Units inside a match.
        covered_chars: Code points inside a match.
        longest_match: The longest match, in units.
    """

    with_span: int = 0
    spans: int = 0
    covered_units: int = 0
    covered_chars: int = 0
    longest_match: int = 0

    def add(self, rows: pa.StructArray) -> None:
        """Add the rows of one batch, one a generation."""
        n_spans = rows.field("n_spans")
        self.with_span += pc.sum(pc.greater(n_spans, 0)).as_py() or 0
        self.spans += pc.sum(n_spans).as_py() or 0
        self.covered_units += pc.sum(rows.field("covered_units")).as_py() or 0
        self.covered_chars += pc.sum(rows.field("covered_chars")).as_py() or 0
        self.longest_match = max(self.longest_match, pc.max(rows.field("longest_match")).as_py())


LADDER = ("covered_chars_exact", "covered_chars_whitespace", "covered_chars_typography")


@dataclass(slots=True)
class Tally:
    """The counts so far.

    Ids are kept as 64-bit hashes, which is enough to count the repeated ones.
    """

    sums: dict[str, int] = field(default_factory=dict)
    longest_match: int = 0
    has_prompts: bool = False
    corpora: dict[str, CorpusCounts] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    id_hashes: list[NDArray[np.uint64]] = field(default_factory=list)

    def add(self, scanned: Scanned) -> None:
        """Count the rows of one batch."""
        spans, generations = scanned.spans, scanned.generations
        status = generations.column("status")
        n_spans = generations.column("n_spans")
        self._sum("generations", generations.num_rows)
        for name in ("ok", "empty", "refused", "truncated", "rejected"):
            self._sum(name, pc.sum(pc.equal(status, name)))
        self._sum("with_span", pc.sum(pc.greater(n_spans, 0)))
        self._sum("spans", pc.sum(n_spans))
        self._sum("rows", spans.num_rows)
        for name in ("n_units", "covered_units", "n_chars", "covered_chars"):
            self._sum(name, pc.sum(generations.column(name)))
        for name in ("covered_units_discounted", "covered_chars_discounted"):
            self._sum(name, pc.sum(generations.column(name)))
        for name in LADDER:
            if (known := pc.sum(generations.column(name))).is_valid:
                self._sum(name, known)
        left = pc.greater(generations.column("longest_match_discounted"), 0)
        self._sum("with_span_discounted", pc.sum(left))
        self._add_corpora(generations.column("corpora"))
        longest = pc.max(generations.column("longest_match")).as_py()
        self.longest_match = max(self.longest_match, longest or 0)
        self.has_prompts |= scanned.has_prompts
        self.failed += sum(one.outcome is not None for one in scanned.rejections.values())
        self.rejections.extend(islice(scanned.rejections.values(), self._rejections_wanted))
        for one in pc.value_counts(generations.column("outcome").drop_null()).to_pylist():
            self.outcomes[one["values"]] += one["counts"]
        self.id_hashes.append(np.delete(_key_hashes(generations), list(scanned.rejections)))

    @property
    def bad(self) -> int:
        """How many records were rejected so far, but for those that say that a request failed."""
        return self.sums.get("rejected", 0) - self.failed

    @property
    def generations(self) -> int:
        """How many records there were so far."""
        return self.sums.get("generations", 0)

    @property
    def _rejections_wanted(self) -> int:
        return REJECTIONS_KEPT - len(self.rejections)

    def counts(self) -> RunCounts:
        """Return the counts of all batches."""
        hashes = np.concatenate(self.id_hashes) if self.id_hashes else np.empty(0, np.uint64)
        self.id_hashes = [hashes]
        hashes.sort()  # in place: of many generations, a copy takes more memory than all else
        return RunCounts(
            **self.sums,
            longest_match=self.longest_match,
            outcomes=dict(sorted(self.outcomes.items())),
            duplicate_ids=int(np.count_nonzero(hashes[1:] == hashes[:-1])),
        )

    def _add_corpora(self, lists: pa.ListArray) -> None:
        rows = lists.flatten()
        names = rows.field("corpus")
        for name in names.unique().to_pylist():
            own = rows.filter(pc.equal(names, name))
            self.corpora.setdefault(name, CorpusCounts()).add(own)

    def _sum(self, name: str, value: int | pa.Scalar) -> None:
        number = value if isinstance(value, int) else value.as_py() or 0
        self.sums[name] = self.sums.get(name, 0) + number


def _key_hashes(generations: pa.RecordBatch) -> NDArray[np.uint64]:
    """Return a hash of what tells each generation apart (the steps of SplitMix64)."""
    generation_id, sample_index, part, turn = map(generations.column, KEY)
    hashes = np.fromiter(map(hash, generation_id.to_pylist()), np.int64).view(np.uint64)
    for numbers in (sample_index, pc.index_in(part, _PARTS), turn):
        hashes = hashes ^ (pc.fill_null(numbers, -1).to_numpy().astype(np.uint64) * _FACTORS[0])
        hashes = (hashes ^ (hashes >> _HALF)) * _FACTORS[1]
    return hashes
