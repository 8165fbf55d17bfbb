"""A few fields of records that are as plain as nearly all are, without making a record of each.

A line is plain if it is a JSON object of strings, numbers, booleans and nulls, none of them twice,
and the fields that are asked for have the types that they should have. All others are left to who
reads every kind, so what is read is the same; only three times as fast.
"""

from collections.abc import Mapping
from typing import TypeAlias

from memscan import _native
from memscan.readers.lines import Lines

Projected: TypeAlias = tuple[str, str | None, str | None, str | None, dict[str, object]]
"""The text, id, prompt and model of a record, and its other fields."""


class Projection:
    """What is asked for of the lines of a file; nothing at first."""

    def __init__(self) -> None:
        """Ask for nothing."""
        self._names: Mapping[str, str] | None = None

    def ask_for(self, names: Mapping[str, str] | None) -> None:
        """Ask for some fields from now on.

        Args:
            names: The names of ``text``, ``id``, ``prompt`` and ``model``, of which only the first
                must be there; ``None`` to ask for nothing.
        """
        self._names = names

    def others(self, lines: Lines) -> list[Projected | bytes | None]:
        """Return all lines but the first: what is asked for, or the bytes of a line as they are.

        Where most lines are not plain, nothing is asked for any more.
        """
        if self._names is None:
            return [*lines.others()]
        found = _native.project_lines(lines.chunk, lines.start, lines.end, **self._names)
        if 2 * list(map(type, found)).count(bytes) > len(found):
            self._names = None
        return found
