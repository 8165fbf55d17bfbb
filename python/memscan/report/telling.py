"""Which of the generations with one id is meant: its sample, its turn, its part of an answer.

A record may hold several answers, and all of them have its id. Where the records of a run hold one
completion each, and no conversation, there is nothing to tell apart, and nothing is said.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from memscan.records import COMPLETION
from memscan.report.columns import Row
from memscan.report.folder import TableFile

_NOUNS = {"sample_index": "sample", "turn": "turn", "part": "part"}
_USUAL = {"sample_index": 0, "turn": None, "part": COMPLETION}

KEY = ("generation_id", "model", *_NOUNS)
"""Columns of both tables; results of the first versions lack the last three."""


def key(row: Row) -> tuple[object, ...]:
    """Return what tells a generation from the others, given its row or one of its passages."""
    return tuple(row.get(name) for name in KEY)


def telling_columns(generations: TableFile) -> Sequence[str]:
    """Return the columns that tell the generations of a run apart: those with an unusual value."""
    known = [name for name in _NOUNS if name in generations.columns]
    telling: set[str] = set()
    for rows in generations.row_groups(known) if known else ():
        telling |= {name for name in known if _is_telling(rows.column(name), _USUAL[name])}
    return [name for name in _NOUNS if name in telling]


def which(row: Row, telling: Sequence[str]) -> str:
    """Say which answer a row is of: ``sample 0, turn 4, part reasoning``; nothing if none tells.

    Samples and turns are those of the tables, counted from zero. The text is not escaped.
    """
    known = {name: row.get(name) for name in telling}
    return ", ".join(
        f"{_NOUNS[name]} {value}" for name, value in known.items() if value is not None
    )


def _is_telling(column: pa.ChunkedArray, usual: object) -> bool:
    unusual = pc.is_valid(column) if usual is None else pc.not_equal(column, usual)
    return bool(pc.any(unusual).as_py())
